using System.Globalization;
using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Upload;

/// <summary>The seeders that are compared, each as the command that seeds a torrent, unchecked, until it is told to end.</summary>
internal sealed class Seeders(string folder, int port)
{
    private readonly string _script = BenchTorrent.Unpack(folder, "libtorrent_peer.py");
    private readonly string _port = port.ToString(CultureInfo.InvariantCulture);
    private string? _floor;

    /// <summary>Starts a seeder on a core and waits until it seeds.</summary>
    public MeasuredProcess Start(string client, int core, BenchTorrent torrent, IReadOnlyDictionary<string, string> environment)
    {
        MeasuredProcess seeder = MeasuredProcess.Start(core, environment, Command(client, torrent));
        seeder.WaitFor(client == "freshet" ? "\"state\":\"seeding\"" : "ready");
        return seeder;
    }

    /// <summary>Ends a seeder and says what it used.</summary>
    public static Measured End(string client, MeasuredProcess seeder)
    {
        if (client == "freshet")
            seeder.Interrupt();
        else
            seeder.EndInput();
        return seeder.WaitForEnd();
    }

    private string[] Command(string client, BenchTorrent torrent) => client switch
    {
        "freshet" =>
        [
            "dotnet", Downloaders.Freshet, "seed", torrent.Torrent, "-o", torrent.Folder, "--listen-port", _port, "--bind", "127.0.0.1", "--no-trackers",
            "--check", "none", "--no-log-file", "--json",
        ],
        "libtorrent" => [Downloaders.Python, _script, "seed", torrent.Torrent, torrent.Folder, _port],
        "floor" => [Floor(), torrent.InfoHash, torrent.Length.ToString(), torrent.PieceLength.ToString(), Path.Combine(torrent.Folder, torrent.Name), _port],
        _ => throw new ArgumentException($"no client '{client}'", nameof(client)),
    };

    private string Floor() => _floor ??= BenchTorrent.Compile(folder, "floor_upload");
}
