using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// What is remembered of a torrent's data between runs. A piece in <see cref="Recorded"/> was written before this record; in
/// <see cref="Durable"/> it was on the device before this record. Immutable.
/// </summary>
public sealed record ResumeRecord
{
    /// <summary>The info-hashes: the key.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary>The folder that the data is in.</summary>
    public required string Directory { get; init; }

    /// <summary>The number of pieces that the bitfields are for.</summary>
    public required int PieceCount { get; init; }

    /// <summary>Pieces written, in wire form: believed only on the same boot, where the files look as in <see cref="Files"/>.</summary>
    public required ReadOnlyMemory<byte> Recorded { get; init; }

    /// <summary>Pieces that fdatasync has confirmed, in wire form: believed after any crash.</summary>
    public required ReadOnlyMemory<byte> Durable { get; init; }

    /// <summary>Pieces of which some blocks are on disk, or may be; to be hashed or filled up at the next start.</summary>
    public IReadOnlyList<PartialPieceRecord> Partials { get; init; } = [];

    /// <summary>The kernel's boot id when this was recorded; filled in by the store.</summary>
    public string BootId { get; init; } = "";

    /// <summary>When this was recorded, in UTC ticks of 100 ns; filled in by the store, 0 where it does not know.</summary>
    public long SavedTicks { get; init; }

    /// <summary>The files as last seen.</summary>
    public IReadOnlyList<FileStamp> Files { get; init; } = [];

    /// <summary>
    /// Whole piece layers that peers have given because the metadata lacks them (BEP 52), by <c>pieces root</c>; they prove themselves. Only ever grows, so that a store
    /// which has as many has them all.
    /// </summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> PieceLayers { get; init; } = NoLayers;

    private static IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> NoLayers { get; } = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();

    /// <summary>Whether every piece is recorded: the torrent was complete once, whatever has been lost since.</summary>
    public bool IsWhole => Bitfield.TryParse(Recorded.Span, PieceCount, out Bitfield? recorded) && recorded!.IsFull;

    /// <summary>Payload bytes received over all runs, good or not.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes sent over all runs.</summary>
    public long Uploaded { get; init; }

    /// <summary>For how long the torrent has seeded over all runs.</summary>
    public TimeSpan Seeded { get; init; }
}

/// <summary>A piece of which some blocks are on disk.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Blocks">One bit a block, in wire form.</param>
public sealed record PartialPieceRecord(PieceIndex Piece, ReadOnlyMemory<byte> Blocks);

/// <summary>
/// Where resume records are kept: SQLite in the session's state folder, or whatever an embedder brings. Never called from the engine loop: the I/O side
/// queues to it and writes at most once a second.
/// </summary>
public interface IStateStore : IDisposable
{
    /// <summary>The identity of this boot of the machine: records of another boot are trusted less.</summary>
    string BootId { get; }

    /// <summary>Where peers that were of use are kept beside the records, or null: by default nowhere.</summary>
    IPeerCache? Peers => null;

    /// <summary>The record of a torrent, the latest where it was downloaded to several folders, or null. A damaged record is set aside and counts as none.</summary>
    ResumeRecord? Load(InfoHashes hashes);

    /// <summary>The record of a torrent whose data is in this folder, or null.</summary>
    ResumeRecord? Load(InfoHashes hashes, string directory)
        => Load(hashes) is { } record && string.Equals(record.Directory, directory, StringComparison.Ordinal) ? record : null;

    /// <summary>Keeps records, all or none.</summary>
    void Save(IReadOnlyList<ResumeRecord> records);

    /// <summary>Forgets a torrent.</summary>
    void Remove(InfoHashes hashes);

    /// <summary>Keeps torrents for the next start, all or none, behind those that are there; one that is there already keeps its place and its dates.</summary>
    /// <param name="torrents">The torrents, in their order.</param>
    /// <returns>Whether they are kept: by default nothing is.</returns>
    bool Remember(IReadOnlyList<RememberedEntry> torrents) => false;

    /// <summary>What <see cref="Remember"/> has kept, in the queue's order.</summary>
    IReadOnlyList<RememberedTorrent> LoadRemembered() => [];

    /// <summary>Remembered torrents that have any of these <see cref="RememberedTorrent.Marks"/>: those with the first marks first, each once.</summary>
    /// <param name="marks">What to look for.</param>
    /// <param name="most">The most torrents that are wanted.</param>
    IReadOnlyList<InfoHashes> FindRelatives(IReadOnlyList<long> marks, int most) => [];

    /// <summary>The torrent file that <see cref="Remember"/> has kept, or null.</summary>
    ReadOnlyMemory<byte>? LoadMetainfo(InfoHashes hashes) => null;

    /// <summary>Keeps nodes of the DHT for the next start, in place of those before.</summary>
    void Save(SavedNodes nodes)
    {
        // Without them the next start takes longer to find the DHT.
    }

    /// <summary>The nodes that <see cref="Save(SavedNodes)"/> has kept.</summary>
    SavedNodes LoadNodes() => SavedNodes.None;

    /// <summary>Keeps the info dictionary of a torrent that came from its peers, until the torrent is forgotten or many others were kept since. By default nothing is kept.</summary>
    void KeepMetadata(InfoHashes hashes, ReadOnlyMemory<byte> info)
    {
        // Then it is fetched again.
    }

    /// <summary>The info dictionary that <see cref="KeepMetadata"/> has kept, or null.</summary>
    ReadOnlyMemory<byte>? LoadMetadata(InfoHashes hashes) => null;

    /// <summary>Keeps what has changed of remembered torrents, all or none; others are left out.</summary>
    void Change(IReadOnlyList<RememberedChange> changes)
    {
        // Where nothing is remembered nothing changes.
    }

    /// <summary>Keeps what is known of a feed, in place of what was known before.</summary>
    void Save(FeedRecord feed)
    {
        // Then an older item may be believed after the next start, and what is on disk is looked at again.
    }

    /// <summary>What <see cref="Save(FeedRecord)"/> has kept of a feed, or null.</summary>
    FeedRecord? LoadFeed(InfoHash target, string directory) => null;
}
