using System.Numerics;

namespace Freshet.Engine.Picking;

/// <summary>
/// A set of pieces as bits, with one summary bit for every 64 words, so that the common members of two sets are found without walking all words:
/// at 1,000,000 pieces a word of the summary stands for 4,096 pieces.
/// </summary>
internal sealed class PieceSet
{
    private readonly ulong[] _words;
    private readonly ulong[] _summary;

    public PieceSet(int length)
    {
        Length = length;
        _words = new ulong[(length + 63) / 64];
        _summary = new ulong[(_words.Length + 63) / 64];
    }

    public int Length { get; }

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Words => _words;

    public int SummaryLength => _summary.Length;

    public bool this[int piece] => (_words[piece >> 6] >> (piece & 63) & 1) != 0;

    public bool Add(int piece)
    {
        ref ulong word = ref _words[piece >> 6];
        ulong bit = 1UL << (piece & 63);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        _summary[piece >> 12] |= 1UL << (piece >> 6 & 63);
        Count++;
        return true;
    }

    public bool Remove(int piece)
    {
        ref ulong word = ref _words[piece >> 6];
        ulong bit = 1UL << (piece & 63);
        if ((word & bit) == 0)
            return false;
        word &= ~bit;
        if (word == 0)
            _summary[piece >> 12] &= ~(1UL << (piece >> 6 & 63));
        Count--;
        return true;
    }

    /// <summary>Makes the set equal to these words.</summary>
    public void CopyFrom(ReadOnlySpan<ulong> words)
    {
        words.CopyTo(_words);
        Array.Clear(_summary);
        int count = 0;
        for (int i = 0; i < _words.Length; i++)
        {
            if (_words[i] == 0)
                continue;
            _summary[i >> 6] |= 1UL << (i & 63);
            count += BitOperations.PopCount(_words[i]);
        }

        Count = count;
    }

    /// <summary>
    /// Collects pieces that are in this set and in <paramref name="other"/> (null: in every set), word by word from
    /// <paramref name="firstSummary"/> on and around, until <paramref name="into"/> is full or all was seen.
    /// </summary>
    /// <param name="other">The other set, of the same length.</param>
    /// <param name="firstSummary">The word of the summary to begin with.</param>
    /// <param name="into">Where to.</param>
    /// <param name="touched">Counts the words that were looked at.</param>
    public int Intersect(PieceSet? other, int firstSummary, Span<int> into, ref long touched)
    {
        int found = 0;
        for (int step = 0; step < _summary.Length; step++)
        {
            int s = firstSummary + step;
            if (s >= _summary.Length)
                s -= _summary.Length;
            touched++;
            ulong hints = _summary[s];
            if (other is not null)
                hints &= other._summary[s];
            for (; hints != 0; hints &= hints - 1)
            {
                int w = (s << 6) + BitOperations.TrailingZeroCount(hints);
                touched++;
                ulong bits = _words[w];
                if (other is not null)
                    bits &= other._words[w];
                for (; bits != 0; bits &= bits - 1)
                {
                    into[found++] = (w << 6) + BitOperations.TrailingZeroCount(bits);
                    if (found == into.Length)
                        return found;
                }
            }
        }

        return found;
    }

    /// <summary>The first piece from a place on that is in this set and in <paramref name="other"/> (null: in every set); or -1.</summary>
    public int NextCommon(PieceSet? other, int from)
    {
        if (from >= Length)
            return -1;
        ulong mask = ulong.MaxValue << (from & 63);
        for (int w = from >> 6; w < _words.Length; w++, mask = ulong.MaxValue)
        {
            ulong bits = _words[w] & mask & (other is null ? ulong.MaxValue : other._words[w]);
            if (bits != 0)
                return (w << 6) + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }

    /// <summary>How many pieces of this set are in <paramref name="wanted"/> and not in <paramref name="except"/>.</summary>
    public int CountOf(ReadOnlySpan<ulong> wanted, ReadOnlySpan<ulong> except)
    {
        int count = 0;
        for (int i = 0; i < _words.Length; i++)
            count += BitOperations.PopCount(_words[i] & wanted[i] & ~except[i]);
        return count;
    }
}
