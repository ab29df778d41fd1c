using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// The pieces that may be begun: one array, cut into levels of equal priority, each cut into buckets of equal availability. A piece changes its bucket by one
/// swap at the cut, whatever the number of pieces. Availability counts the peers that have some pieces but not all; those that have all are the same for every
/// piece and are counted elsewhere, once. 10 bytes a piece and 1 bit; one byte more where not all have the same priority.
/// </summary>
internal sealed partial class PieceOrder
{
    private const int NotListed = -1;

    private readonly int[] _order;
    private readonly int[] _position;
    private readonly ushort[] _availability;
    private readonly OrderLevel[] _levels;
    private readonly SeededRandom _random;

    // By piece, or null: all are normal.
    private FilePriority[]? _priorities;

    public PieceOrder(int pieces, SeededRandom random)
    {
        _random = random;
        _order = new int[pieces];
        _position = new int[pieces];
        _position.AsSpan().Fill(NotListed);
        _availability = new ushort[pieces];
        _levels = [new OrderLevel(), new OrderLevel(), new OrderLevel()];
    }

    /// <summary>How many pieces may be begun.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them no peer has that has not everything.</summary>
    public int CountOfRarest
    {
        get
        {
            int count = 0;
            foreach (OrderLevel level in _levels)
                count += level.EndOf(0) - level.Start;
            return count;
        }
    }

    /// <summary>Counts entries that searches looked at, for the tests that hold picking flat.</summary>
    public long Touched { get; private set; }

    public int AvailabilityOf(int piece) => _availability[piece];

    public bool Contains(int piece) => _position[piece] != NotListed;

    /// <summary>Whether not all pieces have the same priority.</summary>
    public bool HasPriorities => _priorities is not null;

    /// <summary>What is wanted first; for a piece that is not wanted what it was last.</summary>
    public FilePriority PriorityOf(int piece) => _priorities is null ? FilePriority.Normal : _priorities[piece];

