using Freshet.Abstractions;

namespace Freshet.Redis;

/// <summary>
/// Swarms on Redis, for trackers that share them. Each torrent has a sorted set for each role, of addresses by the time at which they are forgotten, and a counter of
/// completions; all expire by themselves. The clocks of the trackers must agree to some minutes.
/// </summary>
/// <param name="client">The connection; whoever made it disposes of it.</param>
/// <param name="patience">How long an announce may wait for Redis.</param>
/// <param name="clock">The time of day.</param>
public sealed class RedisSwarms(RedisClient client, TimeSpan? patience = null, TimeProvider? clock = null) : ISharedSwarms
{
    /// <summary>Peers of a torrent and a role that are kept: far more than anyone is told of. The ones that are nearest to being forgotten go.</summary>
    public const int MaxPeers = 20_000;

    private static readonly SwarmRole[] Roles = Enum.GetValues<SwarmRole>();
    private static readonly long CounterSeconds = (long)TimeSpan.FromDays(30).TotalSeconds;

    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMilliseconds(250);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public void Announce(SharedAnnounce announce, Action<SharedSwarm?> answered) => _ = AnnounceAsync(announce, answered);

    private static RedisArgument KeyOf(SharedAnnounce announce, string part) => $"freshet:{{{announce.Swarm}}}:{part}";

    private static RedisArgument KeyOf(SharedAnnounce announce, SwarmRole role)
        => KeyOf(announce, role switch { SwarmRole.Seeder => "seeders", SwarmRole.PartialSeed => "partial", _ => "leechers" });

    private async Task AnnounceAsync(SharedAnnounce announce, Action<SharedSwarm?> answered)
    {
        SharedSwarm? swarm = null;
        try
        {
            var batch = new RedisBatch();
            long now = _clock.GetUtcNow().ToUnixTimeSeconds();
            if (!announce.Peer.IsEmpty)
                Tell(batch, announce, now);
            int told = batch.Count;
            if (announce.Wanted > 0)
                Ask(batch, announce, now);
            RespValue[] replies = await client.SendAsync(batch).WaitAsync(_patience, _clock).ConfigureAwait(false);
            swarm = announce.Wanted > 0 ? Read(replies.AsSpan(told), announce.Wanted) : null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // The tracker answers from its memory.
        }

        answered(swarm);
    }

    private static void Tell(RedisBatch batch, SharedAnnounce announce, long now)
    {
        foreach (SwarmRole role in Roles)
        {
            if (announce.IsGone || role != announce.Role)
                batch.Add("ZREM", KeyOf(announce, role), announce.Peer);
        }

        if (announce.IsGone)
            return;
        RedisArgument key = KeyOf(announce, announce.Role);
        long lifetime = (long)announce.Lifetime.TotalSeconds;
        batch.Add("ZADD", key, now + lifetime, announce.Peer)
            .Add("ZREMRANGEBYRANK", key, 0, -(MaxPeers + 1))
            .Add("EXPIRE", key, lifetime);
        if (announce.HasCompleted)
            batch.Add("INCR", KeyOf(announce, "completed")).Add("EXPIRE", KeyOf(announce, "completed"), CounterSeconds);
    }

    private static void Ask(RedisBatch batch, SharedAnnounce announce, long now)
    {
        foreach (SwarmRole role in Roles)
        {
            RedisArgument key = KeyOf(announce, role);
            batch.Add("ZREMRANGEBYSCORE", key, "-inf", now).Add("ZCARD", key).Add("ZRANDMEMBER", key, announce.Wanted);
        }

        batch.Add("GET", KeyOf(announce, "completed"));
    }

    // Whoever owns the Redis, or has got into it, may send more than was asked for: what is taken is what the tracker makes room for.
    private static SharedSwarm Read(ReadOnlySpan<RespValue> replies, int wanted)
    {
        int[] counts = new int[Roles.Length];
        var peers = new List<(ReadOnlyMemory<byte>, SwarmRole)>();
        for (int i = 0; i < Roles.Length; i++)
        {
            counts[(int)Roles[i]] = Count(replies[(i * 3) + 1]);
            foreach (RespValue member in replies[(i * 3) + 2].Items.Take(wanted))
                peers.Add((member.Bytes, Roles[i]));
        }

        return new SharedSwarm(
            counts[(int)SwarmRole.Seeder], counts[(int)SwarmRole.PartialSeed], counts[(int)SwarmRole.Leecher], Count(replies[Roles.Length * 3]), peers);
    }

    private static int Count(RespValue value) => (int)Math.Clamp(value.Number, 0, int.MaxValue);
}
