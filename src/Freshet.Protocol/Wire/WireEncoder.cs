using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>Writes messages behind one another into what waits to be sent, and knows which payload has gone out.</summary>
internal sealed class WireEncoder
{
    /// <summary>What a piece message has before the block: length, id, index and offset.</summary>
    public const int BlockHeader = 13;

    // Made with the first block: who only takes needs none.
    private Queue<SentMark>? _marks;
    private long _added;
    private long _sent;

    /// <summary>What waits to be sent.</summary>
    public SendBuffer Output { get; } = new();

    /// <summary>Payload bytes of blocks that are wholly sent and not yet taken by <see cref="TakeSent"/>.</summary>
    public int PayloadSent { get; private set; }

    /// <summary>Blocks that are wholly sent and not yet taken.</summary>
    public int BlocksSent { get; private set; }

    /// <summary>Requests that are answered with filler behind their bytes; null where the torrent has none such.</summary>
    public PaddedRequests? Padded { get; set; }

    /// <summary>The handshake.</summary>
    public void Handshake(ConnectionSetup setup) => WireHandshake.Write(Add(WireHandshake.Length), setup);

    /// <summary>A length of 0.</summary>
    public void KeepAlive() => Add(4).Clear();

    /// <summary>A message that is only its id.</summary>
    public void Signal(MessageId id) => Start(id, 0);

    /// <summary>A message with a piece's index.</summary>
    public void Piece(MessageId id, PieceIndex piece) => BinaryPrimitives.WriteInt32BigEndian(Start(id, 4), piece.Value);

    /// <summary>A message with a range.</summary>
    public void Range(MessageId id, BlockRange range)
    {
        Span<byte> body = Start(id, 12);
        BinaryPrimitives.WriteInt32BigEndian(body, range.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(body[4..], range.Offset);
        BinaryPrimitives.WriteInt32BigEndian(body[8..], range.Length);
    }

    /// <summary>BEP 6: declines a request.</summary>
    public void Reject(BlockRange range) => Range(MessageId.Reject, range with { Length = range.Length + (Padded?.Take(range) ?? 0) });

    /// <summary>BEP 3 bitfield.</summary>
    public void Bitfield(Bitfield bitfield) => bitfield.CopyTo(Start(MessageId.Bitfield, bitfield.ByteLength));

    /// <summary>BEP 5 port.</summary>
    public void Port(int port) => BinaryPrimitives.WriteUInt16BigEndian(Start(MessageId.Port, 2), (ushort)port);

    /// <summary>BEP 10: the message's number, its body, and what follows that.</summary>
    public void Extended(byte number, ReadOnlySpan<byte> body, ReadOnlySpan<byte> attachment = default)
    {
        Span<byte> target = Start(MessageId.Extended, 1 + body.Length + attachment.Length);
        target[0] = number;
        body.CopyTo(target[1..]);
        attachment.CopyTo(target[(1 + body.Length)..]);
    }

    /// <summary>BEP 52: a hash request or its reject.</summary>
    public void Hashes(MessageId id, HashRequest request) => request.Write(Start(id, HashRequest.EncodedLength));

    /// <summary>BEP 52: hashes.</summary>
    public void Hashes(HashAnswer answer)
    {
        Span<byte> body = Start(MessageId.Hashes, HashRequest.EncodedLength + answer.Hashes.Length);
        answer.Request.Write(body);
        answer.Hashes.Span.CopyTo(body[HashRequest.EncodedLength..]);
    }

    /// <summary>BEP 3 piece: the only copy on its way out.</summary>
    public void Block(BlockRange range, ReadOnlySpan<byte> payload)
    {
        int filler = Padded?.Of(range) ?? 0;
        Span<byte> message = Output.Add(BlockHeader + payload.Length + filler);
        payload.CopyTo(message[BlockHeader..]);
        Seal(message, range, filler);
    }

    /// <summary>BEP 3 pieces of a run of blocks, read from the cache straight into what waits to be sent: no copy of our own at all.</summary>
    /// <returns>The bytes of the run, whole blocks, that were there; the others leave no trace.</returns>
    public int Blocks(BlockRange run, TorrentId torrent, ICachedReader reader)
    {
        int count = (run.Length + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        var last = new BlockRange(run.Piece, run.Offset + ((count - 1) * BlockRange.BlockLength), run.Length - ((count - 1) * BlockRange.BlockLength));
        int filler = Padded?.Of(last) ?? 0;
        Span<byte> messages = Output.Add(run.Length + (count * BlockHeader) + filler);
        int read = reader.ReadCached(torrent, run, messages[BlockHeader..^filler], BlockHeader);
        int whole = read >= run.Length ? run.Length : read / BlockRange.BlockLength * BlockRange.BlockLength;
        for (int done = 0; done < whole;)
        {
            int length = Math.Min(BlockRange.BlockLength, whole - done);
            bool isPadded = filler > 0 && done + length == run.Length;
            Seal(messages, new BlockRange(run.Piece, run.Offset + done, length), isPadded ? filler : 0);
            messages = messages[(BlockHeader + length + (isPadded ? filler : 0))..];
            done += length;
        }

        Output.TakeBack(messages.Length);
        return whole;
    }

    /// <summary>The first bytes of <see cref="Output"/> are sent.</summary>
    public void EndSend(int count)
    {
        Output.EndSend(count);
        _sent += count;
        while (_marks is not null && _marks.TryPeek(out SentMark mark) && mark.End <= _sent)
        {
            PayloadSent += mark.Payload;
            BlocksSent++;
            _marks.Dequeue();
        }
    }

    /// <summary>Takes the counts of what was sent.</summary>
    public (int Payload, int Blocks) TakeSent()
    {
        (int Payload, int Blocks) sent = (PayloadSent, BlocksSent);
        PayloadSent = 0;
        BlocksSent = 0;
        return sent;
    }

    private void Seal(Span<byte> message, BlockRange range, int filler)
    {
        if (filler > 0)
        {
            message.Slice(BlockHeader + range.Length, filler).Clear();
            Padded!.Take(range);
        }

        BinaryPrimitives.WriteInt32BigEndian(message, 9 + range.Length + filler);
        message[4] = (byte)MessageId.Piece;
        BinaryPrimitives.WriteInt32BigEndian(message[5..], range.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(message[9..], range.Offset);
        _added += BlockHeader + range.Length + filler;
        _marks ??= new Queue<SentMark>();
        _marks.Enqueue(new SentMark(_added, range.Length));
    }

    private Span<byte> Start(MessageId id, int bodyLength)
    {
        Span<byte> message = Add(5 + bodyLength);
        BinaryPrimitives.WriteInt32BigEndian(message, 1 + bodyLength);
        message[4] = (byte)id;
        return message[5..];
    }

    private Span<byte> Add(int count)
    {
        _added += count;
        return Output.Add(count);
    }

    /// <summary>Where a block's message ends, counted from the connection's first byte.</summary>
    private readonly record struct SentMark(long End, int Payload);
}
