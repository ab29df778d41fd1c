using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// The pieces that may be begun, rarest first: one array, cut into buckets of equal availability. A piece changes its bucket by one swap at the cut, whatever
/// the number of pieces. Availability counts the peers that have some pieces but not all; those that have all are the same for every piece and are
/// counted elsewhere, once. 10 bytes a piece, and 1 bit.
/// </summary>
internal sealed class PieceOrder
{
    // How far a search walks down the buckets before it looks from the side of what the peer has: enough to be exact in ordinary torrents,
    // little enough that a peer with only the most common pieces of a million costs nothing to speak of.
    private const int WalkLimit = 256;

    // Of so many pieces that the peer has, the rarest is taken when the walk ended early.
    private const int SampleSize = 64;

    private const int NotListed = -1;

    private readonly int[] _order;
    private readonly int[] _position;
    private readonly ushort[] _availability;
    private readonly PieceSet _listed;
    private readonly SeededRandom _random;

    // _end[a] is where the bucket of availability a ends; it begins where the one before ends.
    private int[] _end = new int[16];
    private int _buckets = 1;

    public PieceOrder(int pieces, SeededRandom random)
    {
        _random = random;
        _order = new int[pieces];
        _position = new int[pieces];
        _position.AsSpan().Fill(NotListed);
        _availability = new ushort[pieces];
        _listed = new PieceSet(pieces);
    }

    /// <summary>How many pieces may be begun.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them no peer has that has not everything.</summary>
    public int CountOfRarest => _end[0];

    /// <summary>Counts entries that searches looked at, for the tests that hold picking flat.</summary>
    public long Touched { get; private set; }

    /// <summary>Goes up whenever a piece enters, so that a peer for which nothing was found is not searched for again before.</summary>
    public long Additions { get; private set; }

    public int AvailabilityOf(int piece) => _availability[piece];

    public bool Contains(int piece) => _position[piece] != NotListed;

    /// <summary>Lists every piece for which <paramref name="pieces"/> has a bit, in random order, in place of what is listed. O(pieces).</summary>
    public void Rebuild(ReadOnlySpan<bool> pieces)
    {
        int max = 0;
        int count = 0;
        for (int piece = 0; piece < pieces.Length; piece++)
        {
            _position[piece] = NotListed;
            _listed.Remove(piece);
            if (!pieces[piece])
                continue;
            _order[count++] = piece;
            _listed.Add(piece);
            max = Math.Max(max, _availability[piece]);
        }

        // A shuffle, then a counting sort by availability.
        int[] shuffled = _order.AsSpan(0, count).ToArray();
        _random.Shuffle(shuffled.AsSpan());
        EnsureBuckets(max + 1);
        _buckets = max + 1;
        Array.Clear(_end);
        foreach (int piece in shuffled)
            _end[_availability[piece]]++;
        for (int a = 1; a < _buckets; a++)
            _end[a] += _end[a - 1];
        Count = count;
        Span<int> next = _buckets <= 256 ? stackalloc int[_buckets] : new int[_buckets];
        for (int a = 1; a < _buckets; a++)
            next[a] = _end[a - 1];
        foreach (int piece in shuffled)
            Put(piece, next[_availability[piece]]++);
        Additions++;
    }

    /// <summary>A piece may be begun. O(buckets).</summary>
    public void Insert(int piece)
    {
        int availability = _availability[piece];
        EnsureBuckets(availability + 1);
        _buckets = Math.Max(_buckets, availability + 1);
        int hole = Count++;
        for (int a = _buckets - 1; a > availability; a--)
        {
            int first = _end[a - 1];
            if (first != _end[a])
                Put(_order[first], hole);
            _end[a]++;
            hole = first;
        }

        _end[availability]++;
        Put(piece, hole);
        _listed.Add(piece);
        Additions++;
    }

    /// <summary>A piece may not be begun any more. O(buckets).</summary>
    public void Remove(int piece)
    {
        int hole = _position[piece];
        for (int a = _availability[piece]; a < _buckets; a++)
        {
            int last = --_end[a];
            if (last != hole)
                Put(_order[last], hole);
            hole = last;
        }

        Count--;
        _position[piece] = NotListed;
        _listed.Remove(piece);
        while (_buckets > 1 && _end[_buckets - 2] == Count)
            _buckets--;
    }

    /// <summary>One more peer has a piece. O(1).</summary>
    public void Increment(int piece)
    {
        int availability = _availability[piece]++;
        if (_position[piece] == NotListed)
            return;
        if (availability + 1 == _buckets)
        {
            EnsureBuckets(_buckets + 1);
            _buckets++;
        }

        Swap(_position[piece], --_end[availability]);
    }

