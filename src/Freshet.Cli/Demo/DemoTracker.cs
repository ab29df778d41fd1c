using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Core;

namespace Freshet.Cli.Demo;

/// <summary>The smallest HTTP tracker that serves one demo: it names the seeders to whoever announces, over loopback.</summary>
internal sealed class DemoTracker : IAsyncDisposable
{
    /// <summary>A request line and its headers are shorter.</summary>
    private const int MaxRequest = 8 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<IPEndPoint, bool> _seeders = new();
    private readonly Task _accepting;

    public DemoTracker()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}/announce";

    public void Add(IPEndPoint seeder) => _seeders[seeder] = true;

    public void Remove(IPEndPoint seeder) => _seeders.TryRemove(seeder, out _);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                // One after the other: there is one client.
                using Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                await AnswerAsync(socket);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The end of the demo.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        byte[] request = new byte[MaxRequest];
        try
        {
            int length = 0;
            while (length < request.Length && !request.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                int read = await socket.ReceiveAsync(request.AsMemory(length), _stop.Token);
                if (read == 0)
                    return;
                length += read;
            }

            byte[] body = MakeAnswer();
            string head = string.Create(
                CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
            await socket.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], _stop.Token);
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client went away.
        }
    }

    private byte[] MakeAnswer()
    {
        IPEndPoint[] seeders = [.. _seeders.Keys];
        byte[] peers = new byte[seeders.Length * 6];
        for (int i = 0; i < seeders.Length; i++)
        {
            seeders[i].Address.TryWriteBytes(peers.AsSpan(i * 6), out _);
            BinaryPrimitives.WriteUInt16BigEndian(peers.AsSpan((i * 6) + 4), (ushort)seeders[i].Port);
        }

        BencodeWriter answer = new BencodeWriter().Dictionary();
        answer.Key("complete"u8).Integer(seeders.Length);
        answer.Key("incomplete"u8).Integer(1);
        answer.Key("interval"u8).Integer((long)Interval.TotalSeconds);
        answer.Key("peers"u8).String(peers);
        return answer.End().ToArray();
    }
}
