using System.Net;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests.Clients;

/// <summary>libtorrent, through its Python binding: makes torrents, seeds and downloads.</summary>
internal static class Libtorrent
{
    public const int Port = 6881;

    /// <summary>Debian's own, which its packages are for.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>Skips the test where the binding is not installed.</summary>
    public static async Task NeedAsync()
    {
        await using LabProcess probe = LabProcess.Start(Python, ["-c", "import libtorrent"]);
        Assert.SkipUnless(await probe.WaitAsync(TimeSpan.FromSeconds(30)) == 0, "python3-libtorrent is not installed");
    }

    /// <summary>Makes a v1 torrent of a file or folder.</summary>
    public static Task<string> MakeAsync(NetworkLab lab, string content, int pieceLength, params string[] trackers) => MakeAsync(lab, content, pieceLength, "v1", trackers);

    /// <summary>Makes a torrent of a file or folder.</summary>
    /// <param name="lab">Where the torrent file goes.</param>
    /// <param name="content">The file or folder.</param>
    /// <param name="pieceLength">In bytes.</param>
    /// <param name="kind"><c>v1</c>, <c>v2</c> or <c>hybrid</c>; with <c>-bare</c> behind it without piece layers.</param>
    /// <param name="trackers">Announce URLs.</param>
    public static async Task<string> MakeAsync(NetworkLab lab, string content, int pieceLength, string kind, string[] trackers)
    {
        string torrent = Path.Combine(lab.Folder, $"{Path.GetFileName(content)}.{kind}.torrent");
        await LabProcess.RunAsync(Python, [await lab.ScriptAsync("libtorrent_peer.py"), "make", torrent, content, pieceLength.ToString(), kind, .. trackers]);
        return torrent;
    }

    /// <summary>Seeds a torrent; the data lies in the folder.</summary>
    public static async Task<LabProcess> SeedAsync(NetworkLab lab, LabHost host, string torrent, string folder, int bytesPerSecond = 0, bool encrypts = false, bool overUtp = false)
    {
        LabProcess seeder = host.Start(
            Python, [await lab.ScriptAsync("libtorrent_peer.py"), "seed", torrent, folder, Port.ToString(), bytesPerSecond.ToString(), .. Words(encrypts, overUtp)]);
        await seeder.WaitForAsync("ready", TimeSpan.FromSeconds(30));
        return seeder;
    }

    /// <summary>Joins a swarm by the torrent's trackers, downloads, then goes on giving.</summary>
    public static async Task<LabProcess> JoinAsync(NetworkLab lab, LabHost host, string torrent, string folder, int bytesPerSecond = 0)
        => host.Start(Python, await lab.ScriptAsync("libtorrent_peer.py"), "join", torrent, folder, Port.ToString(), bytesPerSecond.ToString());

    /// <summary>Joins a swarm by local discovery alone, downloads or gives what lies there, and goes on giving.</summary>
    public static async Task<LabProcess> JoinLocallyAsync(NetworkLab lab, LabHost host, string torrent, string folder)
        => host.Start(Python, await lab.ScriptAsync("libtorrent_peer.py"), "local", torrent, folder, Port.ToString());

    /// <summary>Downloads a torrent into the folder from a peer at its usual port, and ends.</summary>
    public static async Task<LabProcess> LeechAsync(NetworkLab lab, LabHost host, string torrent, string folder, IPAddress peer, bool encrypts = false, bool overUtp = false)
        => host.Start(Python, [await lab.ScriptAsync("libtorrent_peer.py"), "leech", torrent, folder, peer.ToString(), Port.ToString(), .. Words(encrypts, overUtp)]);

    /// <summary>Has a client end, and tells how many bytes of payload it has given.</summary>
    public static async Task<long> UploadedAsync(LabProcess client)
    {
        client.EndInput();
        await client.WaitForAsync("uploaded ", TimeSpan.FromSeconds(10));
        return long.Parse(client.Output.Split("uploaded ")[1].Split('\n')[0]);
    }

    private static IEnumerable<string> Words(bool encrypts, bool overUtp)
    {
        if (encrypts)
            yield return "encrypts";
        if (overUtp)
            yield return "utp";
    }
}
