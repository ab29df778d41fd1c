using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Samples;

namespace Freshet.Tests;

/// <summary>The sample of a piece picker, compiled and used; and what happens when such a picker fails.</summary>
public sealed class PickerSampleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_ends_of_every_file_come_first()
    {
        await using var swarm = new LoopbackSwarm { Torrent = new TestTorrent("album", ("one.flac", 1_300_000), ("two.flac", 1_300_000)) };
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        await using IAsyncEnumerator<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Picker = metainfo => new PreviewPicker(metainfo.Layout) };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leecher"));
        int last = status.PieceCount - 1;
        int[] ends = [0, 1, last / 2, (last / 2) + 1, last - 1, last];

        // What the seeder allowed before it unchoked (BEP 6: ten pieces) comes before, and several workers write a few pieces out of order.
        var first = new List<int>();
        while (first.Count < ends.Length + 16 && await events.MoveNextAsync())
        {
            if (events.Current is PieceCompleted piece)
                first.Add(piece.Piece.Value);
        }

        Assert.True(status.PieceCount > 3 * first.Count);
        Assert.Subset(new HashSet<int>(first), new HashSet<int>(ends));
    }

    [Fact]
    public async Task A_picker_that_fails_is_told_of_and_the_download_goes_on()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync(new ClientOptions
        {
            DownloadDirectory = swarm.Folder.At("leecher"),
            StateDirectory = swarm.Folder.At("leecher-state"),
            BindAddress = System.Net.IPAddress.Loopback,
            Picker = _ => new Failing(),
        });
        await using IAsyncEnumerator<TorrentEvent> events = client.EventsAsync(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint] }, Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        PickerFailed? failed = null;
        while (failed is null && await events.MoveNextAsync())
            failed = events.Current as PickerFailed;
        Assert.Equal("NotSupportedException: not today", failed!.Reason);
    }

    [Fact]
    public async Task What_the_factory_throws_goes_to_who_adds()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Picker = _ => throw new NotSupportedException("not today") };
        await Assert.ThrowsAsync<NotSupportedException>(() => client.AddAsync(swarm.Torrent.Source, options, Cancellation));
        Assert.Empty(client.Snapshot().Torrents);
    }

    private sealed class Failing : IPiecePicker
    {
        public PieceIndex? Choose(IPieceView view) => throw new NotSupportedException("not today");
    }
}
