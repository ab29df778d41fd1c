using System.Net;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

/// <summary>A seeder with the content and the means to make others, all over loopback and in one folder.</summary>
internal sealed class LoopbackSwarm : IAsyncDisposable
{
    private readonly List<BitTorrentClient> _clients = [];

    public TempFolder Folder { get; } = new();

    public IReadOnlyList<BitTorrentClient> Clients => _clients;

    public TestTorrent Torrent { get; init; } = new("album", ("one.flac", 700_000), ("art/cover.jpg", 33_000), ("empty", 0), ("two.flac", 300_001));

    /// <summary>Where the seeder of <see cref="SeedAsync"/> takes connections.</summary>
    public IPEndPoint SeederEndpoint { get; private set; } = new(IPAddress.Loopback, 1);

    public Task<BitTorrentClient> StartAsync(string name, ILoggerFactory? log = null) => StartAsync(new ClientOptions
    {
        DownloadDirectory = Folder.At(name),
        StateDirectory = Folder.At(name + "-state"),
        BindAddress = IPAddress.Loopback,
        LoggerFactory = log,
    });

    public async Task<BitTorrentClient> StartAsync(ClientOptions options)
    {
        BitTorrentClient client = await BitTorrentClient.StartAsync(options, TestContext.Current.CancellationToken);
        _clients.Add(client);
        return client;
    }

    /// <summary>Starts a client that has everything.</summary>
    public async Task<Torrent> SeedAsync()
    {
        Torrent.WriteContent(Folder.At("seeder"));
        BitTorrentClient client = await StartAsync("seeder");
        SeederEndpoint = new IPEndPoint(IPAddress.Loopback, client.Snapshot().ListenPort!.Value);
        Torrent torrent = (await client.AddAsync(Torrent.Source, cancellationToken: TestContext.Current.CancellationToken)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, TestContext.Current.CancellationToken);
        return torrent;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BitTorrentClient client in _clients)
            await client.DisposeAsync();
        Folder.Dispose();
    }
}
