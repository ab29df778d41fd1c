namespace Freshet.IO.Network;

/// <summary>The session's sockets could not be opened; the message says why and what to do.</summary>
public sealed class NetworkException : Exception
{
    /// <summary>Says what went wrong.</summary>
    public NetworkException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
