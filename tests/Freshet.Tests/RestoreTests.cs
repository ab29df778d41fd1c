using System.Net;
using Freshet.Abstractions;
using Freshet.IO.State;

namespace Freshet.Tests;

public sealed class RestoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_seed_comes_back_asleep_and_serves_whoever_comes()
    {
        await using var swarm = new LoopbackSwarm();
        await SeedOnceAsync(swarm);
        BitTorrentClient again = await RestoreAsync(swarm);
        TorrentStatus status = Assert.Single(again.Snapshot().Torrents);
        Assert.Equal((TorrentState.Seeding, true, "album"), (status.State, status.IsComplete, status.Name));

        BitTorrentClient leech = await swarm.StartAsync("leech");
        Torrent torrent = (await leech.AddAsync(
            swarm.Torrent.Source, new AddOptions { Peers = [new IPEndPoint(IPAddress.Loopback, again.Snapshot().ListenPort!.Value)] }, Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leech"));
    }

    [Fact]
    public async Task What_was_stopped_changed_and_moved_comes_back_so()
    {
        await using var swarm = new LoopbackSwarm();
        var other = new TestTorrent("other", ("b", 50_000));
        other.WriteContent(swarm.Folder.At("seeder"));
        await using (BitTorrentClient client = await RestoreAsync(swarm))
        {
            swarm.Torrent.WriteContent(swarm.Folder.At("seeder"));
            Torrent first = await AddAsync(client, swarm.Torrent);
            Torrent second = await AddAsync(client, other);
            await first.StopAsync(Cancellation);
            await second.UpdateAsync(new TorrentPatch { QueueMove = QueueMove.Top, Goals = new SeedGoals { Ratio = 3 }, IsForced = true }, Cancellation);
        }

        BitTorrentClient again = await RestoreAsync(swarm);
        TorrentStatus[] statuses = [.. again.Snapshot().Torrents.OrderBy(status => status.QueuePosition)];
        Assert.Equal([("other", TorrentState.Seeding, true), ("album", TorrentState.Stopped, false)], statuses.Select(status => (status.Name, status.State, status.IsForced)));

        // The handle still knows everything, and the stopped one starts.
        Torrent album = again.Find(statuses[1].Id)!;
        Assert.Equal(4, album.Metainfo.Layout.Files.Count);
        await album.StartAsync(Cancellation);
        await album.WaitAsync(TorrentCondition.Complete, Cancellation);
    }

    [Fact]
    public async Task The_ratio_and_the_time_of_seeding_count_on()
    {
        await using var swarm = new LoopbackSwarm();
        TimeSpan seeded;
        await using (BitTorrentClient client = await RestoreAsync(swarm))
        {
            swarm.Torrent.WriteContent(swarm.Folder.At("seeder"));
            Torrent torrent = await AddAsync(client, swarm.Torrent);
            BitTorrentClient leech = await swarm.StartAsync("leech");
            Torrent leeching = (await leech.AddAsync(
                swarm.Torrent.Source, new AddOptions { Peers = [new IPEndPoint(IPAddress.Loopback, client.Snapshot().ListenPort!.Value)] }, Cancellation)).Torrent;
            await leeching.WaitAsync(TorrentCondition.Complete, Cancellation);
            while (torrent.Status().Uploaded < torrent.Status().WantedBytes)
                await Task.Yield();
            seeded = torrent.Status().SeedingTime(DateTimeOffset.UtcNow);
        }

        TorrentStatus status = Assert.Single((await RestoreAsync(swarm)).Snapshot().Torrents);
        Assert.True(status.Ratio >= 1);
        Assert.True(status.SeededBefore >= seeded);
    }

    [Fact]
    public async Task What_another_session_runs_is_not_brought_back_twice_and_its_process_is_named()
    {
        await using var swarm = new LoopbackSwarm();
        await SeedOnceAsync(swarm);
        BitTorrentClient holder = await RestoreAsync(swarm);
        Assert.Single(holder.Snapshot().Torrents);
        BitTorrentClient late = await RestoreAsync(swarm);
        Assert.Empty(late.Snapshot().Torrents);
        Assert.Contains($"process {Environment.ProcessId}", Assert.Single(late.RestoreFailures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_gone_are_noticed_when_somebody_comes_for_them()
    {
        await using var swarm = new LoopbackSwarm();
        await SeedOnceAsync(swarm);
        File.Delete(swarm.Folder.At("seeder", "album", "one.flac"));
        BitTorrentClient again = await RestoreAsync(swarm);
        Torrent torrent = again.Find(Assert.Single(again.Snapshot().Torrents).Id)!;
        BitTorrentClient leech = await swarm.StartAsync("leech");
        await leech.AddAsync(
            swarm.Torrent.Source, new AddOptions { Peers = [new IPEndPoint(IPAddress.Loopback, again.Snapshot().ListenPort!.Value)] }, Cancellation);
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(() => torrent.WaitAsync(TorrentCondition.Stopped, Cancellation));
        Assert.Contains("gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_removed_does_not_come_back_and_its_data_can_go_with_it()
    {
        await using var swarm = new LoopbackSwarm();
        await SeedOnceAsync(swarm);
        await using (BitTorrentClient client = await RestoreAsync(swarm))
            await client.RemoveAsync(Assert.Single(client.Snapshot().Torrents).Id, DataDisposal.Delete, Cancellation);
        Assert.False(Directory.Exists(swarm.Folder.At("seeder", "album")));
        Assert.Empty((await RestoreAsync(swarm)).Snapshot().Torrents);
    }

    [Theory]
    [InlineData("""{"priorities":[1]}""")]
    [InlineData("""{"priorities":[1,99,200,1,1,1,1,1,1,1,1]}""")]
    [InlineData("""{"limits":{"whole":{"up":0},"eachPeer":{"down":-7}}}""")]
    [InlineData("""{"limits":{"whole":null}}""")]
    [InlineData("""{"maxPeers":-5,"strategy":77,"trackerTiers":99,"trackers":[null,""]}""")]
    [InlineData("""{"goals":{"ratio":"NaN","seedTime":"-1.00:00:00"}}""")]
    [InlineData("[]")]
    public async Task Options_that_make_no_sense_keep_no_session_from_starting_and_no_torrent_from_seeding(string options)
    {
        await using var swarm = new LoopbackSwarm();
        await SeedOnceAsync(swarm);
        using (SqliteStateStore store = SqliteStateStore.Open(swarm.Folder.At("state")))
            store.Change([new RememberedChange(Assert.Single(store.LoadRemembered()).Hashes) { Options = options }]);
        BitTorrentClient again = await RestoreAsync(swarm);
        Torrent torrent = again.Find(Assert.Single(again.Snapshot().Torrents).Id)!;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        BitTorrentClient leech = await swarm.StartAsync("leech");
        Torrent fetched = (await leech.AddAsync(
            swarm.Torrent.Source, new AddOptions { Peers = [new IPEndPoint(IPAddress.Loopback, again.Snapshot().ListenPort!.Value)] }, Cancellation)).Torrent;
        await fetched.WaitAsync(TorrentCondition.Complete, Cancellation);
    }

    private static async Task SeedOnceAsync(LoopbackSwarm swarm)
    {
        swarm.Torrent.WriteContent(swarm.Folder.At("seeder"));
        await using BitTorrentClient client = await RestoreAsync(swarm);
        await AddAsync(client, swarm.Torrent);
    }

    private static async Task<Torrent> AddAsync(BitTorrentClient client, TestTorrent content)
    {
        Torrent torrent = (await client.AddAsync(content.Source, new AddOptions { Remember = true }, Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        return torrent;
    }

    private static Task<BitTorrentClient> RestoreAsync(LoopbackSwarm swarm) => swarm.StartAsync(new ClientOptions
    {
        DownloadDirectory = swarm.Folder.At("seeder"),
        StateDirectory = swarm.Folder.At("state"),
        BindAddress = IPAddress.Loopback,
        RestoreTorrents = true,
    });
}
