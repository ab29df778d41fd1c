using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>Datagrams to a UDP scrape that is connected; given the right transaction id, since guessing it would find nothing.</summary>
public sealed class UdpScrapeTarget : IFuzzTarget
{
    private static readonly IPEndPoint Tracker = new(IPAddress.Parse("10.0.0.9"), 1337);
    private static readonly InfoHash[] Swarms = [.. Enumerable.Range(0, 5).Select(i => new InfoHash(new Sha1Hash([.. Enumerable.Repeat((byte)i, 20)])))];

    /// <inheritdoc/>
    public string Name => "udp-scrape";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (1000L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        byte[] packet = new byte[8 + random.Next(80)];
        random.NextBytes(packet);
        BinaryPrimitives.WriteInt32BigEndian(packet, random.Chance(0.8) ? 2 : random.Next(5));
        return packet;
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var connections = new UdpConnectionIds();
        MonoTime now = MonoTime.Zero + TimeSpan.FromSeconds(1);
        connections.Keep(Tracker, 7, now);
        var scrape = new UdpScrape(Swarms, Tracker, connections, new UdpTransactionIds(new SeededRandom(1)));
        Span<byte> datagram = stackalloc byte[UdpTrackerExchange.MaxDatagram];
        FuzzException.Require(scrape.Poll(now, datagram) == 16 + (Swarms.Length * 20), "the question has its length");
        byte[] packet = input.ToArray();
        if (packet.Length >= 8)
            datagram.Slice(12, 4).CopyTo(packet.AsSpan(4));
        bool isTaken = scrape.Handle(Tracker, packet, now);
        FuzzException.Require(!isTaken || packet.Length >= 8, "nothing short is taken");
        FuzzException.Require(scrape.IsOver == scrape.Deadline.IsNever, "what is over has no deadline");
        if (scrape.Answer is { } answer)
            TrackerAnswerRules.Check(answer, Swarms);
    }
}
