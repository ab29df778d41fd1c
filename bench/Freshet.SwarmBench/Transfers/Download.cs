using System.Net;
using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Transfers;

/// <summary>One download on the second core.</summary>
internal static class Download
{
    /// <summary>Downloads, compares the bytes and deletes them.</summary>
    /// <param name="workplace">Where the target is.</param>
    /// <param name="client">Who downloads.</param>
    /// <param name="torrent">What.</param>
    /// <param name="peers">From whom.</param>
    /// <param name="tool">A command that the downloader runs under, such as strace, or empty.</param>
    public static Measured Run(Workplace workplace, IDownloader client, BenchTorrent torrent, IReadOnlyList<IPEndPoint> peers, params string[] tool)
    {
        string target = workplace.Fresh("target");
        Measured used = MeasuredProcess.Run(workplace, "1", [.. tool, .. client.Download(torrent, target, peers)]);
        torrent.Compare(target, client.Name);
        workplace.Delete("target");
        return used;
    }
}
