using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Redis.Tests;

/// <summary>A peer cache on a real Redis, that clients share.</summary>
public sealed class RedisPeerCacheTests
{
    private static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Range(7, 20).Select(i => (byte)i)]));
    private static readonly IPEndPoint[] Peers = [IPEndPoint.Parse("1.2.3.4:6881"), IPEndPoint.Parse("[2a02::5]:51413")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_client_keeps_another_finds()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var one = new RedisClient(redis.Address);
        await using var other = new RedisClient(redis.Address);
        await new RedisPeerCache(one).KeepAsync([new CachedSwarm(Swarm, Peers[..1])], Stop);
        await new RedisPeerCache(other).KeepAsync([new CachedSwarm(Swarm, Peers[1..])], Stop);
        IReadOnlyList<IPEndPoint> found = await new RedisPeerCache(other).FindAsync(Swarm, Stop);
        Assert.Equal(Peers.Select(peer => peer.ToString()).Order(StringComparer.Ordinal), found.Select(peer => peer.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(await new RedisPeerCache(one).FindAsync(new InfoHash(new Sha1Hash(new byte[20])), Stop));
    }

    [Fact]
    public async Task The_latest_come_first_and_what_is_beyond_the_window_is_gone()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var client = new RedisClient(redis.Address);
        TimeSpan window = TimeSpan.FromMinutes(10);
        await new RedisPeerCache(client, window, new MinutesAgo(9)).KeepAsync([new CachedSwarm(Swarm, Peers[..1])], Stop);
        await new RedisPeerCache(client, window).KeepAsync([new CachedSwarm(Swarm, Peers[1..])], Stop);
        Assert.Equal(Peers.Reverse(), await new RedisPeerCache(client, window).FindAsync(Swarm, Stop));
        Assert.Equal(Peers[1..], await new RedisPeerCache(client, TimeSpan.FromMinutes(5)).FindAsync(Swarm, Stop));

        // Whoever keeps something takes what is too old away.
        await new RedisPeerCache(client, TimeSpan.FromMinutes(5)).KeepAsync([new CachedSwarm(Swarm, Peers[1..])], Stop);
        Assert.Equal(1, await NumberAsync(client, "ZCARD"));
    }

    [Fact]
    public async Task A_swarm_is_bounded_and_expires()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var client = new RedisClient(redis.Address);
        var cache = new RedisPeerCache(client, TimeSpan.FromHours(1));
        for (int i = 0; i < 10; i++)
        {
            int port = 1000 * (i + 1);
            await cache.KeepAsync([new CachedSwarm(Swarm, [.. Enumerable.Range(port, 200).Select(number => new IPEndPoint(IPAddress.Parse("1.2.3.4"), number))])], Stop);
        }

        Assert.Equal(RedisPeerCache.MaxShared, await NumberAsync(client, "ZCARD"));
        Assert.InRange(await NumberAsync(client, "TTL"), 3500, 3600);
        Assert.Equal(IPeerCache.MaxPeers, (await cache.FindAsync(Swarm, Stop)).Count);
    }

    [Fact]
    public async Task Members_that_are_no_address_are_left_out()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var client = new RedisClient(redis.Address);
        await new RedisPeerCache(client).KeepAsync([new CachedSwarm(Swarm, Peers[..1])], Stop);
        await client.SendAsync(new RedisBatch().Add("ZADD", $"freshet:peers:{{{Swarm}}}", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), "rubbish"));
        Assert.Equal(Peers[..1], await new RedisPeerCache(client).FindAsync(Swarm, Stop));
    }

    [Fact]
    public async Task Where_there_is_no_redis_it_says_so()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await redis.StopAsync();
        await using var client = new RedisClient(redis.Address);
        await Assert.ThrowsAsync<RedisException>(() => new RedisPeerCache(client).FindAsync(Swarm, Stop));
    }

    private static async Task<long> NumberAsync(RedisClient client, string command)
        => (await client.SendAsync(new RedisBatch().Add(command, $"freshet:peers:{{{Swarm}}}")))[0].Number;

    private sealed class MinutesAgo(int minutes) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromMinutes(minutes);
    }
}
