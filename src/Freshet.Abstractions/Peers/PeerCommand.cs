using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What the engine tells a pump to do with a connection.</summary>
public enum PeerCommandKind : byte
{
    /// <summary>Open a TCP connection and send the handshake. <c>Payload</c>: <see cref="ConnectionSetup"/>.</summary>
    Connect,

    /// <summary>Answer an <see cref="PeerEventKind.Incoming"/> connection with our handshake. <c>Payload</c>: <see cref="ConnectionSetup"/>.</summary>
    Accept,

    /// <summary>Close, after what is queued has had one chance to go out. <c>Reason</c>. A <see cref="PeerEventKind.Closed"/> follows.</summary>
    Close,

    /// <summary>BEP 3.</summary>
    Choke,

    /// <summary>BEP 3.</summary>
    Unchoke,

    /// <summary>BEP 3.</summary>
    Interested,

    /// <summary>BEP 3.</summary>
    NotInterested,

    /// <summary>BEP 3: <c>Range.Piece</c>.</summary>
    Have,

    /// <summary>BEP 3, or have-all and have-none where the peer knows BEP 6. <c>Payload</c>: a <see cref="Bitfield"/> that no longer changes.</summary>
    Bitfield,

    /// <summary>BEP 3: <c>Range</c>. The pump remembers it, so that only what was asked for is ever stored.</summary>
    Request,

    /// <summary>BEP 3: <c>Range</c>. The pump still takes the block, where it comes, off the wire and drops it.</summary>
    Cancel,

    /// <summary>Forget a request without telling the peer: it was rejected, choked away or timed out. A late block counts as unwanted.</summary>
    Forget,

    /// <summary>BEP 6: <c>Range</c>.</summary>
    Reject,

    /// <summary>BEP 6: <c>Range.Piece</c>.</summary>
    Suggest,

    /// <summary>BEP 6: <c>Range.Piece</c>.</summary>
    AllowedFast,

    /// <summary>BEP 5: <c>Value</c>.</summary>
    Port,

    /// <summary>BEP 10 handshake. <c>Payload</c>: <see cref="ExtensionHandshake"/>.</summary>
    ExtensionHandshake,

    /// <summary>BEP 3 piece: <c>Range</c> and the <c>Lease</c> that holds its bytes; the pump returns the lease once they are in its send buffer.</summary>
    SendBlock,

    /// <summary>BEP 3 keep-alive.</summary>
    KeepAlive,

    /// <summary>BEP 54, where the peer knows it: <c>Range.Piece</c> is not here any more.</summary>
    DontHave,
}

/// <summary>One thing to do on a connection: small, copied by value through mailboxes.</summary>
public readonly struct PeerCommand
{
    /// <summary>Describes a command.</summary>
    public PeerCommand(PeerCommandKind kind, ConnectionId connection)
    {
        Kind = kind;
        Connection = connection;
    }

    /// <summary>What to do.</summary>
    public PeerCommandKind Kind { get; }

    /// <summary>Where.</summary>
    public ConnectionId Connection { get; }

    /// <summary>Why to close.</summary>
    public DisconnectReason Reason { get; init; }

    /// <summary>A number: see the kinds.</summary>
    public int Value { get; init; }

    /// <summary>The piece or the run of bytes that is spoken of.</summary>
    public BlockRange Range { get; init; }

    /// <summary>The payload of <see cref="PeerCommandKind.SendBlock"/>.</summary>
    public BufferLease Lease { get; init; }

    /// <summary>What does not fit elsewhere, of rare commands only.</summary>
    public object? Payload { get; init; }
}
