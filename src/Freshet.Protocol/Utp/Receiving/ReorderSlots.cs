namespace Freshet.Protocol.Utp.Receiving;

/// <summary>
/// Memory for packets that came behind a gap, for all streams of an endpoint: places of equal size in large arrays. It is taken when first needed, kept while streams are busy, and bounded, since what is in it
/// came from strangers and helps nobody until the gap is filled.
/// </summary>
internal sealed class ReorderSlots(int slotSize, int maxSlots)
{
    private const int SlotsOfSlab = 64;

    private readonly List<byte[]> _slabs = [];
    private readonly Stack<int> _free = new();

    /// <summary>The longest payload that fits.</summary>
    public int SlotSize => slotSize;

    /// <summary>Places that are taken.</summary>
    public int Used => (_slabs.Count * SlotsOfSlab) - _free.Count;

    /// <summary>Takes a place and copies a payload into it.</summary>
    /// <returns>False: it is too long or there is no place; the packet will come again.</returns>
    public bool TryKeep(ReadOnlySpan<byte> payload, out int slot)
    {
        slot = 0;
        if (payload.Length > slotSize || (_free.Count == 0 && !TryGrow()))
            return false;
        slot = _free.Pop();
        payload.CopyTo(Memory(slot));
        return true;
    }

    /// <summary>The payload in a place.</summary>
    public ReadOnlySpan<byte> Read(int slot, int length) => Memory(slot)[..length];

    /// <summary>Gives a place back.</summary>
    public void Free(int slot) => _free.Push(slot);

    /// <summary>A stream idles: if nobody keeps anything, the memory goes back.</summary>
    public void Trim()
    {
        if (Used > 0)
            return;
        _slabs.Clear();
        _free.Clear();
    }

    private Span<byte> Memory(int slot) => _slabs[slot / SlotsOfSlab].AsSpan(slot % SlotsOfSlab * slotSize, slotSize);

    private bool TryGrow()
    {
        if ((_slabs.Count + 1) * SlotsOfSlab > maxSlots)
            return false;
        _slabs.Add(new byte[SlotsOfSlab * slotSize]);
        PushSlab(_slabs.Count - 1);
        return true;
    }

    private void PushSlab(int slab)
    {
        for (int i = SlotsOfSlab - 1; i >= 0; i--)
            _free.Push((slab * SlotsOfSlab) + i);
    }
}
