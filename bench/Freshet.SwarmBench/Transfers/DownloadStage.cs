using System.Net;
using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Transfers;

/// <summary>A seeder on the first core; clients download from it on the second, one after the other, every byte compared.</summary>
internal sealed class DownloadStage : IStage
{
    private readonly Workplace _workplace;
    private readonly BenchTorrent _torrent;
    private readonly SeedingProcess _seeder;
    private readonly IReadOnlyList<IPEndPoint> _peers;

    /// <summary>Starts the seeder.</summary>
    /// <param name="workplace">Where targets go.</param>
    /// <param name="torrent">What is downloaded; the stage's own from here on.</param>
    /// <param name="seeder">Who gives it.</param>
    /// <param name="addresses">At how many addresses it is met: 127.0.0.1 and those after it.</param>
    public DownloadStage(Workplace workplace, BenchTorrent torrent, ISeeder seeder, int addresses = 1)
    {
        _workplace = workplace;
        _torrent = torrent;
        workplace.Warm(torrent.Length);
        _seeder = SeedingProcess.Start(workplace, "0", seeder, torrent);
        _peers = [.. Enumerable.Range(1, addresses).Select(number => new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), _seeder.Peer.Port))];
    }

    public Figures Run(IClient client)
    {
        Measured used = Download.Run(_workplace, (IDownloader)client, _torrent, _peers);
        _workplace.Delete("state");
        return new Figures
        {
            [Quantity.Wall] = used.Wall,
            [Quantity.Rate] = _torrent.MiB / used.Wall,
            [Quantity.Cpu] = used.Cpu,
            [Quantity.Anonymous] = used.AnonymousMiB,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _seeder.End();
        _seeder.Dispose();
        _torrent.Dispose();
    }
}
