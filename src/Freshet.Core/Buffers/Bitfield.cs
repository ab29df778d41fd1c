using System.Buffers.Binary;
using System.Numerics;

namespace Freshet.Core;

/// <summary>
/// One bit a piece, counted as it changes. On the wire and on disk the first piece is the highest bit of the first byte (BEP 3).
/// </summary>
public sealed class Bitfield
{
    private readonly ulong[] _words;

    /// <summary>Makes an empty bitfield.</summary>
    /// <param name="length">The number of bits.</param>
    public Bitfield(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _words = new ulong[(length + 63) / 64];
    }

    /// <summary>The number of bits.</summary>
    public int Length { get; }

    /// <summary>How many bits are set; kept as they change.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every bit is set.</summary>
    public bool IsFull => Count == Length;

    /// <summary>Whether no bit is set.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The bytes that the bits take on the wire.</summary>
    public int ByteLength => (Length + 7) / 8;

    /// <summary>The bits, 64 a word, the first in the lowest bit of the first word; spare bits are clear.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Gets or sets a bit.</summary>
    public bool this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
            return (_words[index >> 6] >> (index & 63) & 1) != 0;
        }

        set
        {
            if (this[index] == value)
                return;
            _words[index >> 6] ^= 1UL << (index & 63);
            Count += value ? 1 : -1;
        }
    }

    /// <summary>Gets or sets the bit of a piece.</summary>
    public bool this[PieceIndex piece]
    {
        get => this[piece.Value];
        set => this[piece.Value] = value;
    }

    /// <summary>Reads the wire form; refuses a wrong number of bytes and a set spare bit (BEP 3).</summary>
    public static bool TryParse(ReadOnlySpan<byte> wire, int length, out Bitfield? bitfield)
    {
        bitfield = null;
        if (wire.Length != (length + 7) / 8)
            return false;
        int spare = (wire.Length * 8) - length;
        if (spare > 0 && (wire[^1] & ((1 << spare) - 1)) != 0)
            return false;
        var result = new Bitfield(length);
        int whole = wire.Length / sizeof(ulong);
        for (int i = 0; i < whole; i++)
            result._words[i] = ReverseBits(BinaryPrimitives.ReadUInt64LittleEndian(wire[(i * sizeof(ulong))..]));
        if (whole < result._words.Length)
        {
            Span<byte> rest = stackalloc byte[sizeof(ulong)];
            rest.Clear();
            wire[(whole * sizeof(ulong))..].CopyTo(rest);
            result._words[whole] = ReverseBits(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }

        result.Recount();
        bitfield = result;
        return true;
    }

    /// <summary>Writes the wire form.</summary>
    /// <param name="wire">At least <see cref="ByteLength"/> bytes.</param>
    public void CopyTo(Span<byte> wire)
    {
        int whole = ByteLength / sizeof(ulong);
        for (int i = 0; i < whole; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(wire[(i * sizeof(ulong))..], ReverseBits(_words[i]));
        if (whole == _words.Length)
            return;
        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(rest, ReverseBits(_words[whole]));
        rest[..(ByteLength - (whole * sizeof(ulong)))].CopyTo(wire[(whole * sizeof(ulong))..]);
    }

    /// <summary>The wire form as a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[ByteLength];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Sets every bit.</summary>
    public void SetAll()
    {
        _words.AsSpan().Fill(ulong.MaxValue);
        if ((Length & 63) != 0)
            _words[^1] = (1UL << (Length & 63)) - 1;
        Count = Length;
    }

    /// <summary>Clears every bit.</summary>
    public void ClearAll()
    {
        _words.AsSpan().Clear();
        Count = 0;
    }

    /// <summary>The first set bit at or after a position, or -1.</summary>
    public int NextSet(int from)
    {
        for (int word = from >> 6; word < _words.Length; word++)
        {
            ulong bits = _words[word];
            if (word == from >> 6)
                bits &= ulong.MaxValue << (from & 63);
            if (bits != 0)
                return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }

    /// <summary>The first clear bit at or after a position, or -1.</summary>
    public int NextClear(int from)
    {
        for (int word = from >> 6; word < _words.Length; word++)
        {
            ulong bits = ~_words[word];
            if (word == from >> 6)
                bits &= ulong.MaxValue << (from & 63);
            if (bits == 0)
                continue;
            int found = (word << 6) + BitOperations.TrailingZeroCount(bits);
            return found < Length ? found : -1;
        }

        return -1;
    }

    /// <summary>An independent copy.</summary>
    public Bitfield Clone()
    {
        var copy = new Bitfield(Length) { Count = Count };
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <summary>Turns the bits of each of eight bytes round: neighbours, then pairs, then halves.</summary>
    private static ulong ReverseBits(ulong bytes)
    {
        bytes = (bytes >> 1 & 0x5555555555555555) | (bytes & 0x5555555555555555) << 1;
        bytes = (bytes >> 2 & 0x3333333333333333) | (bytes & 0x3333333333333333) << 2;
        return (bytes >> 4 & 0x0F0F0F0F0F0F0F0F) | (bytes & 0x0F0F0F0F0F0F0F0F) << 4;
    }

    private void Recount()
    {
        int count = 0;
        foreach (ulong word in _words)
            count += BitOperations.PopCount(word);
        Count = count;
    }
}
