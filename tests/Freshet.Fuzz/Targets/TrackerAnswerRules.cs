using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>What holds for every answer of a tracker, however it came.</summary>
internal static class TrackerAnswerRules
{
    public static void Check(AnnounceAnswer answer)
    {
        FuzzException.Require(IsSane(answer.Interval), "an interval is sane");
        FuzzException.Require(answer.MinInterval is not { } least || IsSane(least), "a least interval is sane");
        FuzzException.Require(answer.RetryIn is not { } retry || IsSane(retry), "a retry is sane");
        FuzzException.Require(answer.Failure is null || answer.Peers.Count == 0, "who refuses names no peers");
        FuzzException.Require(answer.Peers.Count <= TrackerLimits.MaxPeers, "peers are bounded");
        FuzzException.Require(answer.Complete is null or >= 0 && answer.Incomplete is null or >= 0 && answer.Downloaded is null or >= 0, "counts are counts");
        FuzzException.Require(answer.TrackerId is not { } id || id.Length is > 0 and <= TrackerLimits.MaxTrackerId, "a tracker id is bounded");
        foreach (string text in (string[])[answer.Failure ?? "", answer.Warning ?? ""])
            FuzzException.Require(text.Length <= TrackerLimits.MaxText && !text.Any(char.IsControl), "texts are short and harmless");
        foreach (TrackerPeer peer in answer.Peers)
            FuzzException.Require(peer.Port is >= 1 and <= 65535 && peer.Address is null != peer.HostName is null, "a peer has a port, and an address or a name");
    }

    public static void Check(ScrapeAnswer answer, IReadOnlyList<InfoHash> asked)
    {
        FuzzException.Require(answer.MinInterval is not { } least || IsSane(least), "a least interval is sane");
        FuzzException.Require(answer.Failure is null || answer.Swarms.Count == 0, "who refuses counts nothing");
        FuzzException.Require(answer.Failure is not { } text || (text.Length <= TrackerLimits.MaxText && !text.Any(char.IsControl)), "texts are short and harmless");
        FuzzException.Require(answer.Swarms.Count <= asked.Count && answer.Swarms.All(swarm => asked.Contains(swarm.Swarm)), "only what was asked for is counted");
        foreach (SwarmCounts swarm in answer.Swarms)
            FuzzException.Require(swarm is { Seeders: >= 0, Leechers: >= 0, Completed: null or >= 0, Downloaders: null or >= 0 }, "counts are counts");
    }

    private static bool IsSane(TimeSpan interval) => interval >= TrackerLimits.ShortestInterval && interval <= TrackerLimits.LongestInterval;
}
