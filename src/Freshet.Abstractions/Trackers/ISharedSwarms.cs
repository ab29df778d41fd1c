using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What a peer is to its swarm.</summary>
public enum SwarmRole : byte
{
    /// <summary>It wants pieces.</summary>
    Leecher,

    /// <summary>It has not everything and wants no more (BEP 21).</summary>
    PartialSeed,

    /// <summary>It has everything.</summary>
    Seeder,
}

/// <summary>What a tracker tells a store that several trackers share, and asks of it.</summary>
/// <param name="Swarm">The torrent.</param>
/// <param name="Peer">Address and port of the peer as answers carry them: 6 bytes (BEP 23) or 18 (BEP 7); empty where there is none to tell of.</param>
/// <param name="Role">What the peer is.</param>
public readonly record struct SharedAnnounce(InfoHash Swarm, ReadOnlyMemory<byte> Peer, SwarmRole Role)
{
    /// <summary>Whether the peer has left.</summary>
    public bool IsGone { get; init; }

    /// <summary>Whether the peer has just got everything.</summary>
    public bool HasCompleted { get; init; }

    /// <summary>How long the peer is named to others without another announce.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>How many peers of each role and address family are wanted; 0: the answer is not waited for.</summary>
    public int Wanted { get; init; }
}

/// <summary>A swarm as all trackers know it together.</summary>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="PartialSeeds">Peers that want no more.</param>
/// <param name="Leechers">Peers that want pieces.</param>
/// <param name="Completed">How often a peer completed the torrent.</param>
/// <param name="Peers">Some of the peers, chosen at random.</param>
public sealed record SharedSwarm(int Seeders, int PartialSeeds, int Leechers, int Completed, IReadOnlyList<(ReadOnlyMemory<byte> Peer, SwarmRole Role)> Peers);

/// <summary>A store by which several trackers share their swarms. It may fail at any time: a tracker answers from its own memory then.</summary>
public interface ISharedSwarms
{
    /// <summary>Tells of a peer and reads its swarm. Thread-safe; never throws, never waits.</summary>
    /// <param name="announce">What to tell and to ask.</param>
    /// <param name="answered">
    /// Called once, on any thread, within a bound that the store keeps (a fraction of a second): with the swarm, or with null where the store does not answer.
    /// </param>
    void Announce(SharedAnnounce announce, Action<SharedSwarm?> answered);
}
