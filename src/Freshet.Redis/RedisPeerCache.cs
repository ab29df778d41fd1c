using System.Globalization;
using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Redis;

/// <summary>
/// A peer cache on Redis, for all clients of a group: for each swarm a sorted set of addresses by the time at which one of them last had them from a tracker or moved data
/// with them. What is older than the window is left out and taken away; a set that nobody touches expires. The clocks of the clients must agree to some minutes.
/// </summary>
/// <param name="client">The connection; whoever made it disposes of it.</param>
/// <param name="window">How long a peer is kept; a day by default.</param>
/// <param name="clock">The time of day.</param>
public sealed class RedisPeerCache(RedisClient client, TimeSpan? window = null, TimeProvider? clock = null) : IPeerCache
{
    /// <summary>Peers of a swarm that are kept for the group; the oldest go.</summary>
    public const int MaxShared = 256;

    /// <summary>Swarms in one batch, so that a stop with thousands of torrents does not go out in one piece.</summary>
    private const int SwarmsAtOnce = 32;

    private readonly long _window = (long)(window ?? TimeSpan.FromDays(1)).TotalSeconds;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPEndPoint>> FindAsync(InfoHash swarm, CancellationToken stop)
    {
        // Before the first attempt to connect is over, nothing is known: a session asks in its first moment.
        await client.TriedOnce.WaitAsync(stop).ConfigureAwait(false);
        string since = string.Create(CultureInfo.InvariantCulture, $"({Now - _window}");
        RedisBatch batch = new RedisBatch().Add("ZREVRANGEBYSCORE", KeyOf(swarm), "+inf", since, "LIMIT", 0, IPeerCache.MaxPeers);
        RespValue[] replies = await client.SendAsync(batch).WaitAsync(stop).ConfigureAwait(false);
        RespValue reply = Checked(replies[0]);

        // Whoever owns the Redis, or has got into it, may send more than was asked for, and anything.
        var peers = new List<IPEndPoint>();
        foreach (RespValue member in reply.Items.Take(IPeerCache.MaxPeers))
        {
            if (CompactEndpoint.TryRead(member.Bytes.Span, out IPEndPoint? peer))
                peers.Add(peer);
        }

        return peers;
    }

    /// <inheritdoc/>
    public async Task KeepAsync(IReadOnlyList<CachedSwarm> swarms, CancellationToken stop)
    {
        await client.TriedOnce.WaitAsync(stop).ConfigureAwait(false);
        foreach (CachedSwarm[] some in swarms.Chunk(SwarmsAtOnce))
        {
            var batch = new RedisBatch();
            long now = Now;
            foreach (CachedSwarm swarm in some)
                Keep(batch, swarm, now);
            foreach (RespValue reply in await client.SendAsync(batch).WaitAsync(stop).ConfigureAwait(false))
                Checked(reply);
        }
    }

    private static RedisArgument KeyOf(InfoHash swarm) => $"freshet:peers:{{{swarm}}}";

    private static RespValue Checked(RespValue reply)
        => reply.Kind == RespKind.Error ? throw new RedisException($"Redis declines: {reply.Text}") : reply;

    private void Keep(RedisBatch batch, CachedSwarm swarm, long now)
    {
        RedisArgument key = KeyOf(swarm.Swarm);
        Span<byte> compact = stackalloc byte[CompactEndpoint.IPv6Length];
        foreach (IPEndPoint peer in swarm.Peers.Take(IPeerCache.MaxPeers))
        {
            int length = CompactEndpoint.Write(peer, compact);
            batch.Add("ZADD", key, now, (ReadOnlyMemory<byte>)compact[..length].ToArray());
        }

        batch.Add("ZREMRANGEBYSCORE", key, "-inf", now - _window)
            .Add("ZREMRANGEBYRANK", key, 0, -(MaxShared + 1))
            .Add("EXPIRE", key, _window);
    }
}
