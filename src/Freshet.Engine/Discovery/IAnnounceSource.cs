using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>What a tracker is told of a torrent's transfer, in payload bytes since it was started.</summary>
/// <param name="Uploaded">Given.</param>
/// <param name="Downloaded">Taken, good or not.</param>
/// <param name="Left">Bytes of the whole torrent that are not here, hashed and written.</param>
/// <param name="Corrupt">Taken in pieces whose hash was wrong.</param>
/// <param name="Redundant">Taken more than once.</param>
public readonly record struct TransferFigures(long Uploaded, long Downloaded, long Left, long Corrupt, long Redundant)
{
    /// <summary>What came and went since another moment; what is left is of this one.</summary>
    public TransferFigures Since(TransferFigures start)
        => new(Uploaded - start.Uploaded, Downloaded - start.Downloaded, Left, Corrupt - start.Corrupt, Redundant - start.Redundant);
}

/// <summary>The torrent as its <see cref="Announcer"/> sees it.</summary>
public interface IAnnounceSource
{
    /// <summary>The figures of this moment.</summary>
    TransferFigures Transfer { get; }

    /// <summary>How many more peers there is room for.</summary>
    int PeersWanted { get; }

    /// <summary>Whether there is room for peers and nobody left to dial, now or later.</summary>
    bool IsShortOfPeers { get; }

    /// <summary>Whether something is to be downloaded: then its announces go before those of torrents that only seed.</summary>
    bool IsFetching { get; }

    /// <summary>Which trackers are announced to.</summary>
    TierOrder TierOrder { get; }

    /// <summary>BEP 21: whether something is missing and nothing of it is wanted.</summary>
    bool IsPartialSeed { get; }

    /// <summary>Another tracker than before has answered, where one is announced to at a time.</summary>
    void TrackerChanged(MonoTime now);

    /// <summary>A tracker tells our address as it sees it (BEP 24).</summary>
    void SeenAs(IPAddress tracker, IPAddress address);

    /// <summary>Whether peers are of no use where the tracker counts no leecher among them: a torrent that sleeps is not to be woken for other seeders.</summary>
    bool WantsLeechersOnly => false;

    /// <summary>A tracker named peers of one of the swarms.</summary>
    void PeersFound(IReadOnlyList<IPEndPoint> peers, InfoHash swarm, MonoTime now);

    /// <summary>The swarms that are announced: one, or for a hybrid that of v1 and that of v2 (BEP 52).</summary>
    IReadOnlyList<InfoHash> Swarms { get; }

    /// <summary>The torrent, for notices.</summary>
    TorrentId Id { get; }
}
