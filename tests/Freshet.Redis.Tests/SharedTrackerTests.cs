using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Tracker;

namespace Freshet.Redis.Tests;

/// <summary>Trackers that share their swarms on a real Redis.</summary>
public sealed class SharedTrackerTests
{
    private static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Range(7, 20).Select(i => (byte)i)]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Announces are told to one tracker and asked of the other, over HTTP and UDP.
    [Fact]
    public async Task What_one_tracker_hears_the_other_knows()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var one = await SharingTracker.StartAsync(redis);
        await using var other = await SharingTracker.StartAsync(redis);
        await one.AnnounceAsync(1001, left: 0, "completed");
        await one.AnnounceAsync(1002, left: 5);
        await other.AnnounceAsync(1003, left: 5);
        Answer answer = await other.AnnounceAsync(1004, left: 5);
        Assert.Equal([1001, 1002, 1003], answer.Ports);
        Assert.Equal((1, 3, 1), (answer.Complete, answer.Incomplete, answer.Downloaded));

        TrackerReply udp = Assert.Single(await TrackerClient.AnnounceAsync([$"udp://{one.Endpoint}/announce"], Swarm, cancellationToken: Cancellation));
        Assert.Null(udp.Error);
        Assert.Equal([1001, 1002, 1003, 1004], udp.Peers.Select(peer => peer.Port).Order());

        // Who leaves at one is gone at the other, too, once its memory of it has passed; in the store at once.
        await one.AnnounceAsync(1002, left: 5, "stopped");
        await using var third = await SharingTracker.StartAsync(redis);
        Assert.Equal([1001, 1003, 1004], (await third.AnnounceAsync(1005, left: 5)).Ports);
    }

    [Fact]
    public async Task Without_redis_a_tracker_answers_from_memory_and_shares_again_when_it_is_back()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var one = await SharingTracker.StartAsync(redis);
        await using var other = await SharingTracker.StartAsync(redis);
        await redis.StopAsync();
        await one.AnnounceAsync(1001, left: 5);
        Assert.Equal([1001], (await one.AnnounceAsync(1002, left: 5)).Ports);
        Assert.Empty((await other.AnnounceAsync(1003, left: 5)).Ports);
        await redis.StartAgainAsync();
        while (!one.Client.IsConnected || !other.Client.IsConnected)
            await Task.Delay(5, Cancellation);
        await one.AnnounceAsync(1001, left: 5);
        Assert.Contains(1001, (await other.AnnounceAsync(1003, left: 5)).Ports);
    }

    // An announce waits for its own patience and no longer, and is answered.
    [Fact]
    public async Task A_redis_that_hangs_does_not_hang_announces()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var tracker = await SharingTracker.StartAsync(redis);
        await tracker.AnnounceAsync(1001, left: 5);
        await redis.FreezeAsync(true);
        Assert.Equal([1001], (await tracker.AnnounceAsync(1002, left: 5)).Ports);
        await redis.FreezeAsync(false);
    }

    [Fact]
    public async Task Peers_on_redis_are_forgotten_in_time_and_bounded()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var client = new RedisClient(redis.Address);
        await client.TriedOnce;
        var swarms = new RedisSwarms(client, TimeSpan.FromSeconds(30));
        var swarmsBefore = new RedisSwarms(client, TimeSpan.FromSeconds(30), new ElevenMinutesAgo());
        for (int i = 1; i <= 3; i++)
            await AnnounceAsync(i == 2 ? swarmsBefore : swarms, Peer(i) with { Lifetime = TimeSpan.FromMinutes(10) });
        SharedSwarm swarm = (await AnnounceAsync(swarms, Peer(9) with { Peer = default, Wanted = 50 }))!;
        Assert.Equal((2, 2), (swarm.Leechers, swarm.Peers.Count));

        // Every key goes by itself.
        RespValue[] keys = await client.SendAsync(new RedisBatch().Add("KEYS", "*"));
        foreach (RespValue key in keys[0].Items)
            Assert.InRange((await client.SendAsync(new RedisBatch().Add("TTL", key.Text)))[0].Number, 1, 600);

        // A peer has one role.
        await AnnounceAsync(swarms, Peer(1) with { Role = SwarmRole.Seeder, Lifetime = TimeSpan.FromSeconds(600) });
        swarm = (await AnnounceAsync(swarms, Peer(9) with { Peer = default, Wanted = 50 }))!;
        Assert.Equal((1, 1), (swarm.Seeders, swarm.Leechers));
    }

    private static SharedAnnounce Peer(int number) => new(Swarm, new byte[] { 44, 0, 0, (byte)number, 1, 1 }, SwarmRole.Leecher);

    private static Task<SharedSwarm?> AnnounceAsync(RedisSwarms swarms, SharedAnnounce announce)
    {
        var answered = new TaskCompletionSource<SharedSwarm?>(TaskCreationOptions.RunContinuationsAsynchronously);
        swarms.Announce(announce, answered.SetResult);
        return answered.Task;
    }

    private sealed class ElevenMinutesAgo : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromMinutes(11);
    }

    private sealed record Answer(IReadOnlyList<int> Ports, long Complete, long Incomplete, long Downloaded)
    {
        public static Answer Read(byte[] body)
        {
            Assert.True(BencodeDocument.TryParse(body, BencodeLimits.Wire, out BencodeDocument document, out _));
            Assert.True(document.Root["peers"u8].TryGetBytes(out ReadOnlySpan<byte> peers));
            var ports = new List<int>();
            for (; peers.Length > 0; peers = peers[6..])
                ports.Add((peers[4] << 8) | peers[5]);
            return new Answer(
                ports.Order().ToList(), document.Root["complete"u8].IntegerOr(-1), document.Root["incomplete"u8].IntegerOr(-1), document.Root["downloaded"u8].IntegerOr(-1));
        }
    }

    private sealed class SharingTracker : IAsyncDisposable
    {
        private readonly TrackerServer _server;
        private readonly HttpClient _http = new();

        private SharingTracker(RedisClient client)
        {
            Client = client;
            _server = TrackerServer.Start(new TrackerOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)], SharedSwarms = new RedisSwarms(client), MaxRate = 0 });
        }

        public RedisClient Client { get; }

        public IPEndPoint Endpoint => _server.Endpoints[0];

        public static async Task<SharingTracker> StartAsync(RedisServer redis)
        {
            var client = new RedisClient(redis.Address, new RedisClientOptions { BackOff = TimeSpan.FromMilliseconds(5), MaxBackOff = TimeSpan.FromMilliseconds(20) });
            await client.TriedOnce;
            return new SharingTracker(client);
        }

        public async Task<Answer> AnnounceAsync(int port, long left, string announceEvent = "")
        {
            string hash = string.Concat(Swarm.Value.Bytes.ToArray().Select(b => $"%{b:x2}"));
            var url = new Uri(
                $"http://{Endpoint}/announce?info_hash={hash}&peer_id=-TT0000-{port:000000000000}&port={port}&left={left}&event={announceEvent}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            byte[] body = await _http.GetByteArrayAsync(url, Cancellation);
            return Answer.Read(body);
        }

        public async ValueTask DisposeAsync()
        {
            _server.Dispose();
            _http.Dispose();
            await Client.DisposeAsync();
        }
    }
}
