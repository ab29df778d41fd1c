using System.Net;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>A client that downloads.</summary>
internal interface IDownloader : IClient
{
    /// <summary>Whether it can download more than one file.</summary>
    bool TakesFolders => true;

    /// <summary>Whether it knows BitTorrent v2.</summary>
    bool TakesV2 => false;

    /// <summary>The command that downloads a torrent to a folder, from these peers alone, and ends.</summary>
    string[] Download(BenchTorrent torrent, string target, IReadOnlyList<IPEndPoint> peers);
}
