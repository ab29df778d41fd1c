using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// Takes messages out of whatever bytes came, as they came. Between calls it keeps the start of a message (20 bytes), the part of a
/// <see cref="LongMessages">long one</see>, or the lease of the block that is halfway in; and <see cref="EarlyMessages">what is about pieces</see> while nobody knows how
/// many there are. Every length is bounded by its kind before anything of the message is kept (W1).
/// </summary>
internal sealed class WireDecoder
{
    private readonly ConnectionId _connection;
    private readonly BlockPool _pool;
    private readonly ShortMessages _short;
    private readonly LongMessages _long;
    private readonly bool _hasFast;
    private readonly bool _hasExtensions;

    private Phase _phase;
    private MessageStart _header;
    private int _headerLength;
    private int _leftToSkip;
    private bool _isPastBitfield;

    // Null while the torrent's pieces are not known; then what is about them is kept early.
    private PieceLayout? _layout;
    private EarlyMessages? _early;

    // A mutable struct: not readonly.
    private BlockReceiver _block;

    public WireDecoder(ConnectionId connection, BlockPool pool, bool hasFast, bool hasExtensions, HashMessages? hashes)
    {
        _connection = connection;
        _pool = pool;
        Hashes = hashes;
        _short = new ShortMessages(connection, Requests);
        _long = new LongMessages(connection, hashes);
        _hasFast = hasFast;
        _hasExtensions = hasExtensions;
    }

    /// <summary>What the peer was asked for.</summary>
    public OutstandingRequests Requests { get; } = new();

    /// <summary>Hash messages; null where the connection is not of a v2 swarm, and they are skipped as unknown.</summary>
    public HashMessages? Hashes { get; }

    /// <summary>Requests that go beyond a file's end; null where files do not end pieces.</summary>
    public PaddedRequests? Padded { get; private set; }

    /// <summary>The messages of BEP 9.</summary>
    public MetadataMessages Metadata => _long.Metadata;

    /// <summary>The number that the peer wants for BEP 54's message; 0 while it has named none, or switched it off.</summary>
    public byte DontHaveNumber => _long.DontHaveNumber;

    /// <summary>The number that the peer wants for BEP 11's message; 0: it does not know it.</summary>
    public byte PeerExchangeNumber => _long.PeerExchangeNumber;

    /// <summary>Why nothing more is read: the peer broke a rule.</summary>
    public DisconnectReason Fault { get; private set; }

    /// <summary>Whether the last call stopped because the pool was empty.</summary>
    public bool IsStarved { get; private set; }

    /// <summary>How many pieces there are is known; what the peer has said of them before is posted now.</summary>
    public void Begin(PieceLayout layout, IPeerEventSink sink)
    {
        if (_layout is not null)
            return;
        _layout = layout;
        Padded = layout.StartsPiecesAtFiles ? new PaddedRequests(layout) : null;
        _short.Begin(layout, Padded);
        _long.Layout = layout;
        TakeEarly(sink);
    }

    /// <summary>Takes messages from the front of the bytes until they end, a rule is broken or the pool is empty.</summary>
    /// <returns>How many bytes it took.</returns>
    public int Feed(ReadOnlySpan<byte> bytes, IPeerEventSink sink)
    {
        int taken = 0;
        IsStarved = false;
        while (taken < bytes.Length && Fault == DisconnectReason.None && !IsStarved)
        {
            ReadOnlySpan<byte> rest = bytes[taken..];
            taken += _phase switch
            {
                Phase.Header => TakeHeader(rest, sink),
                Phase.Block => TakeBlock(rest, sink),
                Phase.Long => TakeLong(rest, sink),
                Phase.Early => KeepEarly(rest, sink),
                _ => TakeSkipped(rest),
            };
        }

        return taken;
    }

    /// <summary>The block of this range is not wanted any more, whether it is still to come or halfway in.</summary>
    public void Withdraw(BlockRange range)
    {
        if (_block.Withdraw(range, _pool) || Requests.Remove(range))
            _short.RequestWithdrawn();
    }

    /// <summary>Gives everything back.</summary>
    public void Release()
    {
        _block.Release(_pool);
        _long.Release();
        _early?.Release();
        Requests.Release();
    }

