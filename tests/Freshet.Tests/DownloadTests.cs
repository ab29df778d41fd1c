using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Tests;

public sealed class DownloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_downloads_from_another()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        await using IAsyncEnumerator<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;

        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);

        Assert.Equal(status.PieceCount, status.PiecesHave);
        Assert.Equal(1, status.Progress);
        Assert.Equal(1_033_001, status.Downloaded);
        Assert.True((await torrent.GetPiecesAsync(Cancellation)).IsFull);
        swarm.Torrent.AssertContent(swarm.Folder.At("leecher"));
        int pieces = 0;
        while (pieces < status.PieceCount && await events.MoveNextAsync())
            pieces += events.Current is PieceCompleted ? 1 : 0;
        Assert.Equal(status.PieceCount, pieces);
    }

    [Fact]
    public async Task What_was_downloaded_is_known_to_the_next_session()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient first = await swarm.StartAsync("leecher");
        Torrent torrent = (await first.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await first.DisposeAsync();

        BitTorrentClient second = await swarm.StartAsync("leecher");
        torrent = (await second.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal(1_033_001, status.Downloaded);
    }

    [Fact]
    public async Task Only_the_selected_files_are_fetched()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Select = file => file.Path.EndsWith("cover.jpg", StringComparison.Ordinal) };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.True(status.IsComplete);
        Assert.InRange(status.PiecesHave, 2, 3);
        Assert.Equal(swarm.Torrent.Files[1].Bytes, await File.ReadAllBytesAsync(swarm.Folder.At("leecher", "album", "art", "cover.jpg"), Cancellation));
    }

    [Fact]
    public async Task The_selection_can_be_changed()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Select = file => file.Index.Value == 1, Start = false };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        await torrent.SelectAsync(null, Cancellation);
        await torrent.StartAsync(Cancellation);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leecher"));
    }

    [Fact]
    public async Task Strategy_and_priorities_can_be_changed_in_one_patch()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Priority = file => file.Index.Value == 0 ? FilePriority.Skip : FilePriority.Low, Start = false };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        await torrent.UpdateAsync(
            new TorrentPatch
            {
                Strategy = PieceStrategy.Smart,
                Priorities = new Dictionary<FileIndex, FilePriority> { [new FileIndex(1)] = FilePriority.Skip, [new FileIndex(3)] = FilePriority.High },
            },
            Cancellation);
        Assert.Equal([FilePriority.Skip, FilePriority.Skip, FilePriority.Low, FilePriority.High], await torrent.GetPrioritiesAsync(Cancellation));
        await torrent.StartAsync(Cancellation);
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal(status.WantedBytes, status.HaveBytes);
        Assert.Equal(swarm.Torrent.Files[3].Bytes, await File.ReadAllBytesAsync(swarm.Folder.At("leecher", "album", "two.flac"), Cancellation));
        Assert.True(status.PiecesHave < status.PieceCount);
        await Assert.ThrowsAsync<ArgumentException>(() => torrent.UpdateAsync(
            new TorrentPatch { Priorities = new Dictionary<FileIndex, FilePriority> { [new FileIndex(4)] = FilePriority.Low } }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => torrent.UpdateAsync(new TorrentPatch { Strategy = (PieceStrategy)9 }, Cancellation));
    }

    [Fact]
    public async Task Peers_and_trackers_can_be_looked_at()
    {
        await using var swarm = new LoopbackSwarm();
        await using var tracker = new TestTracker();
        Torrent seeding = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Trackers = [new Uri(tracker.Announce)], Start = false };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        Assert.Equal(TorrentState.Stopped, torrent.Status().State);
        Assert.Empty(await torrent.GetPeersAsync(Cancellation));
        Assert.Equal(tracker.Announce, Assert.Single(await torrent.GetTrackersAsync(Cancellation)).Url);

        await torrent.StartAsync(Cancellation);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await torrent.StopAsync(Cancellation);
        Assert.Equal(TorrentState.Stopped, torrent.Status().State);
        Assert.Empty(await torrent.GetPeersAsync(Cancellation));
        Assert.Contains(tracker.Requests, line => line.Contains("event=started", StringComparison.Ordinal));
        Assert.Contains(tracker.Requests, line => line.Contains("event=stopped", StringComparison.Ordinal));

        // The seeder's snapshot may be half a second old.
        await foreach (ChangeSet _ in swarm.Clients[0].WatchAsync(minInterval: TimeSpan.FromMilliseconds(1), cancellationToken: Cancellation))
        {
            if (seeding.Status().Uploaded >= 1_033_001)
                break;
        }
    }

    [Fact]
    public async Task A_torrent_that_is_there_is_not_added_twice()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        AddResult first = await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);
        AddResult second = await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);
        Assert.False(first.WasThere);
        Assert.True(second.WasThere);
        Assert.Same(first.Torrent, second.Torrent);
        Assert.Same(first.Torrent, client.Find(first.Torrent.Id));
        Assert.Same(first.Torrent, client.Find(first.Torrent.Hashes.Primary));
        Assert.Single(client.Snapshot().Torrents);
    }

    [Fact]
    public async Task The_same_torrent_in_the_same_folder_is_refused_to_a_second_session()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient one = await swarm.StartAsync("shared");
        BitTorrentClient two = await swarm.StartAsync("shared");
        await one.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);
        FreshetException refusal = await Assert.ThrowsAsync<FreshetException>(() => two.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation));
        Assert.Equal(FreshetError.Conflict, refusal.Error);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);

        // Another folder is no trouble, and neither is the same one after the first has left.
        await two.AddAsync(swarm.Torrent.Source, new AddOptions { Directory = swarm.Folder.At("elsewhere") }, Cancellation);
        await one.DisposeAsync();
        BitTorrentClient three = await swarm.StartAsync("shared");
        await three.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);
    }

    // THREATS P8: only what is the torrent's goes.
    [Fact]
    public async Task Removing_with_its_data_leaves_foreign_files()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seeding = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        swarm.Torrent.WriteContent(swarm.Folder.At("leecher"));
        await File.WriteAllTextAsync(swarm.Folder.At("leecher", "album", "mine.txt"), "mine", Cancellation);
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await client.RemoveAsync(torrent.Id, DataDisposal.Delete, Cancellation);
        Assert.Equal([swarm.Folder.At("leecher", "album", "mine.txt")], Directory.GetFileSystemEntries(swarm.Folder.At("leecher", "album")));
        Assert.Null(client.Find(torrent.Id));
        Assert.Empty(client.Snapshot().Torrents);
        await client.RemoveAsync(torrent.Id, cancellationToken: Cancellation);
        await Assert.ThrowsAsync<FreshetException>(() => torrent.WaitAsync(TorrentCondition.Complete, Cancellation));
        swarm.Torrent.AssertContent(seeding.Directory);
    }

    [Fact]
    public async Task Waiting_ends_with_the_session()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("one");
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;
        Task<TorrentStatus> waiting = torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Equal(TorrentState.Stopped, torrent.Status().State);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_conflict()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        FreshetException refusal = await Assert.ThrowsAsync<FreshetException>(() => swarm.StartAsync(new ClientOptions
        {
            StateDirectory = swarm.Folder.At("state"),
            BindAddress = System.Net.IPAddress.Loopback,
            ListenPort = swarm.SeederEndpoint.Port,
        }));
        Assert.Equal(FreshetError.Conflict, refusal.Error);
        Assert.Contains(swarm.SeederEndpoint.Port.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_port_nothing_listens()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync(new ClientOptions { StateDirectory = swarm.Folder.At("state"), ListenPort = null, Dht = DhtOptions.Off });
        Assert.Null(client.Snapshot().ListenPort);
    }

    [Fact]
    public async Task A_folder_where_a_file_should_be_is_told_with_its_path()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        Directory.CreateDirectory(swarm.Folder.At("leecher", "album", "one.flac"));
        BitTorrentClient client = await swarm.StartAsync("leecher");
        await using IAsyncEnumerator<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;
        DiskTrouble? trouble = null;
        while (trouble is null && await events.MoveNextAsync())
            trouble = events.Current as DiskTrouble;
        Assert.Equal(DiskErrorKind.Blocked, trouble!.Error.Kind);
        Assert.EndsWith("one.flac", trouble.Error.Path, StringComparison.Ordinal);
        Assert.Equal(torrent.Id, trouble.Torrent);
    }
}
