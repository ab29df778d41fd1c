using System.Runtime.CompilerServices;
using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <summary>Which of the pieces of one priority is begun first.</summary>
internal enum SearchOrder : byte
{
    /// <summary>The one that the fewest peers have, any of the equally rare ones.</summary>
    Rarest,

    /// <summary>The one that most peers have.</summary>
    MostCommon,

    /// <summary>The rarest of a few by chance.</summary>
    RarestOfSome,

    /// <summary>Any.</summary>
    Random,

    /// <summary>The first in the torrent's order.</summary>
    First,
}

/// <summary>For each level <see cref="OrderLevel.Additions"/> when no piece to begin was found there for a peer.</summary>
[InlineArray(FilePriority.High - FilePriority.Skip)]
internal struct BarrenMarks
{
    private long _first;
}

/// <summary>One priority's part of the <see cref="PieceOrder"/>: where its buckets end in the common array, and which pieces it has, as bits.</summary>
internal sealed class OrderLevel
{
    private int[] _end = new int[16];

    /// <summary>Where the level begins.</summary>
    public int Start { get; set; }

    /// <summary>Where it ends.</summary>
    public int End => _end[Buckets - 1];

    public int Count => End - Start;

    /// <summary>At least one; the last is empty only where all are.</summary>
    public int Buckets { get; private set; } = 1;

    /// <summary>The pieces of this level; null before the first.</summary>
    public PieceSet? Listed { get; private set; }

    /// <summary>Goes up whenever a piece enters, so that a peer for which nothing was found is not searched for again before. Never 0 with pieces.</summary>
    public long Additions { get; private set; }

    public int StartOf(int bucket) => bucket == 0 ? Start : _end[bucket - 1];

    public int EndOf(int bucket) => _end[bucket];

    public void SetEnd(int bucket, int end) => _end[bucket] = end;

    public void Add(int piece, int pieces)
    {
        (Listed ??= new PieceSet(pieces)).Add(piece);
        Additions++;
    }

    public void Remove(int piece)
    {
        Listed!.Remove(piece);
        TrimBuckets();
    }

    /// <summary>Empties the level, for so many buckets from a place on.</summary>
    public void Clear(int start, int buckets)
    {
        Start = start;
        Listed = null;
        Buckets = 1;
        _end[0] = start;
        EnsureBuckets(buckets);
    }

    public void EnsureBuckets(int count)
    {
        if (count > _end.Length)
            Array.Resize(ref _end, Math.Max(count, _end.Length * 2));
        for (; Buckets < count; Buckets++)
            _end[Buckets] = _end[Buckets - 1];
    }

    public void TrimBuckets()
    {
        while (Buckets > 1 && _end[Buckets - 2] == _end[Buckets - 1])
            Buckets--;
    }
}
