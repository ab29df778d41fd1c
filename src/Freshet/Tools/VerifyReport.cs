using Freshet.Core;

namespace Freshet;

/// <summary>How far a verification has come.</summary>
/// <param name="BytesDone">Bytes looked at.</param>
/// <param name="BytesTotal">Bytes to look at.</param>
public readonly record struct VerifyProgress(long BytesDone, long BytesTotal);

/// <summary>What is wrong with a file.</summary>
public enum FileVerdict
{
    /// <summary>Every byte is right.</summary>
    Ok,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It has another length than the torrent says.</summary>
    WrongLength,

    /// <summary>Some of its pieces have a wrong hash.</summary>
    Damaged,
}

/// <summary>What was found of a file.</summary>
/// <param name="File">The file, as the torrent lists it.</param>
/// <param name="Verdict">What is wrong with it, or nothing.</param>
/// <param name="ActualLength">Its length on disk in bytes, -1 where there is none.</param>
/// <param name="PiecesBad">Pieces that touch it and are wrong; a piece over two files counts for both.</param>
/// <param name="Pieces">Pieces that touch it.</param>
public sealed record FileVerification(FileEntry File, FileVerdict Verdict, long ActualLength, int PiecesBad, int Pieces)
{
    /// <summary>
    /// Whether it is right or wrong as a whole, and nobody can say where: it is of a v2-only torrent that lacks its piece layer (BEP 52), the hashes of its pieces.
    /// </summary>
    public bool IsWholeOnly { get; init; }
}

/// <summary>What was found of a torrent's data.</summary>
/// <param name="Files">Per file, pad files and links left out.</param>
/// <param name="Good">Pieces that are right.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record VerifyReport(IReadOnlyList<FileVerification> Files, Bitfield Good, long Bytes, TimeSpan Elapsed)
{
    /// <summary>Whether every file is right.</summary>
    public bool IsOk => Files.All(file => file.Verdict == FileVerdict.Ok);
}
