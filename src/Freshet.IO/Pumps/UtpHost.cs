using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Udp;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Pumps;

/// <summary>
/// The uTP streams of one pump: joins the endpoint, which has them, with the UDP sockets that their datagrams go through and with the sockets that the pump sees. On the pump's thread.
/// </summary>
internal sealed class UtpHost : IUtpReceiver
{
    private readonly UdpPort _port;
    private readonly UtpEndpoint _endpoint;
    private MonoTime _now;

    public UtpHost(UdpPort port, UtpSettings settings)
    {
        _port = port;
        _endpoint = new UtpEndpoint(settings, port.Output, new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
    }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public MonoTime NextDeadline => _endpoint.NextDeadline;

    /// <summary>Whether sockets are ready for something that nobody was told of.</summary>
    public bool HasNews => _endpoint.HasChanged;

    /// <summary>Whether streams that were closed still have something to say.</summary>
    public bool IsClosing => _endpoint.ClosingCount > 0;

    /// <summary>Whether streams wait that peers have opened.</summary>
    public bool HasCallers => _endpoint.HasIncoming;

    /// <summary>Begins to connect.</summary>
    public PeerSocket? Connect(IPEndPoint remote, MonoTime now, out SocketError error)
    {
        error = SocketError.NetworkUnreachable;
        DatagramAddress address = DatagramAddress.Of(remote);
        if (!_port.Reaches(address))
            return null;
        return Adopt(_endpoint.Connect(address, now), out error);
    }

    /// <summary>Takes the next stream that a peer has opened.</summary>
    public PeerSocket? Accept(out IPEndPoint? remote)
    {
        remote = null;
        if (_endpoint.TakeIncoming() is not { } stream)
            return null;
        remote = stream.Remote.ToEndPoint();
        PeerSocket? socket = Adopt(stream, out _);
        (socket as UtpSocket)?.NoteReady();
        return socket;
    }

    /// <summary>A turn of the pump begins: what it calls from here on happens at this time.</summary>
    public void Begin(MonoTime now) => _now = now;

    /// <summary>Does what is due, and tells which sockets are ready for something.</summary>
    public void Advance(MonoTime now, List<PeerSocket> ready)
    {
        _now = now;
        if (now >= _endpoint.NextDeadline)
            _endpoint.Advance(now);
        while (_endpoint.TakeChanged() is { } stream)
        {
            // One that nobody has taken yet is looked at when it is; one that was given up is nobody's.
            if (stream.Owner is not UtpSocket { Owner: not null } socket)
                continue;
            socket.NoteReady();
            ready.Add(socket);
        }
    }

    /// <summary>Has what streams were given, and the room that reading has made, said to their peers.</summary>
    public void Flush(MonoTime now)
    {
        _now = now;
        _endpoint.EndBatch(now);
    }

    /// <inheritdoc/>
    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram) => _endpoint.Receive(from, datagram, _now);

    /// <inheritdoc/>
    public void TooLong(in DatagramAddress to, int length) => _endpoint.TooLong(to, length, _now);

    /// <inheritdoc/>
    public void OutputReady() => _endpoint.OutputReady(_now);

    private static UtpSocket? Adopt(UtpStream? stream, out SocketError error)
    {
        error = stream is null ? SocketError.NoBufferSpaceAvailable : SocketError.Success;
        if (stream is null)
            return null;
        var socket = new UtpSocket(stream);
        stream.Owner = socket;
        return socket;
    }
}
