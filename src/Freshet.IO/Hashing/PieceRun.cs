using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Consecutive pieces to be hashed as they lie in storage, and what came of each so far.</summary>
/// <param name="reader">Where they are read.</param>
/// <param name="first">The first of them.</param>
/// <param name="pieces">Their answers; empty ones to begin with.</param>
/// <param name="watch">Who may give up, and is told how far it is.</param>
/// <param name="sides">Which hashes are wanted.</param>
internal readonly ref struct PieceRun(PieceReader reader, PieceIndex first, Span<StoredPiece> pieces, IHashWatch watch, PieceSides sides = default)
{
    private readonly PieceReader _reader = reader;
    private readonly Span<StoredPiece> _pieces = pieces;

    /// <summary>The first of them.</summary>
    public PieceIndex First { get; } = first;

    /// <summary>The number of pieces.</summary>
    public int Count => _pieces.Length;

    /// <summary>The bytes of all of them.</summary>
    public long Bytes => _reader.Layout.OffsetOf(PieceAt(Count - 1)) + LengthOf(Count - 1) - _reader.Layout.OffsetOf(First);

    /// <summary>Who may give up, and is told how far it is.</summary>
    public IHashWatch Watch { get; } = watch;

    /// <summary>Which hashes are wanted.</summary>
    public PieceSides Sides { get; } = sides;

    /// <summary>What came of a piece.</summary>
    public ref StoredPiece this[int piece] => ref _pieces[piece];

    /// <summary>Some of these pieces.</summary>
    public PieceRun Slice(int start, int count) => new(_reader, PieceAt(start), _pieces.Slice(start, count), Watch, Sides);

    /// <summary>The length of a piece in bytes.</summary>
    public int LengthOf(int piece) => _reader.Layout.LengthOf(PieceAt(piece));

    /// <summary>How many pieces from the first on have the full length, up to a number.</summary>
    public int CountFull(int most)
    {
        int count = 0;
        while (count < Math.Min(most, Count) && LengthOf(count) == _reader.Layout.PieceLength)
            count++;
        return count;
    }

    /// <summary>
    /// Whether the pieces can be read without waiting for a device, as far as their first and last byte tell: what is in memory lies there in long runs, and a wrong guess
    /// costs time only.
    /// </summary>
    public bool IsCached() => _reader.IsCached(First, 0) && _reader.IsCached(PieceAt(Count - 1), LengthOf(Count - 1) - 1);

    /// <summary>Lets the system begin to read bytes, which may go on into the pieces behind.</summary>
    public void ReadAhead(int piece, int offset, int length) => _reader.ReadAhead(PieceAt(piece), offset, length);

    /// <summary>Reads bytes of a piece; where that fails, the piece's answer says why, and nothing more is read of it.</summary>
    /// <returns>Whether the bytes are there.</returns>
    public bool TryFill(int piece, int offset, Span<byte> bytes)
    {
        ref StoredPiece answer = ref _pieces[piece];
        if (!answer.IsWhole)
            return false;
        try
        {
            if (_reader.TryFill(PieceAt(piece), offset, bytes, out FileIndex tooShort))
                return true;
            answer = new StoredPiece(tooShort);
        }
        catch (StorageException trouble)
        {
            answer = new StoredPiece(trouble);
        }

        return false;
    }

    private PieceIndex PieceAt(int piece) => new(First.Value + piece);
}

/// <summary>Who watches while pieces are hashed.</summary>
internal interface IHashWatch
{
    /// <summary>Whether to give up; asked between reads of half a megabyte or less.</summary>
    bool IsCancelled { get; }

    /// <summary>So many more bytes are done, hashed or given up for good.</summary>
    void Advanced(long bytes);
}
