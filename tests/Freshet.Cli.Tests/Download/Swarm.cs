using System.Net;

namespace Freshet.Cli.Tests.Download;

/// <summary>A seeder of the library for the command to download from, over loopback.</summary>
internal sealed class Swarm : IAsyncDisposable
{
    private readonly BitTorrentClient _seeder;

    private Swarm(BitTorrentClient seeder, TempFolder folder, TestTorrent torrent)
    {
        _seeder = seeder;
        Folder = folder;
        Torrent = torrent;
        TorrentFile = torrent.WriteTorrent(folder);
    }

    public TempFolder Folder { get; }

    public TestTorrent Torrent { get; }

    public string TorrentFile { get; }

    public string Peer => $"127.0.0.1:{_seeder.Snapshot().ListenPort}";

    public static async Task<Swarm> StartAsync(TestTorrent? torrent = null)
    {
        torrent ??= new TestTorrent("album", ("one.flac", 300_000), ("art/cover.jpg", 5_000));
        var folder = new TempFolder();
        torrent.WriteContent(folder.At("seeder"));
        BitTorrentClient seeder = await BitTorrentClient.StartAsync(
            new ClientOptions { DownloadDirectory = folder.At("seeder"), StateDirectory = folder.At("seeder-state"), BindAddress = IPAddress.Loopback },
            TestContext.Current.CancellationToken);
        Freshet.Torrent seeding = (await seeder.AddAsync(TorrentSource.FromBytes(torrent.ToBytes()), cancellationToken: TestContext.Current.CancellationToken)).Torrent;
        await seeding.WaitAsync(TorrentCondition.Complete, TestContext.Current.CancellationToken);
        return new Swarm(seeder, folder, torrent);
    }

    /// <summary>The options that every download of these tests takes.</summary>
    public string[] Download(params string[] more)
        => ["download", TorrentFile, "-o", Folder.At("out"), "--state-dir", Folder.At("state"), "--bind", "127.0.0.1", "--peer", Peer, .. more];

    public async ValueTask DisposeAsync()
    {
        await _seeder.DisposeAsync();
        Folder.Dispose();
    }
}
