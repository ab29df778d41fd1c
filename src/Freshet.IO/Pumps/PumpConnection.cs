using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Pumps;

/// <summary>One connection in a pump: its socket, and its link once it is open.</summary>
internal sealed class PumpConnection
{
    public PumpConnection(ConnectionId id, PeerSocket socket, IPEndPoint remote, MonoTime openBy)
    {
        Id = id;
        Socket = socket;
        Remote = remote;
        OpenBy = openBy;
        socket.Owner = this;
    }

    public ConnectionId Id { get; }

    public PeerSocket Socket { get; }

    public IPEndPoint Remote { get; }

    /// <summary>When opening must be done; meant only while there is no <see cref="Link"/>.</summary>
    public MonoTime OpenBy { get; }

    /// <summary>What the link of an outgoing connection is made from.</summary>
    public ConnectionSetup? Setup { get; init; }

    /// <summary>The protocol's side; null while the connection is being opened.</summary>
    public PeerLink? Link { get; set; }

    /// <summary>Whether an incoming connection still counts against the caps of <see cref="IncomingGate"/>.</summary>
    public bool IsPending { get; set; }

    /// <summary>Whether the connection is in the pump's list of those with something to read.</summary>
    public bool IsActive { get; set; }

    /// <summary>Whether the connection is in the pump's list of those to send for.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Bytes that its link held back at the last look because the socket was full.</summary>
    public int Held { get; set; }

    /// <summary>How its bytes are gathered before they are read.</summary>
    public ReceiveMark Mark { get; } = new();

    /// <summary>Whether it was closed; it may still be in a list.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether a turn of reading has something to do.</summary>
    public bool HasTurn => Socket.IsReadable && Link is { } link && (link.WantsInput || link.WantsCredit);

    /// <summary>The time that <see cref="ConnectionDeadlines"/> has it listed under; <see cref="MonoTime.Never"/>: it has not.</summary>
    public MonoTime ListedFor { get; set; } = MonoTime.Never;

    /// <summary>When something is due.</summary>
    public MonoTime Deadline => Link?.Deadline ?? OpenBy;
}
