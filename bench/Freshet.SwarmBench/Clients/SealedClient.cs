using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>A seeder in C whose encryption is done before it unchokes: beside it, what an encrypted download costs is the downloader's alone.</summary>
internal sealed class SealedClient(Workplace workplace, int peers) : ISeeder
{
    public string Name => "sealed";

    public string ReadyWords => "ready";

    public bool EndsWithInput => true;

    public string Version() => "sealed: bench/Freshet.SwarmBench/Floor/sealed_upload.c, gcc -O2";

    public string[] Seed(BenchTorrent torrent, int port) =>
    [
        workplace.Compile("sealed_upload", "-lcrypto"), torrent.InfoHash, $"{torrent.Length}", $"{torrent.PieceLength}", Path.Combine(torrent.Folder, torrent.Name), $"{port}", $"{peers}",
    ];
}
