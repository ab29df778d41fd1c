using System.Buffers;
using System.Numerics;

namespace Freshet.Protocol.Utp;

/// <summary>
/// Bytes of a stream between two positions, in rented memory that grows with them and is given back when there are none. A position counts the bytes from the start of the stream
/// and never wraps. A field, never a copy.
/// </summary>
internal struct ByteRing
{
    // A few full packets; what is larger comes by doubling.
    private const int FirstLength = 16 * 1024;

    private byte[]? _array;
    private int _mask;

    /// <summary>The position of the first byte.</summary>
    public long Start { get; private set; }

    /// <summary>The position behind the last byte.</summary>
    public long End { get; private set; }

    /// <summary>How many bytes there are.</summary>
    public readonly int Length => (int)(End - Start);

    /// <summary>The memory that is rented.</summary>
    public readonly int Rented => _array is null ? 0 : _mask + 1;

    /// <summary>The first bytes that lie in one run.</summary>
    public readonly Span<byte> First
    {
        get
        {
            int start = (int)Start & _mask;
            return _array.AsSpan(start, Math.Min(Length, Rented - start));
        }
    }

    /// <summary>Adds bytes behind the last.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Rented - Length < bytes.Length)
            Grow(Length + bytes.Length);
        int at = (int)End & _mask;
        int run = Math.Min(bytes.Length, _mask + 1 - at);
        bytes[..run].CopyTo(_array.AsSpan(at));
        if (run < bytes.Length)
            bytes[run..].CopyTo(_array);
        End += bytes.Length;
    }

    /// <summary>Copies bytes from a position on.</summary>
    public readonly void CopyTo(long position, Span<byte> to)
    {
        int at = (int)position & _mask;
        int run = Math.Min(to.Length, _mask + 1 - at);
        _array.AsSpan(at, run).CopyTo(to);
        if (run < to.Length)
            _array.AsSpan(0, to.Length - run).CopyTo(to[run..]);
    }

    /// <summary>Drops the first bytes. Memory stays until <see cref="Trim"/>.</summary>
    public void Skip(long count) => Start += count;

    /// <summary>Gives the memory back if there are no bytes.</summary>
    public void Trim()
    {
        if (_array is null || Start != End)
            return;
        ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _mask = 0;
    }

    /// <summary>Drops all bytes and gives the memory back.</summary>
    public void Release()
    {
        Start = End;
        Trim();
    }

    private void Grow(int length)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, FirstLength));
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        int mask = size - 1;
        for (long position = Start; position < End;)
        {
            int from = (int)position & _mask;
            int to = (int)position & mask;
            int run = (int)Math.Min(End - position, Math.Min(_mask + 1 - from, size - to));
            _array.AsSpan(from, run).CopyTo(larger.AsSpan(to));
            position += run;
        }

        if (_array is not null)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
        _mask = mask;
    }
}
