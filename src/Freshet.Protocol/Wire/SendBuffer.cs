using System.Buffers;
using System.Diagnostics;

namespace Freshet.Protocol.Wire;

/// <summary>
/// Bytes that wait to be sent, in one run, so that a send call takes many messages. The array is rented while there is something in it and
/// given back when all is sent. What is being sent stays in place, whatever is added meanwhile.
/// </summary>
internal sealed class SendBuffer
{
    // A handshake, a bitfield and a few control messages; blocks make it grow.
    private const int FirstLength = 1024;

    private byte[]? _array;
    private byte[]? _sending;
    private int _head;
    private int _tail;

    /// <summary>How many bytes wait.</summary>
    public int Length => _tail - _head;

    /// <summary>Adds bytes that the caller fills before the next call.</summary>
    public Span<byte> Add(int count)
    {
        if (_array is null || _array.Length - _tail < count)
            MakeRoom(count);
        _tail += count;
        return _array.AsSpan(_tail - count, count);
    }

    /// <summary>The last bytes that were added, to be changed before they are sent.</summary>
    public Span<byte> Last(int count) => _array.AsSpan(_tail - count, count);

    /// <summary>Takes back the last bytes that were added.</summary>
    public void TakeBack(int count)
    {
        _tail -= count;
        if (_head == _tail && _sending is null)
            Release();
    }

    /// <summary>What waits; in place until <see cref="EndSend"/>.</summary>
    public ReadOnlyMemory<byte> BeginSend()
    {
        Debug.Assert(_sending is null, "a send is under way");
        _sending = _array;
        return _array.AsMemory(_head, Length);
    }

    /// <summary>Drops the first bytes: they are sent.</summary>
    public void EndSend(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        if (_sending is not null && _sending != _array)
            ArrayPool<byte>.Shared.Return(_sending);
        _sending = null;
        _head += count;
        if (_head == _tail)
            Release();
    }

    /// <summary>Drops everything and gives the array back.</summary>
    public void Release()
    {
        if (_sending is not null && _sending != _array)
            ArrayPool<byte>.Shared.Return(_sending);
        if (_array is not null)
            ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _sending = null;
        _head = 0;
        _tail = 0;
    }

    private void MakeRoom(int count)
    {
        int length = Length;
        if (_array is not null && _sending is null && _head >= length && _array.Length - length >= count)
        {
            // At least as much was sent as is left: moving it costs no more than sending did.
            _array.AsSpan(_head, length).CopyTo(_array);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + count, _array is null ? FirstLength : length * 2));
            if (_array is not null)
            {
                _array.AsSpan(_head, length).CopyTo(larger);
                if (_array != _sending)
                    ArrayPool<byte>.Shared.Return(_array);
            }

            _array = larger;
        }

        _head = 0;
        _tail = length;
    }
}
