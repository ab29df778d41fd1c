using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Freshet.SwarmBench.Restart;

namespace Freshet.SwarmBench.Idle;

/// <summary><c>freshet seed</c> of one small torrent, which takes as many connections as are wanted.</summary>
internal sealed class ServingSession : IDisposable
{
    private readonly Process _process;
    private readonly Thread _reading;

    public ServingSession(string folder, int connections)
    {
        var torrents = new SeedingSession(folder, 1);
        InfoHash = torrents.InfoHashOf(0);
        Port = FreePort();
        _process = torrents.Start(
            Path.Combine(folder, "torrents"), "-o", Path.Combine(folder, "data"), "--listen-port", Port.ToString(CultureInfo.InvariantCulture),
            "--max-peers", (connections + 1000).ToString(CultureInfo.InvariantCulture));
        while (!(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("freshet seed ended too early")).Contains("\"completed\"", StringComparison.Ordinal))
        {
            // Until it seeds.
        }

        _reading = SeedingSession.Drain(_process);
    }

    public int Port { get; }

    public byte[] InfoHash { get; }

    public int ProcessId => _process.Id;

    public void Dispose()
    {
        SeedingSession.End(_process, _reading);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
