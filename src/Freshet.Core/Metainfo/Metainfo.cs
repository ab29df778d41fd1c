namespace Freshet.Core;

/// <summary>Which protocol versions a torrent is for (BEP 52).</summary>
public enum TorrentVersion
{
    /// <summary>SHA-1 pieces (BEP 3).</summary>
    V1,

    /// <summary>SHA-256 merkle trees only.</summary>
    V2,

    /// <summary>Both describe the same content.</summary>
    Hybrid,
}

/// <summary>A whole, validated .torrent file.</summary>
public sealed record Metainfo
{
    /// <summary>The info-hashes, over the bytes of the info dictionary as they stood.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary>v1, v2 or hybrid.</summary>
    public required TorrentVersion Version { get; init; }

    /// <summary>The safe name of the file, or of the folder of several files.</summary>
    public required string Name { get; init; }

    /// <summary>Whether there is one file and no folder.</summary>
    public required bool IsSingleFile { get; init; }

    /// <summary>Pieces and files.</summary>
    public required PieceLayout Layout { get; init; }

    /// <summary>The SHA-1 of every piece, 20 bytes each; empty for v2-only.</summary>
    public required ReadOnlyMemory<byte> PieceHashes { get; init; }

    /// <summary>
    /// Per pieces root, the hashes of that file's pieces (BEP 52 <c>piece layers</c>), checked against the root; empty for v1. Files of one piece or less need none.
    /// </summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> PieceLayers { get; init; } = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();

    /// <summary>Whether every v2 file of more than one piece has its piece layer; what lacks can be asked of peers (BEP 52). True for v1.</summary>
    public bool HasAllPieceLayers { get; init; } = true;

    /// <summary>The trackers, by tier (BEP 12); <c>announce</c> alone is one tier of one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trackers { get; init; } = [];

    /// <summary>Web seeds that serve the files (BEP 19 <c>url-list</c>).</summary>
    public IReadOnlyList<string> UrlSeeds { get; init; } = [];

    /// <summary>Web seeds of BEP 17 (<c>httpseeds</c>).</summary>
    public IReadOnlyList<string> HttpSeeds { get; init; } = [];

    /// <summary>Torrents that may hold the same files (BEP 38 <c>similar</c>), by v1 hash.</summary>
    public IReadOnlyList<Sha1Hash> SimilarTorrents { get; init; } = [];

    /// <summary>Names of collections whose torrents may hold the same files (BEP 38 <c>collections</c>).</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>DHT nodes that know the torrent (BEP 5 <c>nodes</c>).</summary>
    public IReadOnlyList<(string Host, int Port)> Nodes { get; init; } = [];

    /// <summary>Whether peers come from trackers only (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The <c>source</c> that private trackers put into the info dictionary.</summary>
    public string? Source { get; init; }

    /// <summary>A remark of whoever made the torrent.</summary>
    public string? Comment { get; init; }

    /// <summary>The program that made the torrent.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When the torrent was made.</summary>
    public DateTimeOffset? CreationDate { get; init; }

    /// <summary>The info dictionary's bytes as they stood: what info-hashes are over and what BEP 9 serves.</summary>
    public required ReadOnlyMemory<byte> InfoBytes { get; init; }

    /// <summary>The whole file as it was read; empty for what never was one.</summary>
    public ReadOnlyMemory<byte> FileBytes { get; init; }

    /// <summary>What is odd but harmless in the file: wrong order of keys, names made safe, duplicates renamed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads and validates a .torrent file.</summary>
    /// <param name="torrent">The file's bytes, which the result keeps parts of: not to be changed afterwards.</param>
    /// <param name="rules">The file system that paths are made safe for.</param>
    /// <exception cref="MetainfoException">The file cannot be used; the message says what is wrong and where.</exception>
    public static Metainfo Load(ReadOnlyMemory<byte> torrent, PathRules rules) => MetainfoParser.Parse(torrent, rules);

    /// <summary>Reads and validates a .torrent file, with paths made safe for the system that this runs on.</summary>
    /// <param name="torrent">The file's bytes, which the result keeps parts of: not to be changed afterwards.</param>
    /// <exception cref="MetainfoException">The file cannot be used; the message says what is wrong and where.</exception>
    public static Metainfo Load(ReadOnlyMemory<byte> torrent) => Load(torrent, OperatingSystem.IsWindows() ? PathRules.Windows : PathRules.Posix);

    /// <summary>
    /// The torrent as who knows only some of its hashes knows it: a hybrid by one hash is a torrent of that version, in that swarm.
    /// </summary>
    /// <param name="hashes">Hashes of the info dictionary.</param>
    /// <exception cref="MetainfoException">A hash is of a version that the torrent is not for.</exception>
    public Metainfo KnownBy(InfoHashes hashes)
    {
        if (hashes == Hashes)
            return this;
        if (hashes is { V1: not null, V2: null } && hashes.V1 == Hashes.V1)
            return this with { Hashes = hashes, Version = TorrentVersion.V1, PieceLayers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>(), HasAllPieceLayers = true };
        if (hashes is { V1: null, V2: not null } && hashes.V2 == Hashes.V2)
            return this with { Hashes = hashes, Version = TorrentVersion.V2, PieceHashes = default };
        throw new MetainfoException("info", -1, $"is one of {Version} alone, and the torrent was named by a hash of another version");
    }

    /// <summary>The SHA-1 that a piece must have. Not for v2-only torrents.</summary>
    public Sha1Hash PieceHash(PieceIndex piece) => new(PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length));
}
