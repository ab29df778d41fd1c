using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// Takes messages out of whatever bytes came, as they came. Between calls it keeps the start of a message (20 bytes), or the part of a
/// message that must be whole to be read, in a rented buffer that grows as bytes come and never by what a length says, or the lease of the
/// block that is halfway in. Every length is bounded by its kind before anything of the message is kept (W1).
/// </summary>
internal sealed class WireDecoder(ConnectionId connection, BlockPool pool, PieceLayout layout, bool hasFast, bool hasExtensions, HashMessages? hashes)
{
    /// <summary>Length, id, index and offset of a piece message: what comes before its payload.</summary>
    private const int PieceHeaderLength = 13;

    private HeaderBytes _header;
    private int _headerLength;
    private Phase _phase;

    // What is left of a message that is skipped or gathered.
    private int _left;
    private RentedBytes _gathered;
    private MessageId _gatheredKind;
    private BlockReceiver _block;

    private bool _isPastBitfield;
    private bool _isChoking = true;
    private bool _isInterested;
    private int _extensionHandshakes;
    private int _allowedFast;
    private int _suggestsLeft = WireLimits.MaxSuggests;
    private int _strayRejectsLeft = WireLimits.MaxStrayRejects;

    /// <summary>What the peer was asked for.</summary>
    public OutstandingRequests Requests { get; } = new();

    /// <summary>Hash messages; null where the connection is not of a v2 swarm, and they are skipped as unknown.</summary>
    public HashMessages? Hashes => hashes;

    /// <summary>The number that the peer wants for BEP 54's message; 0 while it has named none, or switched it off.</summary>
    public byte DontHaveNumber { get; private set; }

    /// <summary>Requests that go beyond a file's end; null where files do not end pieces.</summary>
    public PaddedRequests? Padded { get; } = layout.StartsPiecesAtFiles ? new PaddedRequests(layout) : null;

    /// <summary>Why nothing more is read: the peer broke a rule.</summary>
    public DisconnectReason Fault { get; private set; }

