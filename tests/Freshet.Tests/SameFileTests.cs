using System.Net;
using Freshet.Abstractions;

namespace Freshet.Tests;

/// <summary>A file that two torrents have in common, on real sockets and files: it is on the line once, and on the disk twice.</summary>
public sealed class SameFileTests
{
    private const int Common = 700_000;
    private const int Piece = 32 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Of v1, so that equal lengths and pieces alone tell.
    private static TestTorrent Other => new("sequel", ("again.flac", Common), ("new.txt", 50_000));

    [Fact]
    public async Task What_another_torrent_has_is_not_on_the_line_and_is_told_of()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        IPEndPoint seeder = await SeedOtherAsync(swarm);
        BitTorrentClient client = await swarm.StartAsync("both");
        var taken = new TaskCompletionSource<FileTaken>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ListenAsync(client, taken);
        Torrent first = await AddAsync(client, swarm.Torrent.Source, swarm.SeederEndpoint);
        await first.WaitAsync(TorrentCondition.Complete, Cancellation);
        Torrent second = await AddAsync(client, Other.Source, seeder);
        await second.WaitAsync(TorrentCondition.Complete, Cancellation);
        Other.AssertContent(swarm.Folder.At("both"));
        FileTaken told = await taken.Task.WaitAsync(Cancellation);
        Assert.Equal((second.Id, "sequel/again.flac", first.Id, "album"), (told.Torrent, told.Path, told.Giver, told.GiverName));
        TorrentStatus status = await SettledAsync(second);
        Assert.InRange(status.Downloaded - status.Wasted, 1, 50_000 + (2 * Piece));
        Assert.InRange(status.TakenThisRun, Common - (2 * Piece), Common);
    }

    /// <summary>A seed of an earlier run sleeps without its metainfo: the state knows which files it has.</summary>
    [Theory]
    [InlineData(ReuseScope.Public)]
    [InlineData(ReuseScope.Off)]
    public async Task A_remembered_torrent_that_sleeps_is_found_by_its_files(ReuseScope scope)
    {
        await using var swarm = new LoopbackSwarm();
        swarm.Torrent.WriteContent(swarm.Folder.At("both"));
        await using (BitTorrentClient before = await RestoreAsync(swarm, scope))
        {
            Torrent seed = (await before.AddAsync(swarm.Torrent.Source, new AddOptions { Remember = true }, Cancellation)).Torrent;
            await seed.WaitAsync(TorrentCondition.Complete, Cancellation);
        }

        BitTorrentClient client = await RestoreAsync(swarm, scope);
        Assert.Single(client.Snapshot().Torrents);

        // Nobody else has it: what is taken is all that comes, until a seeder is named.
        Torrent torrent = (await client.AddAsync(Other.Source, new AddOptions { UseTrackers = false }, Cancellation)).Torrent;
        if (scope == ReuseScope.Public)
        {
            while (torrent.Status().HaveBytes < Common - (2 * Piece))
                await Task.Delay(20, Cancellation);
        }

        await client.AddAsync(Other.Source, new AddOptions { Peers = [await SeedOtherAsync(swarm)] }, Cancellation);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Other.AssertContent(swarm.Folder.At("both"));
        Assert.Equal(scope == ReuseScope.Public, (await SettledAsync(torrent)).TakenThisRun > 0);
    }

    private static Task<BitTorrentClient> RestoreAsync(LoopbackSwarm swarm, ReuseScope scope) => swarm.StartAsync(new ClientOptions
    {
        DownloadDirectory = swarm.Folder.At("both"),
        StateDirectory = swarm.Folder.At("both-state"),
        BindAddress = IPAddress.Loopback,
        RestoreTorrents = true,
        Reuse = scope,
    });

    private static async Task<IPEndPoint> SeedOtherAsync(LoopbackSwarm swarm)
    {
        Other.WriteContent(swarm.Folder.At("sequel"));
        BitTorrentClient client = await swarm.StartAsync("sequel");
        Torrent torrent = (await client.AddAsync(Other.Source, cancellationToken: Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        return new IPEndPoint(IPAddress.Loopback, client.Snapshot().ListenPort!.Value);
    }

    private static async Task<Torrent> AddAsync(BitTorrentClient client, TorrentSource source, IPEndPoint seeder)
        => (await client.AddAsync(source, new AddOptions { Peers = [seeder] }, Cancellation)).Torrent;

    private static async Task ListenAsync(BitTorrentClient client, TaskCompletionSource<FileTaken> taken)
    {
        await foreach (TorrentEvent happened in client.EventsAsync(EventDetail.Notable, Cancellation))
        {
            if (happened is FileTaken found)
                taken.TrySetResult(found);
        }
    }

    /// <summary>The figures once they are those of the end: a snapshot may be a moment old.</summary>
    private static async Task<TorrentStatus> SettledAsync(Torrent torrent)
    {
        while (torrent.Status() is { IsComplete: false })
            await Task.Delay(20, Cancellation);
        await Task.Delay(300, Cancellation);
        return torrent.Status();
    }
}
