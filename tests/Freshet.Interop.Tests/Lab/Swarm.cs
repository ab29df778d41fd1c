using System.Diagnostics;
using System.Net;
using Freshet.Interop.Tests.Clients;

namespace Freshet.Interop.Tests.Lab;

/// <summary>A lab with one torrent: a host that has its content, one that wants it, and whoever else a test adds.</summary>
internal sealed class Swarm : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private Swarm(NetworkLab lab, LabHost seeder, LabHost leecher)
    {
        Lab = lab;
        Seeder = seeder;
        Leecher = leecher;
        Source = seeder.NewFolder("data");
        Target = leecher.NewFolder("out");
    }

    public NetworkLab Lab { get; }

    public LabHost Seeder { get; }

    public LabHost Leecher { get; }

    /// <summary>The seeder's folder that the content lies in.</summary>
    public string Source { get; }

    /// <summary>The leecher's folder.</summary>
    public string Target { get; }

    /// <summary>The file or folder that is shared.</summary>
    public string Content { get; private set; } = "";

    /// <summary>The torrent file.</summary>
    public string Torrent { get; private set; } = "";

    /// <summary>How a download is told of the seeder.</summary>
    public string[] SeederAsPeer => ["--peer", PeerAt(Seeder.IPv4)];

    /// <summary>Skips the test where libtorrent or one of these programs is not installed, or where namespaces cannot be made.</summary>
    public static async Task<Swarm> CreateAsync(params string[] programs)
    {
        await Libtorrent.NeedAsync();
        NetworkLab lab = await NetworkLab.CreateAsync(programs);
        return new Swarm(lab, await lab.AddHostAsync(), await lab.AddHostAsync());
    }

    /// <summary>Where a client of libtorrent's port is reached.</summary>
    public static string PeerAt(IPAddress address) => new IPEndPoint(address, Libtorrent.Port).ToString();

    /// <summary>Makes the torrent of a file or folder of the seeder.</summary>
    public async Task ShareAsync(string content, int pieceLength, params string[] trackers)
    {
        Content = content;
        Torrent = await Libtorrent.MakeAsync(Lab, content, pieceLength, trackers);
    }

    /// <summary>The same, of any version: <c>v1</c>, <c>v2</c>, <c>hybrid</c>.</summary>
    public async Task ShareAsync(string content, int pieceLength, string kind, string[] trackers)
    {
        Content = content;
        Torrent = await Libtorrent.MakeAsync(Lab, content, pieceLength, kind, trackers);
    }

    /// <summary>The same, made by the command.</summary>
    public async Task PublishAsync(string content, params string[] options)
    {
        string torrent = Path.Combine(Lab.Folder, Path.GetFileName(content) + ".torrent");
        await MustEndWithAsync(0, Seeder.Freshet(["create", content, "-o", torrent, .. options]));
        Share(content, torrent);
    }

    /// <summary>The same, of a torrent that was made already.</summary>
    public void Share(string content, string torrent)
    {
        Content = content;
        Torrent = torrent;
    }

    /// <summary>Has libtorrent seed it.</summary>
    public Task<LabProcess> SeedAsync(int bytesPerSecond = 0) => Libtorrent.SeedAsync(Lab, Seeder, Torrent, Source, bytesPerSecond);

    /// <summary>Has the command seed it.</summary>
    public async Task<LabProcess> SeedWithFreshetAsync(params string[] options)
    {
        LabProcess seeder = Seeder.Freshet(["seed", Torrent, "-o", Source, "--listen-port", $"{Libtorrent.Port}", "-v", .. options]);
        await seeder.WaitForAsync("complete", TimeSpan.FromSeconds(30));
        return seeder;
    }

    /// <summary>Waits until a client has put the whole content into a folder, and compares every byte.</summary>
    /// <param name="folder">Where it downloads to.</param>
    /// <param name="client">The client.</param>
    /// <param name="says">What it prints then; null for one that gives files their names only when they are whole.</param>
    public async Task MustArriveAsync(string folder, LabProcess client, string? says)
    {
        if (says is not null)
            await client.WaitForAsync(says, Limit);
        string arrived = Path.Combine(folder, Path.GetFileName(Content));
        for (Stopwatch waited = Stopwatch.StartNew(); !Tests.Content.IsAllThere(Content, arrived); await Task.Delay(100))
            Assert.True(waited.Elapsed < Limit && !client.HasExited, $"{arrived} did not get all files:\n{client.Output}");
        Tests.Content.MustBeSame(Content, arrived);
    }

    /// <summary>Starts the leecher's download from the seeder again and again, and kills it each time before it can be done.</summary>
    /// <param name="times">How often.</param>
    /// <param name="shortest">Milliseconds that each has at least.</param>
    /// <param name="spread">Milliseconds that it may have beyond that.</param>
    /// <param name="seed">Draws the moments.</param>
    public async Task KillDownloadsAsync(int times, int shortest, int spread, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < times; i++)
        {
            LabProcess killed = StartDownload([.. SeederAsPeer, "--no-trackers"]);
            await Task.Delay(shortest + random.Next(spread), TestContext.Current.CancellationToken);
            Assert.False(killed.HasExited, "it ended before it was killed");
            killed.Kill();
        }
    }

    /// <summary>Starts opentracker on a host, for this torrent.</summary>
    public async Task TrackAsync(LabHost host) => await OpenTracker.StartAsync(host, await TorrentFile.InfoHashAsync(Torrent));

    /// <summary>Starts a download of the leecher into its folder.</summary>
    public LabProcess StartDownload(params string[] options) => Leecher.Freshet(["download", Torrent, "-o", Target, "-v", .. options]);

    /// <summary>Downloads, and compares every byte.</summary>
    public async Task DownloadAsync(params string[] options) => await MustEndWellAsync(StartDownload(options));

    /// <summary>Waits for a download to end, and compares every byte.</summary>
    public async Task MustEndWellAsync(LabProcess download)
    {
        await MustEndWithAsync(0, download);
        Tests.Content.MustBeSame(Content, Path.Combine(Target, Path.GetFileName(Content)));
    }

    /// <summary>Waits for a command's end.</summary>
    public static async Task MustEndWithAsync(int expected, LabProcess command)
    {
        int code = await command.WaitAsync(Limit);
        Assert.True(code == expected, $"freshet ended with {code}:\n{command.Output}");
    }

    public ValueTask DisposeAsync() => Lab.DisposeAsync();
}
