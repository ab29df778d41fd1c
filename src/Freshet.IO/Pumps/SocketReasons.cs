using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.IO.Pumps;

/// <summary>What a socket's error means for the connection on it.</summary>
internal static class SocketReasons
{
    /// <summary>Why it could not be opened.</summary>
    public static DisconnectReason OfConnect(SocketError error) => error switch
    {
        SocketError.TimedOut => DisconnectReason.ConnectTimeout,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => DisconnectReason.Limit,
        _ => DisconnectReason.ConnectFailed,
    };

    /// <summary>Why it ended.</summary>
    public static DisconnectReason OfTransfer(SocketError error) => error switch
    {
        SocketError.Success or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => DisconnectReason.ClosedByPeer,
        SocketError.TimedOut => DisconnectReason.PeerTimeout,
        _ => DisconnectReason.SocketError,
    };
}
