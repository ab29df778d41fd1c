using System.Net;
using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Magnet;
using Freshet.SwarmBench.Swarm;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>The command of this repository, as it was built with this program.</summary>
internal sealed class FreshetClient(Workplace workplace) : IDownloader, ISeeder, ISwarmMember, IChecker, ICreator, IMagnetClient
{
    public string Name => "freshet";

    public string ReadyWords => "\"state\":\"seeding\"";

    public bool EndsWithInput => false;

    /// <summary>Whether it downloads and seeds over uTP alone; else over TCP alone.</summary>
    public bool IsOverUtp { get; init; }

    private string Utp => IsOverUtp ? "only" : "off";

    public string Version() => Machine.FreshetVersion();

    public string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers) => Download(torrent, target, peers, "off");

    /// <summary>As <see cref="Download(BenchTorrent, string, IReadOnlyList{IPEndPoint})"/>, every byte of every connection encrypted.</summary>
    public string[] DownloadEncrypted(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers) => Download(torrent, target, peers, "require");

    public string[] Seed(BenchTorrent torrent, int port) =>
    [
        "dotnet", Machine.Freshet, "seed", torrent.Torrent, "-o", torrent.Folder, "--listen-port", $"{port}", "--bind", "127.0.0.1",
        "--no-trackers", "--no-dht", "--no-lsd", "--utp", Utp, "--encryption", "off", "--check", "none", "--state-dir", workplace["state"], "--no-log-file", "--json",
    ];

    public string[] Member(BenchTorrent torrent, string target, string address, int port, long rate, bool isSeed)
        => ["dotnet", typeof(FreshetMember).Assembly.Location, "member-freshet", torrent.Torrent, target, address, $"{port}", $"{rate}", isSeed ? "seed" : "leech"];

    public string[] Magnet(string target, string address, string router, string first, string second)
        => ["dotnet", typeof(FreshetMagnet).Assembly.Location, FreshetMagnet.Verb, target, address, router, first, second];

    public string[] Check(BenchTorrent torrent) => ["dotnet", Machine.Freshet, "verify", torrent.Torrent, Path.Combine(torrent.Folder, torrent.Name), "-q"];

    public bool TakesV2 => true;

    public bool MakesV2 => true;

    public string[] Create(BenchTorrent content, string file, BenchVersion version)
        => ["dotnet", Machine.Freshet, "create", $"--{version.ToString().ToLowerInvariant()}", Path.Combine(content.Folder, content.Name), "-o", file, "--piece-length", $"{content.PieceLength}", "-q"];

    private string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers, string encryption) =>
    [
        "dotnet", Machine.Freshet, "download", torrent.Torrent, "-o", target, .. peers.SelectMany(static peer => new[] { "--peer", $"{peer}" }),
        "--no-trackers", "--no-dht", "--no-lsd", "--utp", Utp, "--encryption", encryption, "--state-dir", workplace["state"], "-q",
    ];
}
