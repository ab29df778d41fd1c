using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>What a <see cref="Dial"/> tries over one transport.</summary>
/// <param name="transport">Which.</param>
internal sealed class DialTry(PeerTransport transport)
{
    private PeerSocket? _socket;

    /// <summary>Whether it has been begun.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Whether it is under way.</summary>
    public bool IsAlive => _socket is not null;

    /// <summary>When it has had its time.</summary>
    public MonoTime GiveUpAt { get; private set; } = MonoTime.Never;

    /// <summary>Why it failed.</summary>
    public DisconnectReason Failure { get; private set; }

    /// <summary>Begins.</summary>
    public void Begin(IDialler dialler, IPEndPoint remote, PumpConnection owner, MonoTime now)
    {
        IsBegun = true;
        _socket = dialler.Open(transport, remote, now, out SocketError error);
        if (_socket is null)
        {
            Failure = SocketReasons.OfConnect(error);
            return;
        }

        _socket.Owner = owner;
        GiveUpAt = transport == PeerTransport.Utp ? now + Dial.UtpPatience : MonoTime.Never;
    }

    /// <summary>The socket, where it is connected by now: it is the caller's then. One that has failed, or has had its time, is given up.</summary>
    public PeerSocket? TakeConnected(MonoTime now)
    {
        if (_socket is not { } socket)
            return null;
        SocketError result = socket.ConnectResult();
        if (result == SocketError.Success)
        {
            _socket = null;
            return socket;
        }

        if (result == SocketError.InProgress && now < GiveUpAt)
            return null;
        Failure = SocketReasons.OfConnect(result == SocketError.InProgress ? SocketError.TimedOut : result);
        GiveUp();
        return null;
    }

    /// <summary>Ends it, without a word to the peer where that can be.</summary>
    public void GiveUp()
    {
        if (_socket is not { } socket)
            return;
        socket.Owner = null;
        socket.Abandon();
        _socket = null;
        GiveUpAt = MonoTime.Never;
    }
}
