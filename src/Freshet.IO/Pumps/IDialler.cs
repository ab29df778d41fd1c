using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>Opens sockets to peers, over whatever they are dialled.</summary>
internal interface IDialler
{
    /// <summary>Begins to connect; <see cref="PeerSocket.ConnectResult"/> tells more once the socket is reported ready.</summary>
    /// <param name="transport">Over what.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="now">The time.</param>
    /// <param name="error">Why there is no socket.</param>
    PeerSocket? Open(PeerTransport transport, IPEndPoint remote, MonoTime now, out SocketError error);
}