    /// <summary>Whether the last call stopped because the pool was empty.</summary>
    public bool IsStarved { get; private set; }

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
                Phase.Gather => TakeBody(rest, sink),
                _ => TakeSkipped(rest),
            };
        }

        return taken;
    }

    /// <summary>The block of this range is not wanted any more, whether it is still to come or halfway in.</summary>
    public void Withdraw(BlockRange range)
    {
        // The peer may answer with one reject more than we expect now.
        if (_block.Withdraw(range, pool) || Requests.Remove(range))
            _strayRejectsLeft = Math.Min(_strayRejectsLeft + 1, WireLimits.MaxStrayRejects + WireLimits.RequestQueue);
    }

    /// <summary>Gives everything back.</summary>
    public void Release()
    {
        _block.Release(pool);
        _gathered.Release();
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
        if (!hasFast && id is >= MessageId.Suggest and <= MessageId.AllowedFast)
            return Break(DisconnectReason.ProtocolError);
        return id switch
        {
            MessageId.Piece => ReadPieceHeader(header, (int)length),
            MessageId.Bitfield => ReadBitfieldHeader((int)length, sink),
            MessageId.Extended when hasExtensions => ReadExtendedHeader(header, (int)length, sink),
            MessageId.HashRequest or MessageId.Hashes or MessageId.HashReject when hashes is not null => ReadHashesHeader(id, (int)length - 1, sink),
            _ => FixedLength(id) is var expected && expected > 0
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
        ReadOnlySpan<byte> body = header.Slice(5, length - 1);
        if (id != MessageId.Port)
        {
            bool isFirst = !_isPastBitfield;
            _isPastBitfield = true;
            if (!isFirst && id is MessageId.HaveAll or MessageId.HaveNone)
                return Break(DisconnectReason.ProtocolError);
        }

        bool isAllowed = length switch
        {
            1 => TakeSignal(id, sink),
            3 => TakePort(BinaryPrimitives.ReadUInt16BigEndian(body), sink),
            5 => TakePieceIndex(id, BinaryPrimitives.ReadUInt32BigEndian(body), sink),
            _ => TakeRange(id, body, sink),
        };
        return isAllowed ? 4 + length : Break(DisconnectReason.ProtocolError);
    }

    private bool TakeSignal(MessageId id, IPeerEventSink sink)
    {
        // Said again what is so already: no event, so that a flood costs nothing further on (W12).
        switch (id)
        {
            case MessageId.Choke or MessageId.Unchoke when _isChoking == (id == MessageId.Choke):
            case MessageId.Interested or MessageId.NotInterested when _isInterested == (id == MessageId.Interested):
                return true;
            case MessageId.Choke or MessageId.Unchoke:
                _isChoking = id == MessageId.Choke;
                break;
            case MessageId.Interested or MessageId.NotInterested:
                _isInterested = id == MessageId.Interested;
                break;
        }

        Post(sink, id switch
        {
            MessageId.Choke => PeerEventKind.Choke,
            MessageId.Unchoke => PeerEventKind.Unchoke,
            MessageId.Interested => PeerEventKind.Interested,
            MessageId.NotInterested => PeerEventKind.NotInterested,
            MessageId.HaveAll => PeerEventKind.HaveAll,
            _ => PeerEventKind.HaveNone,
        });
        return true;
    }

    private bool TakePort(int port, IPeerEventSink sink)
    {
        if (port != 0)
            sink.Post(new PeerEvent(PeerEventKind.Port, connection) { Value = port });
        return true;
    }

    private bool TakePieceIndex(MessageId id, uint index, IPeerEventSink sink)
    {
        if (index >= (uint)layout.PieceCount)
            return false;
        var range = new BlockRange(new PieceIndex((int)index), 0, 0);
        switch (id)
        {
            case MessageId.Have:
                Post(sink, PeerEventKind.Have, range);
                break;
            case MessageId.Suggest when _suggestsLeft > 0:
                _suggestsLeft--;
                Post(sink, PeerEventKind.Suggest, range);
                break;
            case MessageId.AllowedFast when _allowedFast < WireLimits.MaxAllowedFast:
                _allowedFast++;
                Post(sink, PeerEventKind.AllowedFast, range);
                break;
        }

        return true;
    }

    private bool TakeRange(MessageId id, ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        var range = new BlockRange(
            new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(body)),
            BinaryPrimitives.ReadInt32BigEndian(body[4..]),
            BinaryPrimitives.ReadInt32BigEndian(body[8..]));
        bool isOurs = id is MessageId.Reject;
        if (range.Length > WireLimits.MaxRequest || (!layout.Contains(range) && (isOurs || Padded is null || !Padded.TryClip(ref range, id == MessageId.Request))))
            return false;
        switch (id)
        {
            case MessageId.Request:
                Post(sink, PeerEventKind.Request, range);
                return true;
            case MessageId.Cancel:
                Post(sink, PeerEventKind.Cancel, range);
                return true;
        }

        if (Requests.Remove(range))
        {
            Post(sink, PeerEventKind.Reject, range);
            return true;
        }

        return --_strayRejectsLeft >= 0;
    }

    private int ReadPieceHeader(ReadOnlySpan<byte> header, int length)
    {
        if (length > WireLimits.MaxPieceMessage)
            return Break(DisconnectReason.MessageTooLong);
        if (header.Length < PieceHeaderLength)
            return length < PieceHeaderLength - 4 ? Break(DisconnectReason.ProtocolError) : 0;
        var range = new BlockRange(
            new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(header[5..])),
            BinaryPrimitives.ReadInt32BigEndian(header[9..]),
            length - (PieceHeaderLength - 4));
        if (!layout.Contains(range))
            return Break(DisconnectReason.ProtocolError);
        _isPastBitfield = true;
        _block.Begin(range, isWanted: Requests.Remove(range));
        _phase = Phase.Block;
        return PieceHeaderLength;
    }

    private int TakeBlock(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        IsStarved = !_block.TryTake(rest, pool, layout, out int taken);
        if (!_block.IsDone)
            return taken;
        _phase = Phase.Header;
        BufferLease lease = _block.Finish();
        if (lease.IsNone)
        {
            Post(sink, PeerEventKind.UnwantedBlock, _block.Range);
            return taken;
        }

        _suggestsLeft = WireLimits.MaxSuggests;
        sink.Post(new PeerEvent(PeerEventKind.Block, connection) { Range = _block.Range, Lease = lease });
        return taken;
    }

    private int ReadBitfieldHeader(int length, IPeerEventSink sink)
    {
        if (_isPastBitfield || length - 1 != (layout.PieceCount + 7) / 8)
            return Break(DisconnectReason.ProtocolError);
        _isPastBitfield = true;
        return Gather(MessageId.Bitfield, used: 5, length - 1, sink);
    }

    private int ReadHashesHeader(MessageId id, int length, IPeerEventSink sink)
    {
        _isPastBitfield = true;
        return length <= hashes!.LongestBody(id) ? Gather(id, used: 5, length, sink) : Break(DisconnectReason.ProtocolError);
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
            case ExtensionNumbers.Handshake when bodyLength <= WireLimits.MaxExtensionHandshake
                && _extensionHandshakes < WireLimits.MaxExtensionHandshakes:
                _extensionHandshakes++;
                return Gather(MessageId.Extended, used: 6, bodyLength, sink);
            case ExtensionNumbers.DontHave when bodyLength != 4:
                return Break(DisconnectReason.ProtocolError);
            case ExtensionNumbers.DontHave when header.Length < 10:
                return 0;
            case ExtensionNumbers.DontHave:
                uint index = BinaryPrimitives.ReadUInt32BigEndian(header[6..]);
                if (index >= (uint)layout.PieceCount)
                    return Break(DisconnectReason.ProtocolError);
                Post(sink, PeerEventKind.DontHave, new BlockRange(new PieceIndex((int)index), 0, 0));
                return 10;
            default:
                return Skip(used: 6, bodyLength);
        }
    }

    private int Skip(int used, int left)
    {
        _left = left;
        _phase = left == 0 ? Phase.Header : Phase.Skip;
        return used;
    }

    private int TakeSkipped(ReadOnlySpan<byte> rest)
    {
        int taken = Math.Min(_left, rest.Length);
        _left -= taken;
        if (_left == 0)
            _phase = Phase.Header;
        return taken;
    }

    private int Gather(MessageId kind, int used, int length, IPeerEventSink sink)
    {
        _gatheredKind = kind;
        _left = length;
        _phase = Phase.Gather;
        if (length == 0)
            TakeWhole(default, sink);
        return used;
    }

    private int TakeBody(ReadOnlySpan<byte> rest, IPeerEventSink sink)
    {
        int taken = Math.Min(_left, rest.Length);
        if (_gathered.Length == 0 && taken == _left)
        {
            TakeWhole(rest[..taken], sink);
            return taken;
        }

        // By what came: a length that is announced costs the peer as many bytes as it costs us.
        _gathered.Append(rest[..taken]);
        _left -= taken;
        if (_left == 0)
        {
            TakeWhole(_gathered.Bytes, sink);
            _gathered.Release();
        }

        return taken;
    }

    private void TakeWhole(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        _phase = Phase.Header;
        if (_gatheredKind == MessageId.Bitfield)
        {
            if (Bitfield.TryParse(body, layout.PieceCount, out Bitfield? bitfield))
                sink.Post(new PeerEvent(PeerEventKind.Bitfield, connection) { Payload = bitfield });
            else
                Break(DisconnectReason.ProtocolError);
        }
        else if (_gatheredKind is MessageId.HashRequest or MessageId.Hashes or MessageId.HashReject)
        {
            if (!hashes!.Take(_gatheredKind, body, sink))
                Break(DisconnectReason.ProtocolError);
        }
        else if (ExtensionHandshakeCodec.TryParse(body, out ExtensionHandshake? handshake))
        {
            if (handshake.Messages.TryGetValue(ExtensionNumbers.DontHaveName, out byte number))
                DontHaveNumber = number;
            sink.Post(new PeerEvent(PeerEventKind.ExtensionHandshake, connection) { Payload = handshake });
        }
        else
        {
            Break(DisconnectReason.ProtocolError);
        }
    }

    private int Break(DisconnectReason reason)
    {
        Fault = reason;
        return 0;
    }

    private void Post(IPeerEventSink sink, PeerEventKind kind, BlockRange range = default)
        => sink.Post(new PeerEvent(kind, connection) { Range = range });

    private static int FixedLength(MessageId id) => id switch
    {
        MessageId.Choke or MessageId.Unchoke or MessageId.Interested or MessageId.NotInterested => 1,
        MessageId.HaveAll or MessageId.HaveNone => 1,
        MessageId.Have or MessageId.Suggest or MessageId.AllowedFast => 5,
        MessageId.Request or MessageId.Cancel or MessageId.Reject => 13,
        MessageId.Port => 3,
        _ => 0,
    };

    private enum Phase : byte
    {
        /// <summary>At a message's start, or inside its first bytes.</summary>
        Header,

        /// <summary>In the payload of a piece message.</summary>
        Block,

        /// <summary>In a message that must be whole to be read.</summary>
        Gather,

        /// <summary>In a message that is ignored.</summary>
        Skip,
    }

    /// <summary>Room for any message's start and for every message of fixed length (a request takes 17 bytes).</summary>
    [InlineArray(20)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