    /// <summary>Whether there may be a piece of a higher priority for a peer.</summary>
    /// <param name="priority">Higher than this.</param>
    /// <param name="barren">What was searched in vain for the peer.</param>
    public bool MayHaveAbove(FilePriority priority, ref BarrenMarks barren)
    {
        for (int l = 0; l < LevelOf(priority); l++)
        {
            if (_levels[l].Count > 0 && barren[l] != _levels[l].Additions)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Lists every piece that has a priority above <see cref="FilePriority.Skip"/> here, equals in random order, in place of what is listed. O(pieces).
    /// </summary>
    /// <param name="listed">By piece.</param>
    /// <param name="priorities">By piece, also of pieces that are not listed now and may be later; null: all are normal.</param>
    public void Rebuild(ReadOnlySpan<bool> listed, FilePriority[]? priorities)
    {
        _priorities = priorities;
        _position.AsSpan().Fill(NotListed);
        Count = 0;
        int[] pieces = new int[listed.Length];
        for (int l = 0; l < _levels.Length; l++)
            Fill(_levels[l], pieces.AsSpan(0, Collect(listed, l, pieces)));
    }

    /// <summary>A piece may be begun. O(buckets).</summary>
    public void Insert(int piece)
    {
        OrderLevel own = LevelOfPiece(piece);
        int availability = _availability[piece];
        own.EnsureBuckets(availability + 1);
        int hole = Count++;
        for (int l = _levels.Length - 1; _levels[l] != own; l--)
            hole = MoveUp(_levels[l], 0, hole);
        hole = MoveUp(own, availability + 1, hole);
        own.SetEnd(availability, own.EndOf(availability) + 1);
        Put(piece, hole);
        own.Add(piece, _order.Length);
    }

    /// <summary>A piece may not be begun any more. O(buckets).</summary>
    public void Remove(int piece)
    {
        OrderLevel own = LevelOfPiece(piece);
        int hole = MoveDown(own, _availability[piece], _position[piece]);
        int l = Array.IndexOf(_levels, own);
        while (++l < _levels.Length)
        {
            hole = MoveDown(_levels[l], 0, hole);
            _levels[l].Start--;
        }

        Count--;
        _position[piece] = NotListed;
        own.Remove(piece);
    }

    /// <summary>One more peer has a piece. O(1).</summary>
    public void Increment(int piece)
    {
        int availability = _availability[piece]++;
        if (_position[piece] == NotListed)
            return;
        OrderLevel level = LevelOfPiece(piece);
        level.EnsureBuckets(availability + 2);
        int cut = level.EndOf(availability) - 1;
        level.SetEnd(availability, cut);
        Swap(_position[piece], cut);
    }

    /// <summary>One peer fewer has a piece. O(1).</summary>
    public void Decrement(int piece)
    {
        int availability = _availability[piece]--;
        if (_position[piece] == NotListed)
            return;
        OrderLevel level = LevelOfPiece(piece);
        int cut = level.EndOf(availability - 1);
        level.SetEnd(availability - 1, cut + 1);
        Swap(_position[piece], cut);
        level.TrimBuckets();
    }

    /// <summary>Throws where the array, the cuts and the bits do not agree. O(pieces); for tests.</summary>
    public void CheckInvariants()
    {
        int at = 0;
        foreach (OrderLevel level in _levels)
        {
            Invariant.Holds(level.Start == at, "a level begins where the one before ends");
            for (int a = 0; a < level.Buckets; a++)
            {
                for (; at < level.EndOf(a); at++)
                {
                    Invariant.Holds(_position[_order[at]] == at, "a piece knows its position");
                    Invariant.Holds(_availability[_order[at]] == a, "a piece lies in the bucket of its availability");
                    Invariant.Holds(LevelOfPiece(_order[at]) == level, "a piece lies in the level of its priority");
                    Invariant.Holds(level.Listed![_order[at]], "a listed piece has its bit");
                }
            }

            Invariant.Holds((level.Listed?.Count ?? 0) == level.Count, "every piece with a bit is in a bucket");
            Invariant.Holds(level.Buckets == 1 || level.EndOf(level.Buckets - 1) > level.EndOf(level.Buckets - 2), "the last bucket is not empty");
        }

        Invariant.Holds(at == Count, "the last level ends where the list ends");
    }

    private static int LevelOf(FilePriority priority) => FilePriority.High - priority;

    private OrderLevel LevelOfPiece(int piece) => _levels[LevelOf(PriorityOf(piece))];

    /// <summary>The pieces of a level, of those that are listed; returns how many. By itself: a long loop that is new to the process is compiled again while it runs, with all that is around it.</summary>
    private int Collect(ReadOnlySpan<bool> listed, int level, int[] pieces)
    {
        if (_priorities is null && level != LevelOf(FilePriority.Normal))
            return 0;
        int count = 0;
        for (int piece = 0; piece < listed.Length; piece++)
        {
            if (listed[piece] && LevelOf(PriorityOf(piece)) == level)
                pieces[count++] = piece;
        }

        return count;
    }

    /// <summary>A shuffle, then a counting sort by availability.</summary>
    private void Fill(OrderLevel level, Span<int> pieces)
    {
        _random.Shuffle(pieces);
        int max = 0;
        foreach (int piece in pieces)
            max = Math.Max(max, _availability[piece]);
        level.Clear(Count, max + 1);
        Span<int> next = max < 256 ? stackalloc int[max + 1] : new int[max + 1];
        next.Clear();
        foreach (int piece in pieces)
            next[_availability[piece]]++;
        int end = Count;
        for (int a = 0; a <= max; a++)
        {
            int start = end;
            end += next[a];
            next[a] = start;
            level.SetEnd(a, end);
        }

        foreach (int piece in pieces)
        {
            Put(piece, next[_availability[piece]]++);
            level.Add(piece, _order.Length);
        }

        Count = end;
    }

    /// <summary>Moves the buckets of a level from one on up by one place, into the hole behind them; returns the hole that is then before them.</summary>
    private int MoveUp(OrderLevel level, int from, int hole)
    {
        for (int a = level.Buckets - 1; a >= from; a--)
        {
            int first = level.StartOf(a);
            int end = level.EndOf(a);
            if (first != end)
                Put(_order[first], hole);
            level.SetEnd(a, end + 1);
            hole = first;
        }

        if (from == 0)
            level.Start++;
        return hole;
    }

    /// <summary>Moves the buckets of a level from one on down by one place, into a hole in the first of them or before it; returns the hole behind them.</summary>
    private int MoveDown(OrderLevel level, int from, int hole)
    {
        for (int a = from; a < level.Buckets; a++)
        {
            int last = level.EndOf(a) - 1;
            level.SetEnd(a, last);
            if (last != hole)
                Put(_order[last], hole);
            hole = last;
        }

        return hole;
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
