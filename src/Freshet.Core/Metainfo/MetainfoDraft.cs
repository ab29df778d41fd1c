namespace Freshet.Core;

/// <summary>A file of a torrent that is being made.</summary>
/// <param name="Path">The folders under the torrent's own and the file's name, joined with <c>/</c>.</param>
/// <param name="Length">The length in bytes.</param>
public readonly record struct DraftFile(string Path, long Length)
{
    /// <summary>Whether it is filler (BEP 47), which the v1 side alone has.</summary>
    public bool IsPad { get; init; }

    /// <summary>The root of the file's tree (BEP 52), where there is a v2 side and the file is not empty.</summary>
    public Sha256Hash? PiecesRoot { get; init; }
}

/// <summary>What goes into a new torrent (BEP 3, BEP 52): everything that is known once its content has been hashed.</summary>
public sealed record MetainfoDraft
{
    /// <summary>Which sides the torrent has.</summary>
    public TorrentVersion Version { get; init; }

    /// <summary>The name of the file, or of the folder of several.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The files in the order of their bytes; with a v2 side that of its tree: by the elements of their paths, each by its bytes in UTF-8. One file whose path is empty: the
    /// torrent is that file, without a folder.
    /// </summary>
    public required IReadOnlyList<DraftFile> Files { get; init; }

    /// <summary>The length of a piece in bytes.</summary>
    public required int PieceLength { get; init; }

    /// <summary>The SHA-1 of every piece, 20 bytes each; empty for v2 alone.</summary>
    public required ReadOnlyMemory<byte> PieceHashes { get; init; }

    /// <summary>By <c>pieces root</c>, the hashes of the pieces of each file that has more than one, 32 bytes each (BEP 52); none for v1 alone.</summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> PieceLayers { get; init; } = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();

    /// <summary>Whether peers come from trackers only (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The <c>source</c> that private trackers want in the info dictionary, so that the same content has another info-hash at each of them.</summary>
    public string? Source { get; init; }

    /// <summary>The trackers, by tier (BEP 12).</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trackers { get; init; } = [];

    /// <summary>Web seeds (BEP 19).</summary>
    public IReadOnlyList<string> WebSeeds { get; init; } = [];

    /// <summary>Torrents that share files with it (BEP 38), by v1 info-hash.</summary>
    public IReadOnlyList<Sha1Hash> SimilarTorrents { get; init; } = [];

    /// <summary>Collections that it belongs to (BEP 38).</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>A remark for people.</summary>
    public string? Comment { get; init; }

    /// <summary>The program that makes the torrent.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it is made; whole seconds are kept.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
