namespace Freshet.Protocol.Utp.Admission;

/// <summary>Streams that were closed and still send their rest. Too many would keep buffers for peers that are not there any more: then the oldest is dropped.</summary>
internal sealed class ClosingStreams(int most)
{
    private readonly Queue<UtpStream> _order = new();

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>A stream begins to close.</summary>
    /// <returns>The one that has to go for it, or null.</returns>
    public UtpStream? Add(UtpStream stream)
    {
        while (_order.TryPeek(out UtpStream? over) && over.State == UtpStreamState.Closed)
            _order.Dequeue();
        _order.Enqueue(stream);
        Count++;
        if (Count <= most)
            return null;
        UtpStream oldest = _order.Dequeue();
        while (oldest.State == UtpStreamState.Closed)
            oldest = _order.Dequeue();
        return oldest;
    }

    /// <summary>A stream that was closing is closed.</summary>
    public void Remove() => Count--;
}
