using Freshet.Core;

namespace Freshet;

/// <summary>How a torrent is made. The defaults make the same bytes from the same content, on every system and at any time.</summary>
public sealed record CreateOptions
{
    /// <summary>Which versions of BitTorrent it is for (BEP 52). Default: both.</summary>
    public TorrentVersion Version { get; init; } = TorrentVersion.Hybrid;

    /// <summary>The torrent's name. Default: that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes of a piece, a power of two from 16 KiB to 256 MiB. Null: what fits the content, see <see cref="PieceLengths.Automatic"/>.</summary>
    public int? PieceLength { get; init; }

    /// <summary>The trackers (http, https or udp), by tier (BEP 12).</summary>
    public IReadOnlyList<IReadOnlyList<Uri>> Trackers { get; init; } = [];

    /// <summary>Web seeds (http or https) that serve the files (BEP 19). For a folder the URL ends in <c>/</c>, and the torrent's name is added to it.</summary>
    public IReadOnlyList<Uri> WebSeeds { get; init; } = [];

    /// <summary>Whether peers come from the trackers only (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>What a private tracker wants in the info dictionary, so that its torrents differ from those of others.</summary>
    public string? Source { get; init; }

    /// <summary>Torrents that share files with it (BEP 38), by v1 info-hash: whoever has one of them need not fetch these again.</summary>
    public IReadOnlyList<Sha1Hash> SimilarTorrents { get; init; } = [];

    /// <summary>Collections whose torrents share files (BEP 38), by name.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>A remark for people.</summary>
    public string? Comment { get; init; }

    /// <summary>The program that makes the torrent. Default: not said.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it is made. Default: not said.</summary>
    public DateTimeOffset? CreationDate { get; init; }

    /// <summary>Which files of a folder to take, by their paths under it, joined with <c>/</c>. Null: all but <see cref="TorrentBuilder.IsJunk"/>.</summary>
    public Func<string, bool>? Select { get; init; }

    /// <summary>Threads that hash; 0: one a core.</summary>
    public int Threads { get; init; }
}

/// <summary>How far the making of a torrent has come.</summary>
/// <param name="BytesDone">Bytes hashed, filler of hybrids counted.</param>
/// <param name="BytesTotal">Bytes to hash.</param>
public readonly record struct CreateProgress(long BytesDone, long BytesTotal);

/// <summary>Something under the folder that is not in the torrent, though it was selected.</summary>
/// <param name="Path">Its path under the folder.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedContent(string Path, string Reason);
