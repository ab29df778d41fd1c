using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>
/// Datagrams to a UDP exchange, each behind a length byte; most are given the right transaction id, since guessing it would find nothing.
/// </summary>
public sealed class UdpTrackerTarget : IFuzzTarget
{
    private static readonly IPEndPoint Tracker = new(IPAddress.Parse("10.0.0.9"), 1337);

    /// <inheritdoc/>
    public string Name => "udp-tracker";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (1000L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var input = new List<byte>();
        Add(input, Packet(0, random, 8));
        Add(input, random.Chance(0.2) ? Packet(3, random, random.Next(40)) : Packet(1, random, 12 + (random.Next(20) * 6)));
        return [.. input];
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        FuzzException.Require(TrackerUrl.TryParse("udp://t.example:1337/announce", out TrackerUrl? url, out _), "a good URL is read");
        var request = new AnnounceRequest(new InfoHash(default), new PeerId(default), 1);
        var exchange = new UdpAnnounce(request, url!, Tracker, new UdpConnectionIds(), new UdpTransactionIds(new SeededRandom(1)));
        Span<byte> datagram = stackalloc byte[UdpTrackerExchange.MaxDatagram];
        MonoTime now = MonoTime.Zero + TimeSpan.FromSeconds(1);
        Span<byte> transaction = stackalloc byte[4];
        for (int packets = 0; !input.IsEmpty && packets < 50; packets++)
        {
            int sent = exchange.Poll(now, datagram);
            FuzzException.Require(sent is 0 or 16 || sent >= 98, "packets have their lengths");
            if (sent > 0)
                datagram.Slice(12, 4).CopyTo(transaction);
            int length = Math.Min((int)input[0], input.Length - 1);
            byte[] packet = input.Slice(1, length).ToArray();
            input = input[(1 + length)..];
            bool isOver = exchange.IsOver;
            if (packet.Length >= 8)
                FuzzException.Require(!exchange.Handle(Tracker, packet, now) || packet.AsSpan(4, 4).SequenceEqual(transaction), "no other transaction is believed");
            if (packet.Length >= 8)
                transaction.CopyTo(packet.AsSpan(4));
            bool isTaken = exchange.Handle(Tracker, packet, now);
            FuzzException.Require(!isTaken || (!isOver && packet.Length >= 8), "nothing short or late is taken");
            FuzzException.Require(exchange.IsOver == exchange.Deadline.IsNever, "what is over has no deadline");
        }

        if (exchange.Answer is { } answer)
            TrackerAnswerRules.Check(answer);
    }

    private static void Add(List<byte> input, byte[] packet)
    {
        input.Add((byte)Math.Min(packet.Length, byte.MaxValue));
        input.AddRange(packet);
    }

    private static byte[] Packet(int action, SeededRandom random, int bodyLength)
    {
        byte[] packet = new byte[8 + bodyLength];
        random.NextBytes(packet);
        BinaryPrimitives.WriteInt32BigEndian(packet, action);
        return packet;
    }
}
