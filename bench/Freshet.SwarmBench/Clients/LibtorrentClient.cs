using System.Net;
using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Magnet;
using Freshet.SwarmBench.Swarm;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>Debian's python3-libtorrent: the library does the work, a few lines of Python start it.</summary>
internal sealed class LibtorrentClient(Workplace workplace) : IDownloader, ISeeder, ISwarmMember, IChecker, ICreator, IMagnetClient
{
    /// <summary>The interpreter that Debian's packages are for.</summary>
    public const string Python = "/usr/bin/python3";

    public string Name => "libtorrent";

    public string ReadyWords => "ready";

    public bool EndsWithInput => true;

    /// <summary>Whether it downloads and seeds over uTP alone; else over TCP alone.</summary>
    public bool IsOverUtp { get; init; }

    private string Transport => IsOverUtp ? "utp" : "tcp";

    private string Script => workplace.Unpack("libtorrent_client.py");

    public string Version() => $"libtorrent {Machine.FirstLine(Python, "-c", "import libtorrent; print(libtorrent.version)")}";

    public string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers)
        => [Python, Script, "download", Transport, torrent.Torrent, target, .. peers.Select(static peer => $"{peer}")];

    public string[] Seed(BenchTorrent torrent, int port) => [Python, Script, "seed", Transport, torrent.Torrent, torrent.Folder, $"{port}"];

    public string[] Member(BenchTorrent torrent, string target, string address, int port, long rate, bool isSeed)
        => [Python, workplace.Unpack("swarm_member.py"), torrent.Torrent, target, address, $"{port}", $"{rate}", isSeed ? "seed" : "leech"];

    public string[] Magnet(string target, string address, string router, string first, string second)
        => [Python, workplace.Unpack("magnet_client.py"), "download", target, address, router, first, second];

    public string[] Check(BenchTorrent torrent) => [Python, workplace.Unpack("libtorrent_hashing.py"), "check", torrent.Torrent, torrent.Folder];

    public bool TakesV2 => true;

    public bool MakesV2 => true;

    public string[] Create(BenchTorrent content, string file, BenchVersion version)
        => [Python, workplace.Unpack("libtorrent_hashing.py"), "create", file, Path.Combine(content.Folder, content.Name), $"{content.PieceLength}", version.ToString().ToLowerInvariant()];
}
