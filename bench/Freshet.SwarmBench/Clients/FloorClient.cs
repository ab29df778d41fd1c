using System.Net;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>The least that a program can do with the same system calls, in C, for one torrent of one file.</summary>
internal sealed class FloorClient(Workplace workplace) : IDownloader, ISeeder
{
    public string Name => "floor";

    /// <summary>At how many addresses it seeds, as a peer of its own at each: 127.0.0.1 and those after it.</summary>
    public int Addresses { get; init; } = 1;

    public bool TakesFolders => false;

    public string ReadyWords => "ready";

    public bool EndsWithInput => true;

    public string Version() => "floor: bench/Freshet.SwarmBench/Floor, gcc -O2";

    public string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers) =>
    [
        workplace.Compile("floor_download", "-lcrypto"), torrent.InfoHash, $"{torrent.Length}", $"{torrent.PieceLength}", torrent.Hashes, Path.Combine(target, torrent.Name),
        .. peers.SelectMany(static peer => new[] { $"{peer.Address}", $"{peer.Port}" }),
    ];

    public string[] Seed(BenchTorrent torrent, int port) =>
    [
        workplace.Compile("floor_upload"), torrent.InfoHash, $"{torrent.Length}", $"{torrent.PieceLength}", Path.Combine(torrent.Folder, torrent.Name), $"{port}", $"{Addresses}",
    ];
}
