using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Pumps;

/// <summary>One connection in a pump: its socket, and its link once it is open.</summary>
internal sealed class PumpConnection
{
    private readonly Dial? _dial;

    /// <summary>A connection that we open.</summary>
    public PumpConnection(ConnectionId id, Dial dial)
    {
        Id = id;
        Remote = dial.Setup.Endpoint;
        _dial = dial;
    }

    /// <summary>A connection that is there.</summary>
    public PumpConnection(ConnectionId id, PeerSocket socket, IPEndPoint remote)
    {
        Id = id;
        Remote = remote;
        Socket = socket;
        socket.Owner = this;
    }

    public ConnectionId Id { get; }

    /// <summary>Its socket; there is one where there is a <see cref="Link"/>.</summary>
    public PeerSocket Socket { get; set; } = null!;

    public IPEndPoint Remote { get; }

    /// <summary>How it is being opened; meant only while there is no <see cref="Link"/>.</summary>
    public Dial Dial => _dial!;

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
    public bool HasTurn => Link is { } link && Socket.IsReadable && (link.WantsInput || link.WantsCredit);

    /// <summary>The time that <see cref="ConnectionDeadlines"/> has it listed under; <see cref="MonoTime.Never"/>: it has not.</summary>
    public MonoTime ListedFor { get; set; } = MonoTime.Never;

    /// <summary>When something is due.</summary>
    public MonoTime Deadline => Link?.Deadline ?? _dial?.Deadline ?? MonoTime.Never;
}
