using System.Net;
using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// Peers that were of use, by swarm, so that a torrent that starts again is connected before any tracker has answered. Private torrents are never in it. Called one call
/// at a time, by a task of its own: a call may wait, and what it throws is a warning and no more.
/// </summary>
public interface IPeerCache
{
    /// <summary>The most peers kept of a swarm: more are told by those.</summary>
    const int MaxPeers = 64;

    /// <summary>Peers that are kept of a swarm and not too old, the best first.</summary>
    Task<IReadOnlyList<IPEndPoint>> FindAsync(InfoHash swarm, CancellationToken stop);

    /// <summary>Keeps peers, of each swarm the first <see cref="MaxPeers"/>.</summary>
    Task KeepAsync(IReadOnlyList<CachedSwarm> swarms, CancellationToken stop);
}

/// <summary>Peers of a swarm that are worth keeping.</summary>
/// <param name="Swarm">The swarm; of a hybrid one of its two.</param>
/// <param name="Peers">Where they listen, the best first.</param>
public sealed record CachedSwarm(InfoHash Swarm, IReadOnlyList<IPEndPoint> Peers);
