using System.Diagnostics.Metrics;
using Freshet.Abstractions;
using Freshet.Sessions;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

public sealed class SessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watching_gives_everything_first_and_then_what_changes()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Start = false }, Cancellation)).Torrent;
        await using IAsyncEnumerator<ChangeSet> changes = client.WatchAsync(minInterval: TimeSpan.Zero, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await changes.MoveNextAsync());
        Assert.True(changes.Current.IsFull);
        Assert.Equal(torrent.Id, Assert.Single(changes.Current.Changed).Id);
        long sequence = changes.Current.Sequence;

        await client.RemoveAsync(torrent.Id, cancellationToken: Cancellation);
        while (await changes.MoveNextAsync() && changes.Current.Removed.Count == 0)
            Assert.True(changes.Current.Sequence > sequence);
        Assert.Equal([torrent.Id], changes.Current.Removed);
        Assert.False(changes.Current.IsFull);
    }

    [Fact]
    public async Task A_watcher_can_go_on_where_it_left_off()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        await client.AddAsync(swarm.Torrent.Source, new AddOptions { Start = false }, Cancellation);
        long seen = client.Snapshot().Sequence;
        Torrent second = (await client.AddAsync(new TestTorrent("second", ("b", 10)).Source, new AddOptions { Start = false }, Cancellation)).Torrent;
        await foreach (ChangeSet change in client.WatchAsync(seen, TimeSpan.Zero, Cancellation))
        {
            Assert.False(change.IsFull);
            Assert.Equal(second.Id, Assert.Single(change.Changed).Id);
            break;
        }
    }

    [Fact]
    public async Task Watching_and_events_end_with_the_session()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        IAsyncEnumerable<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation);
        IAsyncEnumerable<ChangeSet> changes = client.WatchAsync(long.MaxValue, cancellationToken: Cancellation);
        await client.DisposeAsync();
        await foreach (TorrentEvent _ in events)
        {
        }

        await foreach (ChangeSet _ in changes)
        {
        }
    }

    [Fact]
    public async Task Queries_filter_sort_and_cut()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        foreach ((string name, int size) in new[] { ("beta", 300), ("Alpha", 100), ("gamma", 200) })
            await client.AddAsync(new TestTorrent(name, ("f", size)).Source, new AddOptions { Start = false }, Cancellation);

        async Task<string> NamesAsync(TorrentQuery query)
            => string.Join(' ', (await client.QueryAsync(query, Cancellation)).Items.Select(status => status.Name));

        Assert.Equal("beta Alpha gamma", await NamesAsync(new TorrentQuery()));
        Assert.Equal("Alpha beta gamma", await NamesAsync(new TorrentQuery { SortBy = TorrentSort.Name }));
        Assert.Equal("beta gamma Alpha", await NamesAsync(new TorrentQuery { SortBy = TorrentSort.Size, Descending = true }));
        Assert.Equal("gamma", await NamesAsync(new TorrentQuery { NameContains = "AMM" }));
        Assert.Equal("", await NamesAsync(new TorrentQuery { States = [TorrentState.Seeding] }));
        Page<TorrentStatus> page = await client.QueryAsync(new TorrentQuery { SortBy = TorrentSort.Name, Offset = 1, Limit = 1 }, Cancellation);
        Assert.Equal(3, page.Total);
        Assert.Equal("beta", Assert.Single(page.Items).Name);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_told_how_much_it_missed()
    {
        var hub = new EventHub(TimeProvider.System);
        IAsyncEnumerable<TorrentEvent> events = hub.SubscribeAsync(EventDetail.All, Cancellation);
        for (int i = 0; i < 5000; i++)
            hub.Publish(new StateTrouble(hub.Now, $"{i}"));
        hub.End();
        var read = new List<TorrentEvent>();
        await foreach (TorrentEvent happened in events)
            read.Add(happened);
        var dropped = Assert.IsType<EventsDropped>(read[0]);
        Assert.Equal(5000, dropped.Count + read.Count - 1);
        Assert.Equal("4999", Assert.IsType<StateTrouble>(read[^1]).Error);
        Assert.Equal($"{dropped.Count}", Assert.IsType<StateTrouble>(read[1]).Error);
    }

    [Fact]
    public async Task Who_asks_for_what_is_notable_is_not_woken_for_pieces_and_peers()
    {
        var hub = new EventHub(TimeProvider.System);
        IAsyncEnumerable<TorrentEvent> notable = hub.SubscribeAsync(EventDetail.Notable, Cancellation);
        Assert.False(hub.WantsAll);
        hub.Publish(new PieceCompleted(hub.Now, default, default));
        hub.Publish(new StateTrouble(hub.Now, "seen"));
        hub.End();
        var read = new List<TorrentEvent>();
        await foreach (TorrentEvent happened in notable)
            read.Add(happened);
        Assert.IsType<StateTrouble>(Assert.Single(read));
    }

    // THREATS H5 and B13: whatever trackers say, the log has no passkey and no control character.
    [Fact]
    public async Task Logs_and_events_hold_no_secret_and_no_escape_sequence()
    {
        const string Secret = "0123456789abcdef0123456789abcdef";
        await using var tracker = new TestTracker();
        tracker.Map($"/{Secret}/announce", _ => TestTracker.Answer("200 OK", System.Text.Encoding.ASCII.GetBytes($"d14:failure reason60:\u001b[2J no such key {Secret} at all, sorry.....e")));
        var log = new ListLog();
        await using var swarm = new LoopbackSwarm { Torrent = new TestTorrent("t", ("a", 10)) { Tracker = $"{tracker.Origin}/{Secret}/announce" } };
        BitTorrentClient client = await swarm.StartAsync("one", log);
        await using IAsyncEnumerator<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Trackers = [new Uri($"http://127.0.0.1:1/{Secret}")] }, Cancellation)).Torrent;
        var told = new List<string>();
        for (int announces = 0; announces < 2 && await events.MoveNextAsync();)
        {
            told.Add(events.Current.ToString());
            announces += events.Current is TrackerAnnounced ? 1 : 0;
        }

        told.AddRange((await torrent.GetTrackersAsync(Cancellation)).Select(status => status.ToString()));
        await client.DisposeAsync();
        told.AddRange(log.Lines);
        Assert.Contains(log.Lines, line => line.Contains("failed", StringComparison.Ordinal));
        Assert.All(told, text =>
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(text, char.IsControl);
        });
    }

    [Fact]
    public async Task The_meter_counts_what_moves()
    {
        long received = 0, pieces = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meter) =>
        {
            if (instrument.Meter.Name == "Freshet")
                meter.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "freshet.payload.received")
                Interlocked.Add(ref received, value);
            if (instrument.Name == "freshet.pieces.completed")
                Interlocked.Add(ref pieces, value);
        });
        listener.Start();
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await client.DisposeAsync();

        // Other tests of this process may count too.
        Assert.True(Interlocked.Read(ref received) >= status.TotalBytes);
        Assert.True(Interlocked.Read(ref pieces) >= status.PieceCount);
    }

    // THREATS P2: a link in the way is not followed, not even to delete.
    [Fact]
    public void Deleting_never_goes_through_a_link()
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("t", ("sub/a", 10), ("b", 10));
        Directory.CreateDirectory(folder.At("other"));
        File.WriteAllText(folder.At("other", "a"), "not ours");
        Directory.CreateDirectory(folder.At("data", "t"));
        Directory.CreateSymbolicLink(folder.At("data", "t", "sub"), folder.At("other"));
        File.WriteAllText(folder.At("data", "t", "b"), "ours");
        DataRemoval.Delete(Core.Metainfo.Load(torrent.ToBytes()), folder.At("data"));
        Assert.True(File.Exists(folder.At("other", "a")));
        Assert.False(File.Exists(folder.At("data", "t", "b")));
    }

    public static TheoryData<ClientOptions> Nonsense => new(
        new ClientOptions { DownloadDirectory = "" },
        new ClientOptions { ListenPort = 65536 },
        new ClientOptions { MaxConnections = 0 },
        new ClientOptions { MaxPeersPerTorrent = 0 },
        new ClientOptions { MemoryBudget = 1 },
        new ClientOptions { PeerTimeout = TimeSpan.Zero },
        new ClientOptions { RequestTimeout = TimeSpan.Zero },
        new ClientOptions { RequestQueue = 0 },
        new ClientOptions { UploadSlots = -1 },
        new ClientOptions { SnapshotInterval = TimeSpan.Zero });

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Options_that_make_no_sense_are_refused(ClientOptions options)
        => await Assert.ThrowsAsync<ArgumentException>(() => BitTorrentClient.StartAsync(options, Cancellation));

    private sealed class ListLog : ILoggerFactory, ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void AddProvider(ILoggerProvider provider) => throw new InvalidOperationException("There are no providers here.");

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
            // Nothing to close.
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}
