using System.Buffers.Binary;

namespace Freshet.Protocol.Wire;

/// <summary>
/// What a peer says of pieces before anybody here knows how many there are, as of a magnet link: kept as it came, and read once that is known. Grows with what comes, and
/// costs the peer as many bytes as us. Where it is too much the connection ends; who is dialled again says all of it in one bitfield.
/// </summary>
internal sealed class EarlyMessages
{
    private const int LengthAndId = 5;

    private RentedBytes _kept;

    // Bytes of messages that are whole.
    private int _whole;
    private int _left;

    /// <summary>Whether the message that was begun is whole.</summary>
    public bool IsWhole => _left == 0;

    /// <summary>Whether a kind of message is kept. What nobody asked for, or asks for what is not here, is passed over.</summary>
    public static bool Keeps(MessageId id) => id is <= MessageId.Bitfield or MessageId.HaveAll or MessageId.HaveNone or MessageId.AllowedFast;

    /// <summary>Whether a message of this length may be kept.</summary>
    public static bool Allows(MessageId id, int length)
        => id == MessageId.Bitfield ? length - 1 <= WireLimits.MaxBitfield : length == ShortMessages.LengthOf(id);

    /// <summary>Begins with a message; false where there is too much.</summary>
    public bool TryBegin(MessageId id, int length)
    {
        if (_kept.Length + 4 + length > WireLimits.MaxEarly)
            return false;
        Span<byte> head = stackalloc byte[LengthAndId];
        BinaryPrimitives.WriteInt32BigEndian(head, length);
        head[4] = (byte)id;
        _kept.Append(head);
        _left = length - 1;
        Note();
        return true;
    }

    /// <summary>Takes from the front of the bytes what belongs to the message.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(_left, bytes.Length);
        _kept.Append(bytes[..taken]);
        _left -= taken;
        Note();
        return taken;
    }

    /// <summary>Takes out the first message that is whole.</summary>
    /// <param name="id">Its kind.</param>
    /// <param name="body">What follows the id; valid until <see cref="Drop"/>.</param>
    public bool TryPeek(out MessageId id, out ReadOnlySpan<byte> body)
    {
        id = default;
        body = default;
        if (_whole == 0)
            return false;
        int length = BinaryPrimitives.ReadInt32BigEndian(_kept.Bytes);
        id = (MessageId)_kept.Bytes[4];
        body = _kept.Bytes.Slice(LengthAndId, length - 1);
        return true;
    }

    /// <summary>Drops the first message.</summary>
    public void Drop()
    {
        int length = 4 + BinaryPrimitives.ReadInt32BigEndian(_kept.Bytes);
        _whole -= length;
        _kept.Skip(length);
    }

    /// <summary>Gives everything back.</summary>
    public void Release()
    {
        _kept.Release();
        _whole = 0;
    }

    private void Note()
    {
        if (IsWhole)
            _whole = _kept.Length;
    }
}
