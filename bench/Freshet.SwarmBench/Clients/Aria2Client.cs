using System.Net;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>Debian's aria2. It takes peers from trackers alone, so a tracker tells it of those that it should have.</summary>
internal sealed class Aria2Client(Workplace workplace) : IDownloader, ISeeder
{
    private static readonly string[] Alone =
    [
        "aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--disable-ipv6=true",
        "--file-allocation=none", "--interface=127.0.0.1", "--summary-interval=0", "--show-console-readout=false",
    ];

    private FixedTracker? _tracker;

    public string Name => "aria2";

    public string ReadyWords => "listening on TCP port";

    public bool EndsWithInput => false;

    public string Version() => Machine.FirstLine("aria2c", "--version");

    public string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers)
    {
        _tracker ??= workplace.Own(new FixedTracker());
        _tracker.Peers = peers;
        return [.. Alone, "--dir", target, "--seed-time=0", $"--listen-port={Port.Free()}", $"--bt-tracker={_tracker.Url}", torrent.Torrent];
    }

    public string[] Seed(BenchTorrent torrent, int port)
        => [.. Alone, "--dir", torrent.Folder, "--seed-ratio=0.0", "--bt-seed-unverified=true", $"--listen-port={port}", torrent.Torrent];
}
