using System.Buffers;

namespace Freshet.Protocol.Wire;

/// <summary>Bytes that are kept for a while in a rented array, which doubles as they come and is given back when they are taken. A field, never a copy.</summary>
internal struct RentedBytes
{
    private byte[]? _array;
    private int _start;
    private int _end;

    /// <summary>How many bytes are kept.</summary>
    public readonly int Length => _end - _start;

    /// <summary>The bytes, in place.</summary>
    public readonly Span<byte> Bytes => _array.AsSpan(_start, Length);

    /// <summary>Keeps more behind those that are there.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_array is null || _array.Length - _end < bytes.Length)
        {
            int length = Length;
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + bytes.Length, length * 2));
            Bytes.CopyTo(larger);
            Release();
            _array = larger;
            _end = length;
        }

        bytes.CopyTo(_array.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Drops the first bytes.</summary>
    public void Skip(int count)
    {
        _start += count;
        if (_start == _end)
            Release();
    }

    /// <summary>Drops everything and gives the array back.</summary>
    public void Release()
    {
        if (_array is not null)
            ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _start = 0;
        _end = 0;
    }
}
