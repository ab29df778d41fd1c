using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.State;

/// <summary>Peers that were of use, in the state file: a row for each swarm, read when its torrent looks for peers and not before.</summary>
/// <param name="store">The open state file.</param>
/// <param name="clock">The time of day.</param>
internal sealed class SqlitePeerCache(SqliteStateStore store, TimeProvider clock) : IPeerCache
{
    /// <summary>Peers at home have another address by then.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);

    /// <summary>The most swarms, the latest: with 64 peers each some ten megabytes.</summary>
    public const int MaxSwarms = 20_000;

    /// <inheritdoc/>
    public Task<IReadOnlyList<IPEndPoint>> FindAsync(InfoHash swarm, CancellationToken stop)
        => Task.FromResult(store.Read(connection => SwarmRows.Get(connection, swarm, Oldest)));

    /// <inheritdoc/>
    public Task KeepAsync(IReadOnlyList<CachedSwarm> swarms, CancellationToken stop)
    {
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        store.Write(connection =>
        {
            foreach (CachedSwarm swarm in swarms)
                SwarmRows.Put(connection, swarm, now);
            SwarmRows.Prune(connection, Oldest, MaxSwarms);
        });
        return Task.CompletedTask;
    }

    private long Oldest => (clock.GetUtcNow() - MaxAge).ToUnixTimeSeconds();
}
