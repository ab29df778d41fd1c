using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Freshet.SwarmBench.Clients;

/// <summary>A tracker that tells everyone of the same peers.</summary>
internal sealed class FixedTracker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Thread _answering;

    public FixedTracker()
    {
        _listener.Start();
        _answering = new Thread(AnswerAll) { IsBackground = true };
        _answering.Start();
    }

    public string Url => $"http://{_listener.LocalEndpoint}/announce";

    public IReadOnlyList<IPEndPoint> Peers { get; set; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Stop();
        _answering.Join();
    }

    private void AnswerAll()
    {
        try
        {
            while (true)
            {
                using Socket client = _listener.AcceptSocket();
                Answer(client);
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private void Answer(Socket client)
    {
        // A request fits one segment here, and what it says does not matter.
        if (client.Receive(new byte[8192]) == 0)
            return;
        byte[] peers = [.. Peers.SelectMany(static peer => peer.Address.GetAddressBytes().Append((byte)(peer.Port >> 8)).Append((byte)peer.Port))];
        byte[] body = [.. Encoding.ASCII.GetBytes($"d8:intervali1800e5:peers{peers.Length}:"), .. peers, (byte)'e'];
        client.Send([.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body]);
    }
}
