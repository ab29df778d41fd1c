using Freshet.Core;

namespace Freshet;

/// <summary>How far a verification has come.</summary>
/// <param name="BytesDone">Bytes looked at.</param>
/// <param name="BytesTotal">Bytes to look at.</param>
/// <param name="PiecesBad">Pieces found to be wrong or missing.</param>
public readonly record struct VerifyProgress(long BytesDone, long BytesTotal, int PiecesBad);

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

    /// <summary>It cannot be read.</summary>
    Unreadable,
}

/// <summary>What was found of a file.</summary>
/// <param name="File">The file, as the torrent lists it.</param>
/// <param name="Verdict">What is wrong with it, or nothing.</param>
/// <param name="ActualLength">Its length on disk in bytes, -1 where there is none.</param>
/// <param name="PiecesBad">Pieces that touch it and are wrong; a piece over two files counts for both.</param>
/// <param name="Pieces">Pieces that touch it.</param>
public sealed record FileVerification(FileEntry File, FileVerdict Verdict, long ActualLength, int PiecesBad, int Pieces);

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

/// <summary>Checks data on disk against a torrent, without a session.</summary>
public static class ContentVerifier
{
    /// <summary>Hashes a torrent's data on all cores.</summary>
    /// <param name="metainfo">The torrent; has a v1 side.</param>
    /// <param name="path">
    /// The folder that the torrent's files lie under, as given to a download; or the torrent's own file or folder itself.
    /// </param>
    /// <param name="progress">Told how far it is, a few times a second.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">The torrent is of BitTorrent v2 alone (<see cref="FreshetError.Unsupported"/>).</exception>
    public static Task<VerifyReport> VerifyAsync(
        Metainfo metainfo, string path, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
        => throw new NotSupportedException();
}
