namespace Freshet.Core;

/// <summary>The position of a piece in a torrent, from 0.</summary>
public readonly record struct PieceIndex(int Value) : IComparable<PieceIndex>
{
    /// <inheritdoc/>
    public int CompareTo(PieceIndex other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>The position of a file in a torrent's file list, pad files counted, from 0.</summary>
public readonly record struct FileIndex(int Value) : IComparable<FileIndex>
{
    /// <inheritdoc/>
    public int CompareTo(FileIndex other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>A run of bytes inside one piece, as a request names it (BEP 3): usually one block of 16 KiB, shorter at a piece's end.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Offset">The first byte, counted from the piece's start.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct BlockRange(PieceIndex Piece, int Offset, int Length)
{
    /// <summary>The bytes that every client requests at a time: 16 KiB. Larger requests are refused by most.</summary>
    public const int BlockLength = 16 * 1024;

    /// <summary>The position of this block in its piece, where it starts on a block's boundary.</summary>
    public int BlockInPiece => Offset / BlockLength;
}