    /// <summary>One peer fewer has a piece. O(1).</summary>
    public void Decrement(int piece)
    {
        int availability = _availability[piece]--;
        if (_position[piece] == NotListed)
            return;
        Swap(_position[piece], _end[availability - 1]++);
        if (availability + 1 == _buckets && _end[availability - 1] == Count)
            _buckets--;
    }

    /// <summary>The rarest piece that a peer has, any of the equally rare ones; or -1.</summary>
    /// <param name="pieces">What the peer has; null: everything.</param>
    /// <param name="reverse">The most common one in its place.</param>
    public int FindRarest(PieceSet? pieces, bool reverse)
    {
        // A piece that only peers with everything have is nothing for this one.
        int lowest = pieces is null ? 0 : 1;
        int budget = WalkLimit;
        for (int i = lowest; i < _buckets && budget > 0; i++)
        {
            int a = reverse ? _buckets - 1 - i + lowest : i;
            int start = a == 0 ? 0 : _end[a - 1];
            int length = _end[a] - start;
            if (length == 0)
                continue;
            // Pieces that one peer brought into a bucket lie together: leaping visits each place once, too, but does not walk through them.
            int leap = LeapOf(length);
            int at = _random.Next(length);
            for (int step = 0; step < length && budget > 0; step++, budget--)
            {
                int piece = _order[start + at];
                Touched++;
                if (pieces is null || pieces[piece])
                    return piece;
                at = at >= length - leap ? at - (length - leap) : at + leap;
            }
        }

        return budget > 0 ? -1 : FindInSample(pieces, reverse);
    }

    /// <summary>Any piece that a peer has, by chance; or -1.</summary>
    public int FindRandom(PieceSet? pieces)
    {
        int start = pieces is null ? 0 : _end[0];
        int length = Count - start;
        if (length == 0)
            return -1;
        for (int i = 0; i < SampleSize; i++)
        {
            int piece = _order[start + _random.Next(length)];
            Touched++;
            if (pieces is null || pieces[piece])
                return piece;
        }

        return FindInSample(pieces, reverse: false);
    }

    /// <summary>The first piece, in the torrent's order, that a peer has; or -1.</summary>
    public int FindFirst(PieceSet? pieces)
    {
        long touched = 0;
        Span<int> first = stackalloc int[1];
        int found = _listed.Intersect(pieces, 0, first, ref touched);
        Touched += touched;
        return found == 0 ? -1 : first[0];
    }

    /// <summary>Throws where the array, the cuts and the bits do not agree. O(pieces); for tests.</summary>
    public void CheckInvariants()
    {
        Invariant.Holds(_end[_buckets - 1] == Count, "the last bucket ends where the list ends");
        int listed = 0;
        for (int a = 0; a < _buckets; a++)
        {
            for (int i = a == 0 ? 0 : _end[a - 1]; i < _end[a]; i++, listed++)
            {
                Invariant.Holds(_position[_order[i]] == i, "a piece knows its position");
                Invariant.Holds(_availability[_order[i]] == a, "a piece lies in the bucket of its availability");
                Invariant.Holds(_listed[_order[i]], "a listed piece has its bit");
            }
        }

        Invariant.Holds(listed == Count && _listed.Count == Count, "every listed piece is in one bucket");
        Invariant.Holds(_buckets == 1 || Count > _end[_buckets - 2], "the last bucket is not empty");
    }

    /// <summary>A step near the golden section of a length and without a common divisor: repeated, it comes to every place once.</summary>
    private static int LeapOf(int length)
    {
        int leap = Math.Max(1, (int)(length * 0.618));
        while (GreatestCommonDivisor(leap, length) != 1)
            leap--;
        return leap;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    private int FindInSample(PieceSet? pieces, bool reverse)
    {
        if (_listed.SummaryLength == 0)
            return -1;
        Span<int> sample = stackalloc int[SampleSize];
        long touched = 0;
        int found = _listed.Intersect(pieces, _random.Next(_listed.SummaryLength), sample, ref touched);
        Touched += touched;
        int best = -1;
        foreach (int piece in sample[..found])
        {
            if (best < 0 || (_availability[piece] < _availability[best]) != reverse)
                best = piece;
        }

        return best;
    }

    private void EnsureBuckets(int count)
    {
        int old = _end.Length;
        if (count >= old)
            Array.Resize(ref _end, Math.Max(count + 1, old * 2));
        for (int a = _buckets; a < count; a++)
            _end[a] = Count;
    }

    private void Swap(int i, int j)
    {
        int a = _order[i];
        int b = _order[j];
        Put(b, i);
        Put(a, j);
    }

    private void Put(int piece, int position)
    {
        _order[position] = piece;
        _position[piece] = position;
    }
}
