using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;
using Freshet.Protocol.Tests.Wire;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Extensions;

/// <summary>BEP 11.</summary>
public sealed class PexTests
{
    private static readonly PexMessage Both = new(
        [
            new PexPeer(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 6881), PexFlags.Reachable | PexFlags.Seed),
            new PexPeer(new IPEndPoint(IPAddress.Parse("2a02::5"), 6882), PexFlags.Utp),
        ],
        [new IPEndPoint(IPAddress.Parse("1.2.3.5"), 6883), new IPEndPoint(IPAddress.Parse("2a02::6"), 6884)]);

    [Fact]
    public void A_message_has_the_keys_and_bytes_of_the_bep()
    {
        Assert.Equal(
            "d5:added6:\u0001\u0002\u0003\u0004\u001a\u00e17:added.f1:\u00126:added618:*\u0002\0\0\0\0\0\0\0\0\0\0\0\0\0\u0005\u001a\u00e28:added6.f1:\u0004"
            + "7:dropped6:\u0001\u0002\u0003\u0005\u001a\u00e38:dropped618:*\u0002\0\0\0\0\0\0\0\0\0\0\0\0\0\u0006\u001a\u00e4e",
            Encoding.Latin1.GetString(Write(Both)));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        PexMessage read = Read(Write(Both));
        Assert.Equal(Both.Added, read.Added);
        Assert.Equal(Both.Dropped, read.Dropped);
    }

    [Fact]
    public void Fifty_of_each_kind_and_family_are_written_and_kept()
    {
        IPEndPoint[] many = [.. Enumerable.Range(1, 200).Select(i => new IPEndPoint(new IPAddress([9, 9, 9, (byte)i]), 6881))];
        PexMessage read = Read(Write(new PexMessage([.. many.Select(one => new PexPeer(one, PexFlags.None))], many)));
        Assert.Equal(many[..50], read.Added.Select(peer => peer.Endpoint));
        Assert.Equal(many[..50], read.Dropped);

        var writer = new BencodeWriter();
        writer.Dictionary().Key("added"u8).String([.. Enumerable.Repeat((byte)7, 600)]);
        Assert.Equal(50, Read(writer.End().ToArray()).Added.Count);
    }

    [Theory]
    [InlineData("de")]
    [InlineData("d5:addedi5e7:droppedlee")]
    [InlineData("d5:added5:abcdee")]
    [InlineData("d5:added6:\u0001\u0002\u0003\u0004\0\0e")] // port 0
    [InlineData("d5:added6:\0\0\0\0\u001a\u00e1e")] // nobody's address
    [InlineData("d7:added.f3:abce")]
    public void What_names_nobody_is_empty(string body)
    {
        PexMessage read = Read(Encoding.Latin1.GetBytes(body));
        Assert.Empty(read.Added);
        Assert.Empty(read.Dropped);
    }

    [Fact]
    public void Flags_that_are_missing_say_nothing()
    {
        PexMessage read = Read(Encoding.Latin1.GetBytes("d5:added12:\u0001\u0002\u0003\u0004\u001a\u00e1\u0001\u0002\u0003\u0005\u001a\u00e17:added.f1:\u0010e"));
        Assert.Equal([PexFlags.Reachable, PexFlags.None], read.Added.Select(peer => peer.Flags));
    }

    [Fact]
    public void It_goes_out_by_the_number_that_the_peer_named_and_not_to_who_named_none()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.PeerExchange, payload: Both);
        Assert.False(test.Link.HasOutput);
        test.Feed(Samples.Extended(0, "d1:md6:ut_pexi9eee"u8));
        test.Apply(PeerCommandKind.PeerExchange, payload: Both);
        Assert.Equal(Samples.Extended(9, Write(Both)), test.Drain());
        test.Feed(Samples.Extended(0, "d1:md6:ut_pexi0eee"u8));
        test.Apply(PeerCommandKind.PeerExchange, payload: Both);
        Assert.False(test.Link.HasOutput);
    }

    [Fact]
    public void It_comes_in_by_ours()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Extended(ExtensionNumbers.PeerExchange, Write(Both)));
        Assert.Equal(PeerEventKind.PeerExchange, test.Only.Kind);
        Assert.Equal(Both.Added, ((PexMessage)test.Only.Payload!).Added);
    }

    [Fact]
    public void One_that_is_too_long_is_not_read_and_one_that_is_no_dictionary_ends_the_connection()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Extended(ExtensionNumbers.PeerExchange, new byte[WireLimits.MaxPeerExchange + 1]));
        Assert.Equal(0, test.Events.Events.Length);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        test.Feed(Samples.Extended(ExtensionNumbers.PeerExchange, "i5e"u8));
        Assert.Equal(DisconnectReason.ProtocolError, test.Link.Ending);
    }

    private static byte[] Write(PexMessage message)
    {
        var writer = new BencodeWriter();
        PexCodec.Write(message, writer);
        return writer.ToArray();
    }

    private static PexMessage Read(byte[] body)
    {
        Assert.True(PexCodec.TryParse(body, out PexMessage? read));
        return read;
    }
}
