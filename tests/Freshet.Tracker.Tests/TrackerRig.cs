using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Tests;

/// <summary>A tracker's core and what it answers, in virtual time.</summary>
internal sealed class TrackerRig
{
    private readonly SelectedPeers _peers = new();

    public TrackerRig(TrackerRules? rules = null, ulong seed = 1, bool sharesSwarms = false)
        => Core = new TrackerCore(rules ?? new TrackerRules(), new SeededRandom(seed), sharesSwarms);

    public TrackerCore Core { get; }

    public double Now { get; set; } = 1;

    public (AnnounceOutcome Outcome, IPEndPoint[] Peers) Announce(AnnounceCall call, bool bothFamilies = true)
    {
        AnnounceOutcome outcome = Core.Announce(call, Peers.At(Now), _peers, bothFamilies);
        return (outcome, Named());
    }

    public (AnnounceOutcome Outcome, IPEndPoint[] Peers) Answer(AnnounceCall call)
    {
        AnnounceOutcome outcome = Core.Answer(call, Peers.At(Now), _peers, bothFamilies: true);
        return (outcome, Named());
    }

    public SwarmCounts Counts(int swarm = 0) => Core.Scrape(Peers.Hash(swarm));

    /// <summary>Lets time pass as a server does.</summary>
    public void Pass(double seconds)
    {
        for (double end = Now + seconds; Now < end;)
        {
            Now = Math.Min(end, Now + 1);
            Core.Advance(Peers.At(Now));
        }
    }

    private IPEndPoint[] Named() => [.. Of(_peers.Compact(false), 6), .. Of(_peers.Compact(true), 18)];

    private static List<IPEndPoint> Of(ReadOnlySpan<byte> compact, int stride)
    {
        var list = new List<IPEndPoint>();
        for (; compact.Length > 0; compact = compact[stride..])
            list.Add(new IPEndPoint(new IPAddress(compact[..(stride - 2)]), BinaryPrimitives.ReadUInt16BigEndian(compact[(stride - 2)..])));
        return list;
    }
}
