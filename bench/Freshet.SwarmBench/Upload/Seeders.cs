using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Upload;

/// <summary>The seeders that are compared: each says "ready", seeds until its input ends, and says "uploaded BYTES".</summary>
internal sealed class Seeders(string folder, int port)
{
    private readonly string _script = BenchTorrent.Unpack(folder, "libtorrent_peer.py");
    private string? _floor;

    public string[] Command(string client, BenchTorrent torrent) => client switch
    {
        "freshet" => ["dotnet", typeof(Seeders).Assembly.Location, "seed-freshet", torrent.Torrent, torrent.Folder, port.ToString()],
        "libtorrent" => [Downloaders.Python, _script, "seed", torrent.Torrent, torrent.Folder, port.ToString()],
        "floor" => [Floor(), torrent.InfoHash, torrent.Length.ToString(), torrent.PieceLength.ToString(), Path.Combine(torrent.Folder, torrent.Name), port.ToString()],
        _ => throw new ArgumentException($"no client '{client}'", nameof(client)),
    };

    private string Floor() => _floor ??= BenchTorrent.Compile(folder, "floor_upload");
}
