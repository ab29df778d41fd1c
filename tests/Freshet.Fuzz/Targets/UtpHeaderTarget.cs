using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Fuzz.Targets;

/// <summary>Packets of uTP: what is read lies within the datagram, and a header is written as it was read.</summary>
public sealed class UtpHeaderTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "utp-header";

    /// <inheritdoc/>
    public int Iterations => 100_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 4096;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => UtpPackets.Any(random);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!UtpPacket.TryRead(input, out UtpPacket packet))
            return;
        FuzzException.Require(packet.SelectiveAck.Length <= 255, "a mask has the length of a byte");
        FuzzException.Require(packet.Payload.Length <= input.Length - UtpHeader.Length, "the payload lies in the datagram");
        FuzzException.Require(packet.Payload.SequenceEqual(input[^packet.Payload.Length..]) || packet.Payload.IsEmpty, "the payload is the rest of the datagram");
        Span<byte> written = stackalloc byte[UtpHeader.Length];
        packet.Header.Write(written, input[1]);
        FuzzException.Require(written.SequenceEqual(input[..UtpHeader.Length]), "a header is written as it was read");
    }
}

/// <summary>Makes well-formed packets.</summary>
internal static class UtpPackets
{
    /// <summary>A packet of any kind, with any extensions and payload.</summary>
    public static byte[] Any(SeededRandom random)
    {
        var header = new UtpHeader(
            (UtpPacketType)random.Next(5),
            (ushort)random.NextUInt64(),
            (uint)random.NextUInt64(),
            (uint)random.NextUInt64(),
            random.Chance(0.2) ? 0 : (uint)random.Next(1 << 20),
            (ushort)random.NextUInt64(),
            (ushort)random.NextUInt64());
        byte[] datagram = new byte[1500];
        int at = UtpHeader.Length;
        int extensionAt = 1;
        header.Write(datagram);
        for (int extensions = random.Next(3); extensions > 0; extensions--)
        {
            datagram[extensionAt] = (byte)(random.Chance(0.8) ? UtpHeader.SelectiveAck : 1 + random.Next(255));
            int length = random.Chance(0.8) ? 4 * (1 + random.Next(8)) : random.Next(256);
            extensionAt = at;
            datagram[at] = 0;
            datagram[at + 1] = (byte)length;
            random.NextBytes(datagram.AsSpan(at + 2, length));
            at += 2 + length;
        }

        at += header.Type == UtpPacketType.Data ? random.Next(600) : 0;
        return datagram[..at];
    }
}
