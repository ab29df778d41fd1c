using System.Net;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests.Clients;

/// <summary>A tracker over HTTP and IPv6 that names one peer; Debian's opentracker is built for IPv4.</summary>
internal static class PythonTracker
{
    public const int Port = 6970;

    /// <summary>Starts it.</summary>
    public static async Task StartAsync(NetworkLab lab, LabHost host, IPAddress peer, int peerPort)
    {
        LabProcess tracker = host.Start(
            Libtorrent.Python, await lab.ScriptAsync("python_tracker.py"), host.IPv6.ToString(), Port.ToString(), peer.ToString(), peerPort.ToString());
        await tracker.WaitForAsync("ready", TimeSpan.FromSeconds(30));
    }
}
