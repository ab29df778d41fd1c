using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>What a look at a torrent's data has found.</summary>
/// <param name="Good">The pieces that are right.</param>
/// <param name="Files">Each file of the layout, by index.</param>
public sealed record ContentReport(Bitfield Good, IReadOnlyList<FileReport> Files)
{
    /// <summary>The first piece that is right by one side of a hybrid and wrong by the other: such a torrent describes two different contents. Null where there is none.</summary>
    public PieceIndex? Disputed { get; init; }

    /// <summary>Whether every piece is right and every file is there with its right length.</summary>
    public bool IsComplete => Good.IsFull && Files.All(file => file.Condition == FileCondition.Good);
}

/// <summary>What was found of one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Stamp">Its length and time on disk.</param>
/// <param name="GoodPieces">The pieces touching it that are right.</param>
/// <param name="Pieces">The pieces touching it.</param>
/// <param name="Condition">The verdict.</param>
public sealed record FileReport(FileEntry File, FileStamp Stamp, int GoodPieces, int Pieces, FileCondition Condition)
{
    /// <summary>Whether its pieces could only be judged together, because the torrent lacks its piece layer.</summary>
    public bool IsWholeOnly { get; init; }
}

/// <summary>A verdict on a file.</summary>
public enum FileCondition : byte
{
    /// <summary>Every piece that touches it is right, and so is its length.</summary>
    Good,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It ends too soon.</summary>
    TooShort,

    /// <summary>It goes on behind its end.</summary>
    TooLong,

    /// <summary>Its length is right but a piece that touches it is not.</summary>
    Damaged,
}
