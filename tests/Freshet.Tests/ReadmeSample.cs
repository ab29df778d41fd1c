namespace Freshet.Tests;

/// <summary>The sample of README.md: compiled here, run here, and the same text there.</summary>
public sealed class ReadmeSample
{
    private static async Task DownloadAsync(string file, string folder)
    {
        // <sample>
        await using BitTorrentClient client = await BitTorrentClient.StartAsync(new ClientOptions { DownloadDirectory = folder });

        var progress = new Progress<TorrentStatus>(status =>
            Console.Write($"\r{status.Progress:P1} at {status.DownloadRate / 1e6:0.0} MB/s from {status.Peers} peers"));

        Torrent torrent = await client.DownloadAsync(file, progress: progress);

        Console.WriteLine($"\n{torrent.Metainfo.Name}: {torrent.Status().HaveBytes} bytes, every one verified.");
        // </sample>
    }

    [Fact]
    public async Task It_downloads()
    {
        await using var tracker = new TestTracker();
        await using var swarm = new LoopbackSwarm
        {
            Torrent = new TestTorrent("album", ("one.flac", 200_000), ("two.flac", 100_000)) { Tracker = tracker.Announce },
        };
        await swarm.SeedAsync();
        while (tracker.Requests.IsEmpty)
            await Task.Yield();
        string file = swarm.Folder.At("album.torrent");
        await File.WriteAllBytesAsync(file, swarm.Torrent.ToBytes(), TestContext.Current.CancellationToken);
        await DownloadAsync(file, swarm.Folder.At("downloads"));
        swarm.Torrent.AssertContent(swarm.Folder.At("downloads"));
    }

    [Fact]
    public void The_readme_shows_it_word_by_word_in_under_15_lines()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Freshet.slnx")))
            root = Path.GetDirectoryName(root)!;
        string[] source = File.ReadAllLines(Path.Combine(root, "tests", "Freshet.Tests", "ReadmeSample.cs"));
        string[] sample =
        [
            .. source.SkipWhile(line => line.Trim() != "// <sample>").Skip(1).TakeWhile(line => line.Trim() != "// </sample>")
                .Select(line => line.Length > 8 ? line[8..] : ""),
        ];
        Assert.InRange(sample.Length, 5, 14);
        Assert.Contains(string.Join('\n', sample), File.ReadAllText(Path.Combine(root, "README.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
