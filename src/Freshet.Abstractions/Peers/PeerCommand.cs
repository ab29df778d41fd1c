using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What the engine tells a pump to do with a connection.</summary>
public enum PeerCommandKind : byte
{
    /// <summary>Open a TCP connection and send the handshake. <c>Payload</c>: <see cref="ConnectionSetup"/>.</summary>
    Connect,

    /// <summary>Answer an <see cref="PeerEventKind.Incoming"/> connection with our handshake. <c>Payload</c>: <see cref="ConnectionSetup"/>.</summary>
    Accept,

    /// <summary>Answer to Masked. <c>Payload</c>: <see cref="Unmasking"/>.</summary>
    Unmask,

    /// <summary>Close, after what is queued has had one chance to go out. <c>Reason</c>. A <see cref="PeerEventKind.Closed"/> follows.</summary>
    Close,

    /// <summary>
    /// BEP 3. What was passed with <see cref="Serve"/> and is not in the send buffer yet will not be sent, but for pieces that were announced with
    /// <see cref="AllowedFast"/>: a reject each (BEP 6), and one <see cref="PeerEventKind.Dropped"/>.
    /// </summary>
    Choke,

    /// <summary>BEP 3.</summary>
    Unchoke,

    /// <summary>BEP 3.</summary>
    Interested,

    /// <summary>BEP 3.</summary>
    NotInterested,

    /// <summary>BEP 3: <c>Range.Piece</c>.</summary>
    Have,

    /// <summary>
    /// BEP 3, or have-all and have-none where the peer knows BEP 6. <c>Payload</c>: a <see cref="Bitfield"/> that no longer changes; null: nothing is here, of a torrent
    /// whose pieces nobody knows yet.
    /// </summary>
    Bitfield,

    /// <summary>BEP 3: <c>Range</c>. The pump remembers it, so that only what was asked for is ever stored.</summary>
    Request,

    /// <summary>BEP 3: <c>Range</c>. The pump still takes the block, where it comes, off the wire and drops it.</summary>
    Cancel,

    /// <summary>Forget a request without telling the peer: it was rejected, choked away or timed out. A late block counts as unwanted.</summary>
    Forget,

    /// <summary>BEP 6: <c>Range</c>; to a peer that does not know it nothing is said. Also the answer to <see cref="PeerEventKind.Unread"/>, a block each.</summary>
    Reject,

    /// <summary>BEP 6: <c>Range.Piece</c>.</summary>
    Suggest,

    /// <summary>BEP 6: <c>Range.Piece</c>.</summary>
    AllowedFast,

    /// <summary>BEP 5: <c>Value</c>.</summary>
    Port,

    /// <summary>BEP 10 handshake. <c>Payload</c>: <see cref="ExtensionHandshake"/>.</summary>
    ExtensionHandshake,

    /// <summary>
    /// Answer a request, <c>Range</c> (at most one block), when the socket has room: with a BEP 3 piece message, whose bytes the pump reads itself where that
    /// waits for nothing. Where it would, <see cref="PeerEventKind.Unread"/> asks for them.
    /// </summary>
    Serve,

    /// <summary>
    /// Take a <see cref="Serve"/> back (BEP 3 cancel): <c>Range</c>. Where it is not in the send buffer yet, a reject (BEP 6) and
    /// <see cref="PeerEventKind.Dropped"/>; else nothing.
    /// </summary>
    Withdraw,

    /// <summary>BEP 3 piece: <c>Range</c> and the <c>Lease</c> that holds its bytes; the pump returns the lease once they are in its send buffer.</summary>
    SendBlock,

    /// <summary>BEP 3 keep-alive.</summary>
    KeepAlive,

    /// <summary>BEP 54, where the peer knows it: <c>Range.Piece</c> is not here any more.</summary>
    DontHave,

    /// <summary>BEP 11, where the peer knows it. <c>Payload</c>: <see cref="PexMessage"/>.</summary>
    PeerExchange,

    /// <summary>BEP 52, on connections of a v2 swarm: ask for hashes. <c>Payload</c>: <see cref="Core.HashRequest"/>.</summary>
    HashRequest,

    /// <summary>BEP 52: answer a hash request. <c>Payload</c>: <see cref="HashAnswer"/>.</summary>
    Hashes,

    /// <summary>BEP 52: decline a hash request. <c>Payload</c>: <see cref="Core.HashRequest"/>.</summary>
    HashReject,

    /// <summary>
    /// What <see cref="ConnectionSetup.Layout"/> left open is known. <c>Payload</c>: a <see cref="PieceLayout"/>. What the peer has said of pieces until now is told from here on.
    /// </summary>
    Layout,

    /// <summary>BEP 9, where the peer knows it: ask for a piece of the info dictionary, <c>Value</c>.</summary>
    MetadataRequest,

    /// <summary>BEP 9: answer a request of the peer. <c>Payload</c>: <see cref="MetadataPiece"/>. Where too much waits for the peer to read it is a reject.</summary>
    Metadata,

    /// <summary>BEP 9: decline a request of the peer: <c>Value</c>.</summary>
    MetadataReject,

    /// <summary>
    /// Limits what is read: <c>Value</c> further bytes, 0 or more. From the first one on nothing is read beyond them. Each is answered by one
    /// <see cref="PeerEventKind.ReadWaiting"/> or <see cref="PeerEventKind.CreditLeft"/>, the first of 0 bytes when something comes.
    /// </summary>
    ReadCredit,

    /// <summary>Nothing limits what is read any more.</summary>
    ReadFreely,
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
