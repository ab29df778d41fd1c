using System.Net;
using System.Net.Sockets;

namespace Freshet.SwarmBench.Transfers;

/// <summary>Where seeders listen.</summary>
internal static class Port
{
    /// <summary>One that nobody has.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
