using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Core;

namespace Freshet.Cli.Demo;

/// <summary>A seeder that follows a script: the plain wire of BEP 3, everything unchoked, and the weakness that its behaviour asks for.</summary>
internal sealed class DemoSeeder : IAsyncDisposable
{
    private const int HandshakeLength = 68;

    /// <summary>A request is 13 bytes; no message that a downloader sends to a seeder here is longer than its bitfield.</summary>
    private const int MaxMessage = 64 * 1024;

    private const byte Unchoke = 1, Interested = 2, BitfieldId = 5, Request = 6, Piece = 7;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly DemoContent _content;
    private readonly Metainfo _metainfo;
    private readonly byte[] _handshake;
    private readonly Task _accepting;
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _sent;
    private int _blocks;

    public DemoSeeder(SeederBehaviour behaviour, DemoContent content, Metainfo metainfo)
    {
        Behaviour = behaviour;
        _content = content;
        _metainfo = metainfo;
        _listener.Start();
        Endpoint = (IPEndPoint)_listener.LocalEndpoint;
        byte[] peerId = Encoding.ASCII.GetBytes($"-FD0001-{Endpoint.Port:D12}");
        _handshake = [19, .. "BitTorrent protocol"u8, .. new byte[8], .. metainfo.Hashes.V1!.Value.Bytes, .. peerId];
        _accepting = AcceptAsync();
    }

    public SeederBehaviour Behaviour { get; }

    public IPEndPoint Endpoint { get; }

    /// <summary>Told once, when the seeder has left as its script says.</summary>
    public Action? Left { get; init; }

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
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It left, or the demo ends.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            try
            {
                await using var stream = new NetworkStream(socket);
                await TalkAsync(stream);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
            {
                // The downloader hung up (on the one that it banned, for instance), or this one leaves.
            }
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        byte[] incoming = new byte[MaxMessage];
        await stream.ReadExactlyAsync(incoming.AsMemory(0, HandshakeLength), _stop.Token);
        if (!incoming.AsSpan(28, Sha1Hash.Length).SequenceEqual(_metainfo.Hashes.V1!.Value.Bytes))
            return;
        await stream.WriteAsync(_handshake, _stop.Token);
        var everything = new Bitfield(_metainfo.Layout.PieceCount);
        everything.SetAll();
        await stream.WriteAsync(Message(BitfieldId, everything.ToArray()), _stop.Token);
        while (true)
        {
            await stream.ReadExactlyAsync(incoming.AsMemory(0, 4), _stop.Token);
            int length = BinaryPrimitives.ReadInt32BigEndian(incoming);
            if (length is < 0 or > MaxMessage)
                return;
            await stream.ReadExactlyAsync(incoming.AsMemory(0, length), _stop.Token);
            if (length == 1 && incoming[0] == Interested)
                await stream.WriteAsync(Message(Unchoke, []), _stop.Token);
            else if (length == 13 && incoming[0] == Request)
                await SendBlockAsync(stream, incoming.AsMemory(1, 12));
        }
    }

    private async Task SendBlockAsync(NetworkStream stream, ReadOnlyMemory<byte> request)
    {
        int piece = BinaryPrimitives.ReadInt32BigEndian(request.Span);
        int offset = BinaryPrimitives.ReadInt32BigEndian(request.Span[4..]);
        int length = BinaryPrimitives.ReadInt32BigEndian(request.Span[8..]);
        if (!_metainfo.Layout.Contains(new BlockRange(new PieceIndex(piece), offset, length)))
            throw new IOException("a request outside the torrent");
        byte[] payload = new byte[8 + length];
        request.Span[..8].CopyTo(payload);
        _content.Read(_metainfo.Layout.OffsetOf(new PieceIndex(piece)) + offset, payload.AsSpan(8));
        if (Behaviour.CorruptsEvery > 0 && Interlocked.Increment(ref _blocks) % Behaviour.CorruptsEvery == 0)
            payload[8 + (length / 2)] ^= 0xFF;
        long sent = Interlocked.Add(ref _sent, length);
        await PaceAsync(sent);
        await stream.WriteAsync(Message(Piece, payload), _stop.Token);
        if (sent >= Behaviour.LeavesAfter)
        {
            await _stop.CancelAsync();
            Left?.Invoke();
        }
    }

    private async Task PaceAsync(long sent)
    {
        TimeSpan due = TimeSpan.FromSeconds((double)sent / Behaviour.BytesPerSecond);
        TimeSpan wait = due - Stopwatch.GetElapsedTime(_started);
        if (wait > TimeSpan.FromMilliseconds(1))
            await Task.Delay(wait, _stop.Token);
    }

    private static byte[] Message(byte id, byte[] payload)
    {
        byte[] message = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, payload.Length + 1);
        message[4] = id;
        payload.CopyTo(message, 5);
        return message;
    }
}
