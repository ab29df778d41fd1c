using System.Net.Sockets;

namespace Freshet.Tracker;

/// <summary>A tracker cannot start, or cannot read a list; the message says why and what to do.</summary>
public sealed class TrackerException : Exception
{
    /// <summary>Says what went wrong.</summary>
    public TrackerException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The trouble with the network, where it was that.</summary>
    public SocketError? SocketError => (InnerException as SocketException)?.SocketErrorCode;
}