    private int TakeHeader(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        Span<byte> header = _header;
        if (_headerLength == 0)
        {
            int used = ReadHeader(rest, sink);
            if (used > 0 || Fault != DisconnectReason.None)
                return used;
            rest.CopyTo(header);
            _headerLength = rest.Length;
            return rest.Length;
        }

        // More than is needed is copied, and taken from the bytes again by counting only what was used.
        int before = _headerLength;
        int added = Math.Min(header.Length - before, rest.Length);
        rest[..added].CopyTo(header[before..]);
        int usedOfHeader = ReadHeader(header[..(before + added)], sink);
        if (usedOfHeader > 0)
        {
            _headerLength = 0;
            return usedOfHeader - before;
        }

        _headerLength = before + added;
        return added;
    }

    /// <summary>Reads one message's start, the whole message where its length is fixed.</summary>
    /// <returns>How many bytes it takes, or 0: too few are here, or a rule is broken.</returns>
    private int ReadHeader(ReadOnlySpan<byte> header, IPeerEventSink sink)
    {
        if (header.Length < 4)
            return 0;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length == 0)
            return 4;
        if (length > WireLimits.MaxMessage)
            return Break(DisconnectReason.MessageTooLong);
        if (header.Length < 5)
            return 0;
        var id = (MessageId)header[4];
        if (!_hasFast && id is >= MessageId.Suggest and <= MessageId.AllowedFast)
            return Break(DisconnectReason.ProtocolError);
        if (_layout is null && id != MessageId.Port && (ShortMessages.LengthOf(id) > 0 || id is MessageId.Piece or MessageId.Bitfield))
            return BeginEarly(id, (int)length, sink);
        return id switch
        {
            MessageId.Piece => ReadPieceHeader(header, (int)length),
            MessageId.Bitfield => ReadBitfieldHeader((int)length, sink),
            MessageId.Extended when _hasExtensions => ReadExtendedHeader(header, (int)length, sink),
            MessageId.HashRequest or MessageId.Hashes or MessageId.HashReject when Hashes is not null => ReadHashesHeader(id, (int)length - 1, sink),
            _ => ShortMessages.LengthOf(id) is var expected && expected > 0
                ? ReadFixed(id, header, (int)length, expected, sink)
                : Skip(used: 5, (int)length - 1),
        };
    }

    private int ReadFixed(MessageId id, ReadOnlySpan<byte> header, int length, int expected, IPeerEventSink sink)
    {
        if (length != expected)
            return Break(DisconnectReason.ProtocolError);
        if (header.Length < 4 + length)
            return 0;
        if (id != MessageId.Port)
        {
            bool isFirst = !_isPastBitfield;
            _isPastBitfield = true;
            if (!isFirst && id is MessageId.HaveAll or MessageId.HaveNone)
                return Break(DisconnectReason.ProtocolError);
        }

        return _short.TryTake(id, header.Slice(5, length - 1), sink) ? 4 + length : Break(DisconnectReason.ProtocolError);
    }

    private int ReadPieceHeader(ReadOnlySpan<byte> header, int length)
    {
        if (length > WireLimits.MaxPieceMessage)
            return Break(DisconnectReason.MessageTooLong);
        if (header.Length < WireEncoder.BlockHeader)
            return length < WireEncoder.BlockHeader - 4 ? Break(DisconnectReason.ProtocolError) : 0;
        var range = new BlockRange(
            new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(header[5..])),
            BinaryPrimitives.ReadInt32BigEndian(header[9..]),
            length - (WireEncoder.BlockHeader - 4));
        if (!_layout!.Contains(range))
            return Break(DisconnectReason.ProtocolError);
        _isPastBitfield = true;
        _block.Begin(range, isWanted: Requests.Remove(range));
        _phase = Phase.Block;
        return WireEncoder.BlockHeader;
    }

    private int TakeBlock(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        IsStarved = !_block.TryTake(rest, _pool, _layout!, out int taken);
        if (!_block.IsDone)
            return taken;
        _phase = Phase.Header;
        BufferLease lease = _block.Finish();
        if (lease.IsNone)
        {
            sink.Post(new PeerEvent(PeerEventKind.UnwantedBlock, _connection) { Range = _block.Range });
            return taken;
        }

        _short.BlockCame();
        sink.Post(new PeerEvent(PeerEventKind.Block, _connection) { Range = _block.Range, Lease = lease });
        return taken;
    }

    private int ReadBitfieldHeader(int length, IPeerEventSink sink)
    {
        if (_isPastBitfield || !_long.TryBeginBitfield(length - 1))
            return Break(DisconnectReason.ProtocolError);
        _isPastBitfield = true;
        return BeginLong(used: 5, sink);
    }

    private int ReadHashesHeader(MessageId id, int length, IPeerEventSink sink)
    {
        // Before the pieces are known the bitfield may be among what is kept.
        _isPastBitfield |= _layout is not null;
        return _long.TryBeginHashes(id, length) ? BeginLong(used: 5, sink) : Break(DisconnectReason.ProtocolError);
    }

    private int ReadExtendedHeader(ReadOnlySpan<byte> header, int length, IPeerEventSink sink)
    {
        if (length < 2)
            return Break(DisconnectReason.ProtocolError);
        if (header.Length < 6)
            return 0;
        int bodyLength = length - 2;
        switch (header[5])
        {
            case ExtensionNumbers.Handshake when _long.TryBeginHandshake(bodyLength):
                return BeginLong(used: 6, sink);
            case ExtensionNumbers.Metadata:
                return _long.TryBeginMetadata(bodyLength) ? BeginLong(used: 6, sink) : Break(DisconnectReason.ProtocolError);
            case ExtensionNumbers.DontHave when _layout is null:
                // What it takes back is asked for in vain once, and rejected.
                return Skip(used: 6, bodyLength);
            case ExtensionNumbers.PeerExchange when _long.TryBeginPeerExchange(bodyLength):
                return BeginLong(used: 6, sink);
            case ExtensionNumbers.DontHave when bodyLength != 4:
                return Break(DisconnectReason.ProtocolError);
            case ExtensionNumbers.DontHave when header.Length < 10:
                return 0;
            case ExtensionNumbers.DontHave:
                return _short.TryTakeDontHave(header[6..], sink) ? 10 : Break(DisconnectReason.ProtocolError);
            default:
                return Skip(used: 6, bodyLength);
        }
    }

    private int BeginEarly(MessageId id, int length, IPeerEventSink sink)
    {
        if (!EarlyMessages.Keeps(id))
            return Skip(used: 5, length - 1);
        if (!EarlyMessages.Allows(id, length))
            return Break(DisconnectReason.ProtocolError);
        _early ??= new EarlyMessages();
        if (!_early.TryBegin(id, length))
            return Break(DisconnectReason.Limit);
        _phase = Phase.Early;
        KeepEarly(default, sink);
        return 5;
    }

    private int KeepEarly(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        int taken = _early!.Take(rest);
        if (!_early.IsWhole)
            return taken;
        _phase = Phase.Header;

        // One that was halfway in when the layout came.
        if (_layout is not null)
            TakeEarly(sink);
        return taken;
    }

    private void TakeEarly(IPeerEventSink sink)
    {
        while (Fault == DisconnectReason.None && _early is { } early && early.TryPeek(out MessageId id, out ReadOnlySpan<byte> body))
        {
            bool isFirst = !_isPastBitfield;
            _isPastBitfield = true;
            bool isRight = id == MessageId.Bitfield ? isFirst && _long.ReadBitfield(body, sink)
                : (isFirst || id is not (MessageId.HaveAll or MessageId.HaveNone)) && _short.TryTake(id, body, sink);
            early.Drop();
            if (!isRight)
                Break(DisconnectReason.ProtocolError);
        }

        if (_phase != Phase.Early)
            _early = null;
    }

    private int Skip(int used, int left)
    {
        _leftToSkip = left;
        _phase = left == 0 ? Phase.Header : Phase.Skip;
        return used;
    }

    private int TakeSkipped(ReadOnlySpan<byte> rest)
    {
        int taken = Math.Min(_leftToSkip, rest.Length);
        return Skip(taken, _leftToSkip - taken);
    }

    private int BeginLong(int used, IPeerEventSink sink)
    {
        _phase = Phase.Long;

        // One without a body is whole, and no more bytes may come.
        if (_long.IsWhole)
            TakeLong(default, sink);
        return used;
    }

    private int TakeLong(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        if (!_long.TryTake(rest, sink, out int taken))
            Break(DisconnectReason.ProtocolError);
        if (_long.IsWhole)
            _phase = Phase.Header;
        return taken;
    }

    private int Break(DisconnectReason reason)
    {
        Fault = reason;
        return 0;
    }

    private enum Phase : byte
    {
        /// <summary>At a message's start, or inside its first bytes.</summary>
        Header,

        /// <summary>In the payload of a piece message.</summary>
        Block,

        /// <summary>In a message that must be whole to be read.</summary>
        Long,

        /// <summary>In a message that is ignored.</summary>
        Skip,

        /// <summary>In a message that is kept until the torrent's pieces are known.</summary>
        Early,
    }
}
