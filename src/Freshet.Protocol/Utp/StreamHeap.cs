using Freshet.Core;

namespace Freshet.Protocol.Utp;

/// <summary>Streams by when something is due in them: whoever idles is not looked at before.</summary>
internal sealed class StreamHeap
{
    private readonly List<(MonoTime At, UtpStream Stream)> _heap = [];

    /// <summary>When somebody is to be looked at.</summary>
    public MonoTime Next => _heap.Count > 0 ? _heap[0].At : MonoTime.Never;

    /// <summary>The stream to be looked at next; the heap is not empty.</summary>
    public UtpStream First => _heap[0].Stream;

    /// <summary>Says when a stream is to be looked at. One that is listed for earlier stays so: deadlines mostly move away, which is found out when the time has come.</summary>
    public void Note(UtpStream stream, MonoTime at)
    {
        int index = stream.HeapIndex;
        if (index < 0)
        {
            if (at.IsNever)
                return;
            _heap.Add((at, stream));
            Up(_heap.Count - 1, at, stream);
        }
        else if (at < _heap[index].At)
        {
            Up(index, at, stream);
        }
    }

    /// <summary>Takes a stream out.</summary>
    public void Remove(UtpStream stream)
    {
        int index = stream.HeapIndex;
        if (index < 0)
            return;
        stream.HeapIndex = -1;
        (MonoTime at, UtpStream last) = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last == stream)
            return;
        if (index > 0 && at < _heap[(index - 1) / 2].At)
            Up(index, at, last);
        else
            Down(index, at, last);
    }

    private void Up(int index, MonoTime at, UtpStream stream)
    {
        for (int parent = (index - 1) / 2; index > 0 && at < _heap[parent].At; parent = (index - 1) / 2)
        {
            Put(index, _heap[parent]);
            index = parent;
        }

        Put(index, (at, stream));
    }

    private void Down(int index, MonoTime at, UtpStream stream)
    {
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= _heap.Count)
                break;
            if (child + 1 < _heap.Count && _heap[child + 1].At < _heap[child].At)
                child++;
            if (at <= _heap[child].At)
                break;
            Put(index, _heap[child]);
            index = child;
        }

        Put(index, (at, stream));
    }

    private void Put(int index, (MonoTime At, UtpStream Stream) entry)
    {
        _heap[index] = entry;
        entry.Stream.HeapIndex = index;
    }
}
