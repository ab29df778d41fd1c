using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// A connection to a peer; never used again in the life of a session, so that late events of a closed connection are recognised.
/// Outgoing ones are numbered by the engine and even, incoming ones by the I/O side and odd.
/// </summary>
public readonly record struct ConnectionId(long Value)
{
    /// <summary>Whether the peer connected to us.</summary>
    public bool IsIncoming => (Value & 1) != 0;

    /// <inheritdoc/>
    public override string ToString() => $"c{Value}";
}

/// <summary>What a pump tells the engine of a connection.</summary>
public enum PeerEventKind : byte
{
    /// <summary>An incoming connection sent its handshake's first part. <c>Payload</c>: <see cref="PeerHandshake"/>. Answer with Accept or Close.</summary>
    Incoming,

    /// <summary>
    /// An incoming connection begins with message stream encryption. <c>Payload</c>: the <see cref="Sha1Hash"/> of "req2" and its torrent's info-hash, by which it names the torrent.
    /// Answer with Unmask or Close; Incoming follows.
    /// </summary>
    Masked,

    /// <summary>Both handshakes are through; wire messages follow. <c>Payload</c>: <see cref="PeerHandshake"/>.</summary>
    Ready,

    /// <summary>The connection is gone, whoever closed it; nothing of it follows. <c>Reason</c> says why.</summary>
    Closed,

    /// <summary>BEP 3 choke: what was requested and is not <c>AllowedFast</c> is void (without BEP 6).</summary>
    Choke,

    /// <summary>BEP 3 unchoke.</summary>
    Unchoke,

    /// <summary>BEP 3 interested.</summary>
    Interested,

    /// <summary>BEP 3 not interested.</summary>
    NotInterested,

    /// <summary>BEP 3 have: <c>Range.Piece</c>, in bounds.</summary>
    Have,

    /// <summary>BEP 3 bitfield. <c>Payload</c>: <see cref="Bitfield"/> of the torrent's length.</summary>
    Bitfield,

    /// <summary>BEP 6 have all.</summary>
    HaveAll,

    /// <summary>BEP 6 have none.</summary>
    HaveNone,

    /// <summary>BEP 3 request: <c>Range</c>, in bounds and at most 128 KiB.</summary>
    Request,

    /// <summary>A block that we asked this connection for. <c>Range</c> and <c>Lease</c>, whose owner is the engine from here on.</summary>
    Block,

    /// <summary>A block that was not (or no longer) asked for; its bytes were dropped. <c>Range</c>.</summary>
    UnwantedBlock,

    /// <summary>BEP 3 cancel: <c>Range</c>.</summary>
    Cancel,

    /// <summary>BEP 5 port: <c>Value</c>.</summary>
    Port,

    /// <summary>BEP 6 suggest: <c>Range.Piece</c>.</summary>
    Suggest,

    /// <summary>BEP 6 reject of something we asked for: <c>Range</c>.</summary>
    Reject,

    /// <summary>BEP 6 allowed fast: <c>Range.Piece</c>.</summary>
    AllowedFast,

    /// <summary>BEP 10 handshake, the first or a later one. <c>Payload</c>: <see cref="ExtensionHandshake"/>.</summary>
    ExtensionHandshake,

    /// <summary>BEP 54 don't have: <c>Range.Piece</c>.</summary>
    DontHave,

    /// <summary>BEP 11. <c>Payload</c>: <see cref="PexMessage"/>, at most 50 peers of each kind and family.</summary>
    PeerExchange,

    /// <summary>BEP 52, of connections of a v2 swarm: the peer asks for hashes. <c>Payload</c>: a <see cref="Core.HashRequest"/>, in no way bounded.</summary>
    HashRequest,

    /// <summary>BEP 52: hashes that were asked for, as many as that. <c>Payload</c>: <see cref="HashAnswer"/>; nothing of it is proven.</summary>
    Hashes,

    /// <summary>BEP 52: the peer declines to give hashes that were asked for. <c>Payload</c>: <see cref="Core.HashRequest"/>.</summary>
    HashReject,

    /// <summary>BEP 9: the peer asks for a piece of the info dictionary: <c>Value</c>, in no way bounded.</summary>
    MetadataRequest,

    /// <summary>BEP 9: a piece of the info dictionary that was asked for. <c>Payload</c>: <see cref="MetadataPiece"/>; nothing of it is proven.</summary>
    Metadata,

    /// <summary>BEP 9: the peer declines to give a piece of the info dictionary that was asked for: <c>Value</c>.</summary>
    MetadataReject,

    /// <summary>What was queued to this connection has been handed to the socket: <c>Value</c> payload bytes, <c>Blocks</c>, since the last such event.</summary>
    Sent,

    /// <summary>
    /// The socket has room for blocks that were to be served, but reading them may wait for a device: <c>Range</c>, a run of neighbours in one piece, all but
    /// the last <see cref="BlockRange.BlockLength"/> long. Answer each with SendBlock or Reject.
    /// </summary>
    Unread,

    /// <summary>What was to be served and will not be, because of a choke or because it was taken back: <c>Value</c> payload bytes, <c>Blocks</c>.</summary>
    Dropped,

    /// <summary>What may be read (<see cref="PeerCommandKind.ReadCredit"/>) is read, and there may be more. Nothing of it is read before the next credit.</summary>
    ReadWaiting,

    /// <summary>There is nothing to read for now: <c>Value</c> bytes of the credit were not used and count no more.</summary>
    CreditLeft,
}

/// <summary>One thing that happened on a connection: small, copied by value through mailboxes.</summary>
public readonly struct PeerEvent
{
    /// <summary>Describes an event.</summary>
    public PeerEvent(PeerEventKind kind, ConnectionId connection)
    {
        Kind = kind;
        Connection = connection;
    }

    /// <summary>What happened.</summary>
    public PeerEventKind Kind { get; }

    /// <summary>Where.</summary>
    public ConnectionId Connection { get; }

    /// <summary>Why the connection closed.</summary>
    public DisconnectReason Reason { get; init; }

    /// <summary>What carried a connection that closed, where it was open at all.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>A number: see the kinds.</summary>
    public int Value { get; init; }

    /// <summary>How many blocks: see the kinds.</summary>
    public int Blocks { get; init; }

    /// <summary>The piece or the run of bytes that is spoken of.</summary>
    public BlockRange Range { get; init; }

    /// <summary>The payload of <see cref="PeerEventKind.Block"/>.</summary>
    public BufferLease Lease { get; init; }

    /// <summary>What does not fit elsewhere, of rare messages only.</summary>
    public object? Payload { get; init; }
}
