using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Restart;

/// <summary><c>freshet tracker serve</c> as a process of its own, that one client may ask as often as it likes.</summary>
internal sealed class ServedTracker : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it, and waits until it listens.</summary>
    public ServedTracker()
    {
        int port = Port.Free();
        Url = $"http://127.0.0.1:{port}/announce";
        _process = Process.Start(new ProcessStartInfo("dotnet", [Machine.Freshet, "tracker", "serve", "--listen", $"127.0.0.1:{port}", "--max-rate", "0", "--quiet"]) { UseShellExecute = false })!;
        while (!Listens(port))
        {
            if (_process.WaitForExit(TimeSpan.FromMilliseconds(50)))
                throw new InvalidOperationException("freshet tracker serve ended too early");
        }
    }

    public string Url { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
