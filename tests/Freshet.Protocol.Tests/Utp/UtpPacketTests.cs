using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>Headers and extensions, as they lie on the wire.</summary>
public sealed class UtpPacketTests
{
    private static readonly byte[] Sample =
    [
        0x21, 1, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 0, 0xAB, 0xCD, 0xEF, 0x01,
        2, 4, 0b101, 0, 0, 0x80, // selective ack, then the extension bits of old clients
        0, 3, 9, 9, 9,
        77, 78,
    ];

    [Fact]
    public void A_packet_is_read_as_the_specification_lays_it_out()
    {
        Assert.True(UtpPacket.TryRead(Sample, out UtpPacket packet));
        Assert.Equal(new UtpHeader(UtpPacketType.State, 0x1234, 0x01020304, 0x05060708, 65536, 0xABCD, 0xEF01), packet.Header);
        Assert.Equal([0b101, 0, 0, 0x80], packet.SelectiveAck.ToArray());
        Assert.Equal([77, 78], packet.Payload.ToArray());
    }

    [Fact]
    public void A_header_is_written_as_it_is_read()
    {
        Assert.True(UtpPacket.TryRead(Sample, out UtpPacket packet));
        byte[] written = new byte[20];
        packet.Header.Write(written, extension: 1);
        Assert.Equal(Sample[..20], written);
    }

    [Fact]
    public void A_list_of_extensions_that_is_cut_off_makes_it_no_packet()
    {
        for (int length = 0; length < 31; length++)
            Assert.False(UtpPacket.TryRead(Sample.AsSpan(0, length), out _), $"{length} bytes");
        Assert.True(UtpPacket.TryRead(Sample.AsSpan(0, 31), out UtpPacket packet));
        Assert.True(packet.Payload.IsEmpty);
    }

    [Theory]
    [InlineData(0x20)] // no version 0
    [InlineData(0x22)] // nor 2
    [InlineData(0x51)] // no such type
    [InlineData(0x64)] // 'd': a message of the DHT
    [InlineData(0x00)] // an answer of a tracker
    public void What_is_of_another_protocol_is_not_taken(byte first)
    {
        byte[] datagram = new byte[40];
        datagram[0] = first;
        Assert.False(UtpPacket.TryRead(datagram, out _));
    }

    [Fact]
    public void Padding_of_any_length_is_skipped_by_whoever_reads_it()
    {
        for (int length = 2; length < 600; length++)
        {
            byte[] datagram = new byte[20 + length + 3];
            new UtpHeader(UtpPacketType.Data, 1, 2, 3, 4, 5, 6).Write(datagram, UtpHeader.Padding);
            Protocol.Utp.Sending.PacketWriter.WritePadding(datagram.AsSpan(20, length));
            datagram[^1] = 9;
            Assert.True(UtpPacket.TryRead(datagram, out UtpPacket packet), $"{length}");
            Assert.Equal([0, 0, 9], packet.Payload.ToArray());
        }
    }
}
