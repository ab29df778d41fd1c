using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The messages of fixed length, from choke to reject, once they are whole: checks each against the torrent and against what the peer has said before, and posts
/// what it says. What a flood of one kind could cost further on is bounded here (THREATS W12).
/// </summary>
internal sealed class ShortMessages(ConnectionId connection, OutstandingRequests requests)
{
    private PieceLayout? _layout;
    private PaddedRequests? _padded;
    private bool _isChoking = true;
    private bool _isInterested;
    private int _allowedFast;
    private int _suggestsLeft = WireLimits.MaxSuggests;
    private int _strayRejectsLeft = WireLimits.MaxStrayRejects;

    /// <summary>How many pieces there are is known: before this only what is about no piece may be taken.</summary>
    public void Begin(PieceLayout layout, PaddedRequests? padded)
    {
        _layout = layout;
        _padded = padded;
    }

    /// <summary>The length that a message of a kind has, its id counted; 0 where the length is not fixed, or the kind not known.</summary>
    public static int LengthOf(MessageId id) => id switch
    {
        MessageId.Choke or MessageId.Unchoke or MessageId.Interested or MessageId.NotInterested => 1,
        MessageId.HaveAll or MessageId.HaveNone => 1,
        MessageId.Have or MessageId.Suggest or MessageId.AllowedFast => 5,
        MessageId.Request or MessageId.Cancel or MessageId.Reject => 13,
        MessageId.Port => 3,
        _ => 0,
    };

    /// <summary>Takes a message.</summary>
    /// <param name="id">Its kind.</param>
    /// <param name="body">What follows the id, as long as the kind says.</param>
    /// <param name="sink">Takes the event.</param>
    /// <returns>False where it breaks a rule.</returns>
    public bool TryTake(MessageId id, ReadOnlySpan<byte> body, IPeerEventSink sink) => body.Length switch
    {
        0 => TakeSignal(id, sink),
        2 => TakePort(BinaryPrimitives.ReadUInt16BigEndian(body), sink),
        4 => TakePieceIndex(id, BinaryPrimitives.ReadUInt32BigEndian(body), sink),
        _ => TakeRange(id, body, sink),
    };

    /// <summary>Takes BEP 54's message, which says the opposite of a HAVE; false where it breaks a rule.</summary>
    public bool TryTakeDontHave(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        uint index = BinaryPrimitives.ReadUInt32BigEndian(body);
        if (index >= (uint)_layout!.PieceCount)
            return false;
        Post(sink, PeerEventKind.DontHave, new BlockRange(new PieceIndex((int)index), 0, 0));
        return true;
    }

    /// <summary>A block came that was asked for: who sends what is wanted may suggest more.</summary>
    public void BlockCame() => _suggestsLeft = WireLimits.MaxSuggests;

    /// <summary>A request was taken back: the peer may answer with one reject more than we expect now.</summary>
    public void RequestWithdrawn() => _strayRejectsLeft = Math.Min(_strayRejectsLeft + 1, WireLimits.MaxStrayRejects + WireLimits.RequestQueue);

    private bool TakeSignal(MessageId id, IPeerEventSink sink)
    {
        // Said again what is so already: no event, so that a flood costs nothing further on.
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
        if (index >= (uint)_layout!.PieceCount)
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
        if (range.Length > WireLimits.MaxRequest)
            return false;
        if (!_layout!.Contains(range))
        {
            if (Clipped(id, range) is not { } inside)
                return false;
            range = inside;
        }

        switch (id)
        {
            case MessageId.Request:
                Post(sink, PeerEventKind.Request, range);
                return true;
            case MessageId.Cancel:
                Post(sink, PeerEventKind.Cancel, range);
                return true;
        }

        if (requests.Remove(range))
        {
            Post(sink, PeerEventKind.Reject, range);
            return true;
        }

        return --_strayRejectsLeft >= 0;
    }

    /// <summary>The part of a range that the torrent has, where a peer may mean that; null where it may not. Not by reference: that would cost every request.</summary>
    private BlockRange? Clipped(MessageId id, BlockRange range)
        => id != MessageId.Reject && _padded is not null && _padded.TryClip(ref range, id == MessageId.Request) ? range : null;

    private void Post(IPeerEventSink sink, PeerEventKind kind, BlockRange range = default)
        => sink.Post(new PeerEvent(kind, connection) { Range = range });
}
