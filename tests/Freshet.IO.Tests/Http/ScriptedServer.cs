using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Freshet.IO.Tests.Http;

/// <summary>A web server on loopback that reads a request's head and then does what the test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public ScriptedServer(Func<string, Stream, CancellationToken, Task> answer, X509Certificate2? certificate = null, IPAddress? address = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _running = RunAsync();
    }

    /// <summary>One whose script may read further requests of the same connection.</summary>
    public ScriptedServer(Func<ScriptedServer, string, Stream, CancellationToken, Task> answer)
        : this((_, _, _) => Task.CompletedTask)
        => _answer = (head, stream, stop) => answer(this, head, stream, stop);

    public ScriptedServer(string answer)
        : this((_, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop).AsTask())
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The heads of all requests.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Connections so far over which something was asked.</summary>
    public int Connections { get; private set; }

    /// <summary>Where the last request came from.</summary>
    public IPEndPoint? LastClient { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    /// <summary>The next request's head, noted; empty where the connection has ended.</summary>
    public async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) == 1)
            head.Append((char)one[0]);
        if (head.Length > 0)
        {
            lock (Requests)
                Requests.Add(head.ToString());
        }

        return head.ToString();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                LastClient = (IPEndPoint)client.Client.RemoteEndPoint!;
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                string head = await ReadHeadAsync(stream);
                if (head.Length == 0)
                    return;
                lock (Requests)
                    Connections++;
                await _answer(head, stream, _stop.Token);
                await stream.FlushAsync(_stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or SocketException)
        {
            // The client went away, as it should in many of these tests.
        }
    }
}
