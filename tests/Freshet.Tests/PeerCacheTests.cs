using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Sessions;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

public sealed class PeerCacheTests
{
    private static readonly InfoHash Swarm = new(new Sha1Hash(new byte[20]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_finds_its_peers_without_any_tracker()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        await using (BitTorrentClient first = await swarm.StartAsync("leech"))
        {
            Torrent torrent = (await first.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;
            await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        }

        BitTorrentClient again = await swarm.StartAsync("leech");
        Torrent anew = (await again.AddAsync(swarm.Torrent.Source, new AddOptions { Directory = swarm.Folder.At("elsewhere") }, Cancellation)).Torrent;
        await anew.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("elsewhere"));
    }

    [Fact]
    public async Task A_cache_of_ones_own_is_asked_and_told()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        var cache = new TestCache { Any = [swarm.SeederEndpoint] };
        await using (BitTorrentClient client = await swarm.StartAsync(new ClientOptions
        {
            DownloadDirectory = swarm.Folder.At("leech"),
            StateDirectory = swarm.Folder.At("leech-state"),
            BindAddress = IPAddress.Loopback,
            RememberPeers = false,
            PeerCache = cache,
        }))
        {
            Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;
            await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        }

        Assert.Equal([swarm.SeederEndpoint], Assert.Single(cache.Kept).Value);
    }

    [Fact]
    public async Task A_cache_that_fails_is_warned_of_once_and_left_alone_for_a_while()
    {
        var clock = new WallClock(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc);
        var log = new WarningLog();
        var cache = new TestCache { Fails = true };
        int found = 0;
        var worker = new PeerCacheWorker(cache, (_, _, _) => found++, log, clock);
        for (int i = 0; i < 50; i++)
        {
            worker.Ask(new PeersWantedNotice(new TorrentId(i), [Swarm]));
            worker.Tell(new PeersKnownNotice(new TorrentId(i), [new CachedSwarm(Swarm, [])]));
        }

        await worker.FlushAsync();
        Assert.Equal(1, cache.Calls);
        Assert.Equal(1, log.Warnings);

        // A second later it fails once more, and is left alone for two.
        clock.Advance(TimeSpan.FromSeconds(1));
        worker.Ask(new PeersWantedNotice(new TorrentId(1), [Swarm]));
        await worker.FlushAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        worker.Ask(new PeersWantedNotice(new TorrentId(1), [Swarm]));
        await worker.FlushAsync();
        Assert.Equal(2, cache.Calls);
        Assert.Equal(1, log.Warnings);

        cache.Fails = false;
        cache.Kept[Swarm] = [new IPEndPoint(IPAddress.Loopback, 1)];
        clock.Advance(TimeSpan.FromSeconds(1));
        worker.Ask(new PeersWantedNotice(new TorrentId(1), [Swarm]));
        await worker.FlushAsync();
        Assert.Equal(1, found);
    }

    private sealed class TestCache : IPeerCache
    {
        public Dictionary<InfoHash, IReadOnlyList<IPEndPoint>> Kept { get; } = [];

        /// <summary>What it finds of any swarm.</summary>
        public IReadOnlyList<IPEndPoint> Any { get; init; } = [];

        public bool Fails { get; set; }

        public int Calls { get; private set; }

        public Task<IReadOnlyList<IPEndPoint>> FindAsync(InfoHash swarm, CancellationToken stop)
        {
            Call();
            return Task.FromResult(Kept.GetValueOrDefault(swarm) ?? Any);
        }

        public Task KeepAsync(IReadOnlyList<CachedSwarm> swarms, CancellationToken stop)
        {
            Call();
            foreach (CachedSwarm swarm in swarms)
                Kept[swarm.Swarm] = swarm.Peers;
            return Task.CompletedTask;
        }

        private void Call()
        {
            Calls++;
            if (Fails)
                throw new IOException("no disk");
        }
    }

    private sealed class WarningLog : ILogger
    {
        public int Warnings { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Warnings += logLevel == LogLevel.Warning ? 1 : 0;
    }
}
