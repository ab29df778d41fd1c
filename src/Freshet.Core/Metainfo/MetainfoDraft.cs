namespace Freshet.Core;

/// <summary>A file of a torrent that is being made.</summary>
/// <param name="Path">The folders under the torrent's own and the file's name, joined with <c>/</c>.</param>
/// <param name="Length">The length in bytes.</param>
public readonly record struct DraftFile(string Path, long Length);

/// <summary>What goes into a new v1 torrent (BEP 3): everything that is known once its content has been hashed.</summary>
public sealed record MetainfoDraft
{
    /// <summary>The name of the file, or of the folder of several.</summary>
    public required string Name { get; init; }

    /// <summary>The files in the order of their bytes. One file whose path is empty: the torrent is that file, without a folder.</summary>
    public required IReadOnlyList<DraftFile> Files { get; init; }

    /// <summary>The length of a piece in bytes.</summary>
    public required int PieceLength { get; init; }

    /// <summary>The SHA-1 of every piece, 20 bytes each.</summary>
    public required ReadOnlyMemory<byte> PieceHashes { get; init; }

    /// <summary>Whether peers come from trackers only (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The <c>source</c> that private trackers want in the info dictionary, so that the same content has another info-hash at each of them.</summary>
    public string? Source { get; init; }

    /// <summary>The trackers, by tier (BEP 12).</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trackers { get; init; } = [];

    /// <summary>Web seeds (BEP 19).</summary>
    public IReadOnlyList<string> WebSeeds { get; init; } = [];

    /// <summary>A remark for people.</summary>
    public string? Comment { get; init; }

    /// <summary>The program that makes the torrent.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it is made; whole seconds are kept.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
