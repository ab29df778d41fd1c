using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>
/// A small HTTP server over loopback: what a path answers is up to the test; <c>/announce</c> is a tracker that names everybody who announced to
/// everybody.
/// </summary>
internal sealed partial class TestTracker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, bool> _ports = new();
    private readonly ConcurrentDictionary<string, Func<string, byte[]>> _pages = new(StringComparer.Ordinal);
    private readonly Task _serving;

    public TestTracker()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The request lines so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public string Origin => $"http://{_listener.LocalEndpoint}";

    public string Announce => Origin + "/announce";

    /// <summary>Serves a page: the whole answer, head and all, for a request line.</summary>
    public void Map(string path, Func<string, byte[]> answer) => _pages[path] = answer;

    /// <summary>A whole answer.</summary>
    public static byte[] Answer(string status, ReadOnlySpan<byte> body, string headers = "")
        => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n"), .. body];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    [GeneratedRegex("[?&]port=([0-9]+)", RegexOptions.None, 1000)]
    private static partial Regex PortParameter { get; }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                await AnswerAsync(socket);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                if (_stop.IsCancellationRequested)
                    return;
            }
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        byte[] request = new byte[8192];
        int length = 0;
        while (!request.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            int read = await socket.ReceiveAsync(request.AsMemory(length));
            if (read == 0)
                return;
            length += read;
        }

        string line = Encoding.ASCII.GetString(request, 0, length).Split('\r')[0];
        Requests.Enqueue(line);
        string path = line.Split(' ')[1].Split('?')[0];
        byte[] answer = _pages.TryGetValue(path, out Func<string, byte[]>? page) ? page(line)
            : path == "/announce" ? Answer("200 OK", Track(line))
            : Answer("404 Not Found", "no such page"u8);
        await socket.SendAsync(answer);
        socket.Shutdown(SocketShutdown.Both);
    }

    private byte[] Track(string line)
    {
        int port = int.Parse(PortParameter.Match(line).Groups[1].Value);
        if (line.Contains("event=stopped", StringComparison.Ordinal))
            _ports.TryRemove(port, out _);
        else
            _ports[port] = true;
        int[] others = [.. _ports.Keys.Where(other => other != port)];
        byte[] peers = new byte[others.Length * 6];
        for (int i = 0; i < others.Length; i++)
        {
            IPAddress.Loopback.TryWriteBytes(peers.AsSpan(i * 6), out _);
            BinaryPrimitives.WriteUInt16BigEndian(peers.AsSpan((i * 6) + 4), (ushort)others[i]);
        }

        BencodeWriter answer = new BencodeWriter().Dictionary();
        answer.Key("complete"u8).Integer(others.Length);
        answer.Key("incomplete"u8).Integer(1);
        answer.Key("interval"u8).Integer(60);
        answer.Key("peers"u8).String(peers);
        return answer.End().ToArray();
    }
}
