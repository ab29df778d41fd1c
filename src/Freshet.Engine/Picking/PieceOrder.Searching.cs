using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <content>Finds the piece to begin.</content>
internal sealed partial class PieceOrder
{
    // How far a search walks down the buckets before it looks from the side of what the peer has: enough to be exact in ordinary torrents,
    // little enough that a peer with only the most common pieces of a million costs nothing to speak of.
    private const int WalkLimit = 256;

    // Of so many pieces that the peer has, the rarest is taken when the walk ended early.
    private const int SampleSize = 64;

    // The rarest of so many by chance: on average it is in the rarest ninth, and two clients seldom meet at the same one.
    private const int ChanceSize = 8;

    /// <summary>A piece to begin, of the highest priority of which the peer has any; or -1.</summary>
    /// <param name="order">Which of those of equal priority.</param>
    /// <param name="pieces">What the peer has; null: everything.</param>
    /// <param name="above">Only pieces of a higher priority than this.</param>
    /// <param name="barren">What was searched in vain for this peer: not searched again before something is added.</param>
    public int Find(SearchOrder order, PieceSet? pieces, FilePriority above, ref BarrenMarks barren)
    {
        for (int l = 0; l < LevelOf(above); l++)
        {
            OrderLevel level = _levels[l];
            if (level.Count == 0 || barren[l] == level.Additions)
                continue;
            int piece = order switch
            {
                SearchOrder.Rarest => FindRarest(level, pieces, reverse: false),
                SearchOrder.MostCommon => FindRarest(level, pieces, reverse: true),
                SearchOrder.RarestOfSome => FindRarestOfSome(level, pieces),
                SearchOrder.Random => FindRandom(level, pieces),
                _ => FindFirst(level, pieces),
            };
            if (piece >= 0)
                return piece;
            barren[l] = level.Additions;
        }

        return -1;
    }

    /// <summary>The first piece from a place on that a peer has and that may be begun, of whatever priority; or -1. O(pieces/64) from there on.</summary>
    public int FindFrom(int from, PieceSet? pieces)
    {
        int best = -1;
        foreach (OrderLevel level in _levels)
        {
            int found = level.Listed?.NextCommon(pieces, from) ?? -1;
            if (found >= 0 && (best < 0 || found < best))
                best = found;
        }

        return best;
    }

    private int FindRarest(OrderLevel level, PieceSet? pieces, bool reverse)
    {
        // A piece that only peers with everything have is nothing for this one.
        int lowest = pieces is null ? 0 : 1;
        int budget = WalkLimit;
        for (int i = lowest; i < level.Buckets && budget > 0; i++)
        {
            int a = reverse ? level.Buckets - 1 - i + lowest : i;
            int start = level.StartOf(a);
            int length = level.EndOf(a) - start;
            if (length == 0)
                continue;

            // Equals by chance. Pieces that one peer brought into a bucket lie together: leaping visits each place once, too, but does not walk through them.
            int leap = Leap.Of(length);
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

        return budget > 0 ? -1 : FindInSample(level, pieces, reverse);
    }

    private int FindRandom(OrderLevel level, PieceSet? pieces)
    {
        int start = pieces is null ? level.Start : level.EndOf(0);
        int length = level.End - start;
        if (length == 0)
            return -1;
        for (int i = 0; i < SampleSize; i++)
        {
            int piece = _order[start + _random.Next(length)];
            Touched++;
            if (pieces is null || pieces[piece])
                return piece;
        }

        return FindInSample(level, pieces, reverse: false);
    }

    private int FindRarestOfSome(OrderLevel level, PieceSet? pieces)
    {
        int best = FindRandom(level, pieces);
        int start = pieces is null ? level.Start : level.EndOf(0);
        int length = level.End - start;
        for (int i = 1; i < ChanceSize && best >= 0; i++)
        {
            int piece = _order[start + _random.Next(length)];
            Touched++;
            if (_availability[piece] < _availability[best] && (pieces is null || pieces[piece]))
                best = piece;
        }

        return best;
    }

    private int FindFirst(OrderLevel level, PieceSet? pieces)
    {
        long touched = 0;
        Span<int> first = stackalloc int[1];
        int found = level.Listed!.Intersect(pieces, 0, first, ref touched);
        Touched += touched;
        return found == 0 ? -1 : first[0];
    }

    private int FindInSample(OrderLevel level, PieceSet? pieces, bool reverse)
    {
        PieceSet listed = level.Listed!;
        Span<int> sample = stackalloc int[SampleSize];
        long touched = 0;
        int found = listed.Intersect(pieces, _random.Next(listed.SummaryLength), sample, ref touched);
        Touched += touched;
        int best = -1;
        foreach (int piece in sample[..found])
        {
            if (best < 0 || (_availability[piece] < _availability[best]) != reverse)
                best = piece;
        }

        return best;
    }
}
