using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Answering;

/// <summary>Why a tracker refuses; <see cref="None"/>: it does not.</summary>
internal enum Refusal : byte
{
    None,

    /// <summary>The torrent is not on the list of those that are served, or on that of those that are not.</summary>
    NotServed,

    /// <summary>No room for another torrent.</summary>
    Full,
}

/// <summary>What an announce comes to; the peers are in the <see cref="SelectedPeers"/> that were handed in.</summary>
internal readonly record struct AnnounceOutcome(Refusal Refusal, SwarmCounts Counts, int IntervalSeconds, int MinIntervalSeconds);
