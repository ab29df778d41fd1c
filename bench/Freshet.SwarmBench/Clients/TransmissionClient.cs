using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>Debian's transmission-daemon and transmission-create.</summary>
internal sealed class TransmissionClient(Workplace workplace) : IChecker, ICreator
{
    public string Name => "transmission";

    public string Version() => Machine.FirstLine("sh", "-c", "transmission-daemon --version 2>&1");

    public string[] Check(BenchTorrent torrent) => [LibtorrentClient.Python, workplace.Unpack("transmission_check.py"), torrent.Torrent, torrent.Folder, workplace["state"]];

    public string[] Create(BenchTorrent content, string file, BenchVersion version)
        => ["transmission-create", "--piecesize", $"{content.PieceLength / 1024}", "--outfile", file, Path.Combine(content.Folder, content.Name)];
}
