namespace Freshet.Engine.Peers;

/// <summary>Candidates in an order, the first on top: a binary heap that knows every member's place, so that any can leave in O(log n).</summary>
internal sealed class CandidateHeap(Func<PeerCandidate, PeerCandidate, bool> isBefore)
{
    private readonly List<PeerCandidate> _items = [];

    public int Count => _items.Count;

    public PeerCandidate Top => _items[0];

    public PeerCandidate this[int index] => _items[index];

    public void Add(PeerCandidate candidate)
    {
        candidate.Heap = this;
        candidate.HeapIndex = _items.Count;
        _items.Add(candidate);
        Up(candidate.HeapIndex);
    }

    public void Remove(PeerCandidate candidate)
    {
        int index = candidate.HeapIndex;
        PeerCandidate last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        candidate.HeapIndex = -1;
        candidate.Heap = null;
        if (last == candidate)
            return;
        _items[index] = last;
        last.HeapIndex = index;
        Up(index);
        Down(last.HeapIndex);
    }

    /// <summary>A member comes before more of the others than it did.</summary>
    public void Rise(PeerCandidate candidate) => Up(candidate.HeapIndex);

    private void Up(int index)
    {
        while (index > 0 && isBefore(_items[index], _items[(index - 1) / 2]))
        {
            Swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
    }

    private void Down(int index)
    {
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= _items.Count)
                return;
            if (child + 1 < _items.Count && isBefore(_items[child + 1], _items[child]))
                child++;
            if (!isBefore(_items[child], _items[index]))
                return;
            Swap(index, child);
            index = child;
        }
    }

    private void Swap(int i, int j)
    {
        (_items[i], _items[j]) = (_items[j], _items[i]);
        _items[i].HeapIndex = i;
        _items[j].HeapIndex = j;
    }
}
