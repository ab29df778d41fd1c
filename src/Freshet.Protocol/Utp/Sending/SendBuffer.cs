namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// What the application wrote, until it is acknowledged: it takes twice what the controller lets be on its way, so that a window that opens finds something to send.
/// </summary>
internal sealed class SendBuffer(BufferBudget budget, int most)
{
    // A few blocks: what a stream may keep without asking.
    private const int Own = 64 * 1024;

    private BufferShare _share = new(budget, Own, most);
    private ByteRing _data;

    /// <summary>Whether the application found no room, or left none, and waits for it.</summary>
    public bool IsAwaited { get; private set; }

    /// <summary>Whether memory is rented.</summary>
    public bool HoldsMemory => _data.Rented > 0;

    /// <summary>Bytes that are kept.</summary>
    public int Length => _data.Length;

    /// <summary>The position behind the last byte.</summary>
    public long End => _data.End;

    /// <summary>Bytes for which there is room.</summary>
    public int Room => Math.Max(0, _share.Size - _data.Length);

    /// <summary>Takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes, long window)
    {
        _share.Grow(window * 2);
        int length = Math.Min(bytes.Length, Room);
        if (length > 0)
            _data.Append(bytes[..length]);
        // Full to the last byte counts as well: who asks first whether there is room does not write again.
        if (length < bytes.Length || Room == 0)
            IsAwaited = true;
        return length;
    }

    /// <summary>The bytes of a packet.</summary>
    public void CopyTo(long position, Span<byte> to) => _data.CopyTo(position, to);

    /// <summary>The first bytes were acknowledged.</summary>
    /// <returns>Whether an application that waits has enough room again for it to be worth its while.</returns>
    public bool Release(long count)
    {
        _data.Skip(count);
        if (!IsAwaited || Room < _share.Size / 4)
            return false;
        IsAwaited = false;
        return true;
    }

    /// <summary>Gives back what is not needed while nothing is kept.</summary>
    public void Trim()
    {
        if (_data.Length > 0)
            return;
        _data.Trim();
        _share.Release();
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        _data.Release();
        _share.Release();
    }
}
