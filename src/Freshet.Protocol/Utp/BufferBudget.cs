namespace Freshet.Protocol.Utp;

/// <summary>Bytes that all streams of an endpoint may promise or keep beyond what each has for itself.</summary>
internal sealed class BufferBudget(long total)
{
    private long _left = total;

    /// <summary>Takes bytes, if there are as many.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes > _left)
            return false;
        _left -= bytes;
        return true;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => _left += bytes;
}

/// <summary>How large a buffer of one stream may be: a share of its own, and more from the budget while it is used. A field, never a copy.</summary>
internal struct BufferShare(BufferBudget budget, int own, int most)
{
    /// <summary>The size that is allowed.</summary>
    public int Size { get; private set; } = Math.Min(own, most);

    /// <summary>Asks for more; does nothing where there is none.</summary>
    public void Grow(long size)
    {
        int wanted = (int)Math.Min(size, most);
        if (wanted <= Size || !budget.TryTake(wanted - Size))
            return;
        Size = wanted;
    }

    /// <summary>Gives back all but the own share.</summary>
    public void Release()
    {
        int first = Math.Min(own, most);
        budget.Give(Size - first);
        Size = first;
    }
}
