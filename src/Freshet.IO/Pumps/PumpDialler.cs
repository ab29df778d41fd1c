using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>Opens a pump's sockets to peers.</summary>
/// <param name="poller">Makes TCP sockets.</param>
/// <param name="utp">Makes uTP streams; null where the session has none.</param>
/// <param name="source">The local address to use, or null.</param>
internal sealed class PumpDialler(ISocketPoller poller, UtpHost? utp, IPAddress? source) : IDialler
{
    /// <inheritdoc/>
    public PeerSocket? Open(PeerTransport transport, IPEndPoint remote, MonoTime now, out SocketError error)
    {
        if (transport == PeerTransport.Tcp)
            return poller.Connect(remote, source, out error);
        error = SocketError.AddressFamilyNotSupported;
        return utp?.Connect(remote, now, out error);
    }
}
