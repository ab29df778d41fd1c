using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What a disk worker or a hash worker does.</summary>
public enum DiskJobKind : byte
{
    /// <summary>
    /// Take over which files are wanted (<see cref="DiskJob.Wanted"/>): bring to each what was kept of it while it was not, make the empty ones, and with
    /// <see cref="DiskJob.Allocate"/> reserve the space.
    /// </summary>
    Prepare,

    /// <summary>
    /// Write the blocks of <see cref="DiskJob.Blocks"/> from <see cref="DiskJob.FirstBlock"/> on, <see cref="DiskJob.BlockCount"/> of them. With
    /// <see cref="DiskJob.Received"/> and <see cref="DiskJob.Leaves"/> their digests are noted in these, from memory.
    /// </summary>
    Write,

    /// <summary>
    /// Read the bytes of <see cref="DiskJob.Range"/>, a run within one piece, into <see cref="DiskJob.Blocks"/>, of which the engine rented
    /// <see cref="DiskJob.BlockCount"/>: each is filled before the next.
    /// </summary>
    Read,

    /// <summary>
    /// Hash a piece: what <see cref="DiskJob.Hash"/> has covered already, then each block from memory or, where
    /// <see cref="DiskJob.Blocks"/> has none, from disk, which gives zeros for filler. <see cref="DiskJob.Digest"/> is the answer. With <see cref="DiskJob.Received"/> every block
    /// that is read back is compared with what it was: <see cref="DiskJob.SpoiltBlock"/>. Where the torrent has a v2 side, <see cref="DiskJob.Leaves"/> that are not
    /// known yet are filled too, and <see cref="DiskJob.Root"/> is an answer; where it has no v1 side that is the only one, and blocks whose leaf is known are not read.
    /// </summary>
    Hash,

    /// <summary>
    /// Fill <see cref="DiskJob.Leaves"/> for the blocks from <see cref="DiskJob.FirstBlock"/> on, <see cref="DiskJob.BlockCount"/> of them (BEP 52): from memory, or where
    /// <see cref="DiskJob.Blocks"/> has none, from disk.
    /// </summary>
    HashLeaves,

    /// <summary>
    /// Feed <see cref="DiskJob.Hash"/> with the in-order blocks from <see cref="DiskJob.FirstBlock"/>, before they are spilled.
    /// </summary>
    HashPrefix,

    /// <summary>
    /// SHA-1 of each block of a failed piece, to tell its senders apart later: <see cref="DiskJob.BlockDigests"/>. A block is taken from memory where
    /// it has a lease, else its digest from <see cref="DiskJob.Received"/> where that has one, else it is read from disk.
    /// </summary>
    HashBlocks,

    /// <summary>
    /// Read pieces from <see cref="DiskJob.Range"/>.Piece on, <see cref="DiskJob.PieceCount"/> of them, and say which are right in <see cref="DiskJob.Good"/> (by SHA-1, where
    /// there is a v1 side) and what each is in <see cref="DiskJob.Roots"/> (where there is a v2 side), also where <see cref="DiskJob.Error"/> says why one of them could not be
    /// read. Given up soon after <see cref="DiskJob.Cancel"/>.
    /// </summary>
    Check,

    /// <summary>
    /// Bring the blocks from <see cref="DiskJob.FirstBlock"/> on, <see cref="DiskJob.BlockCount"/> of them, to their place from the files of <see cref="DiskJob.Sources"/>: by
    /// sharing what is stored where the file system can, else by a copy. Nothing is hashed: what comes of it is as good as a block from a stranger.
    /// </summary>
    Copy,

    /// <summary>Say in <see cref="DiskJob.Files"/> what the files look like now; makes and changes nothing, waits for nothing.</summary>
    Stamp,

    /// <summary>fdatasync every file written since the last such job; the answer counts only if there is no error.</summary>
    Sync,

    /// <summary>Close the torrent's files; the last job of a torrent.</summary>
    Close,
}

/// <summary>
/// One operation on a torrent's data. The engine makes it and owns it again once it is done; in between it is the worker's. Jobs of one torrent run side
/// by side, except that <see cref="DiskJobKind.Prepare"/>, <see cref="DiskJobKind.Sync"/> and <see cref="DiskJobKind.Close"/> wait for the ones handed out
/// before and hold up the ones after (a fence). Pooled by the engine: <see cref="Reset"/>.
/// </summary>
public sealed class DiskJob
{
    private volatile bool _isCancelled;

    /// <summary>What to do.</summary>
    public DiskJobKind Kind { get; set; }

    /// <summary>Whose data.</summary>
    public TorrentId Torrent { get; set; }

    /// <summary>The piece, and for <see cref="DiskJobKind.Read"/> the bytes.</summary>
    public BlockRange Range { get; set; }

    /// <summary>The blocks of a piece by their position in it; a place without a lease means "on disk". The engine keeps owning the leases.</summary>
    public BufferLease[] Blocks { get; set; } = [];

    /// <summary>The first block that the job is about.</summary>
    public int FirstBlock { get; set; }

    /// <summary>The number of blocks that the job is about.</summary>
    public int BlockCount { get; set; }

    /// <summary>The number of pieces that <see cref="DiskJobKind.Check"/> is about.</summary>
    public int PieceCount { get; set; }

    /// <summary>For <see cref="DiskJobKind.Prepare"/> which files are wanted, by index; null: all.</summary>
    public IReadOnlyList<bool>? Wanted { get; set; }

    /// <summary>Whether <see cref="DiskJobKind.Prepare"/> reserves the files' full space at once, in place of leaving holes.</summary>
    public bool Allocate { get; set; }

    /// <summary>The running hash of a piece's in-order prefix, made by the first job that needs it; kept by the engine between jobs.</summary>
    public IPieceHash? Hash { get; set; }

    /// <summary>
    /// The SHA-1 of blocks as they were received (filler, which is not stored, as zero), by their position in the piece; all zero where that is not known. The engine's, kept with the piece once
    /// blocks of it are written before it is whole; null otherwise, and then nothing is noted or compared. Jobs that run side by side touch different places.
    /// </summary>
    public Sha1Hash[]? Received { get; set; }

    /// <summary>
    /// The SHA-256 of the data in each block (BEP 52: a leaf), by position in the piece; all zero where it is not known. The engine's, kept with the piece; null where the
    /// job is not to touch it. Jobs that run side by side touch different places.
    /// </summary>
    public Sha256Hash[]? Leaves { get; set; }

    /// <summary>For <see cref="DiskJobKind.Copy"/> where each file that the blocks touch, but filler, is taken from.</summary>
    public IReadOnlyList<CopySource> Sources { get; set; } = [];

    /// <summary>For the engine: when the job was handed out.</summary>
    public MonoTime SubmittedAt { get; set; }

    /// <summary>For the engine: whatever it wants to find again.</summary>
    public object? Tag { get; set; }

    /// <summary>Answer: trouble, or null.</summary>
    public DiskError? Error { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Copy"/>: the trouble is with what was to be copied, not with the torrent's own files.</summary>
    public bool IsSourceAtFault { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Copy"/>: the bytes that take no space of their own, because the file system shares them.</summary>
    public long SharedBytes { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Hash"/>.</summary>
    public Sha1Hash Digest { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Hash"/> where there is a v2 side: the root of the piece's subtree.</summary>
    public Sha256Hash Root { get; set; }

    /// <summary>
    /// Answer of <see cref="DiskJobKind.Hash"/>: the first block that was read back otherwise than it was received (the disk has spoilt it), or -1.
    /// </summary>
    public int SpoiltBlock { get; set; } = -1;

    /// <summary>Answer of <see cref="DiskJobKind.HashBlocks"/>, by block.</summary>
    public Sha1Hash[]? BlockDigests { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Check"/>, by piece from the first on; a piece that cannot be read whole is not right.</summary>
    public bool[]? Good { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Check"/> where there is a v2 side: the root of each piece's subtree; all zero for a piece that cannot be read whole.</summary>
    public Sha256Hash[]? Roots { get; set; }

    /// <summary>Answer of <see cref="DiskJobKind.Stamp"/>: what the files look like now.</summary>
    public FileStamp[]? Files { get; set; }

    /// <summary>Whether the answer is of no use any more.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>
    /// Says that the answer of a <see cref="DiskJobKind.Check"/>, which may take seconds, is of no use any more: the one thing that the engine may do to a job that is out. It comes
    /// back all the same, sooner.
    /// </summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Empties the job for its next use.</summary>
    public void Reset()
    {
        _isCancelled = false;
        Kind = default;
        Torrent = default;
        Range = default;
        Blocks = [];
        FirstBlock = BlockCount = PieceCount = 0;
        Wanted = null;
        Allocate = false;
        Hash = null;
        Received = null;
        Sources = [];
        IsSourceAtFault = false;
        SharedBytes = 0;
        Leaves = null;
        Root = default;
        Roots = null;
        SubmittedAt = default;
        Tag = null;
        Error = null;
        Digest = default;
        SpoiltBlock = -1;
        BlockDigests = null;
        Good = null;
        Files = null;
    }
}

/// <summary>The running hash of a piece whose first bytes are no longer in memory; made by workers, kept by the engine.</summary>
public interface IPieceHash : IDisposable
{
    /// <summary>How many bytes of the piece have gone in, from its start.</summary>
    int Covered { get; }
}

/// <summary>How a stored file looks from outside: enough to see that it was not changed behind our back.</summary>
/// <param name="Length">Its length in bytes, or -1 where there is none.</param>
/// <param name="ModifiedTicks">When it was last written, in UTC ticks of 100 ns.</param>
public readonly record struct FileStamp(long Length, long ModifiedTicks)
{
    /// <summary>No such file.</summary>
    public static FileStamp Missing => new(-1, 0);
}

/// <summary>A file of another torrent that is the same, as far as anybody says, as one of ours.</summary>
/// <param name="Target">Our file.</param>
/// <param name="Location">Where the other torrent's data is; it may be in use, or not.</param>
/// <param name="File">The other torrent's file.</param>
/// <param name="IsSamePlace">Whether both are one file on disk: then there is nothing to copy.</param>
public sealed record CopySource(FileIndex Target, StorageLocation Location, FileIndex File, bool IsSamePlace);

/// <summary>Where a torrent's data lives and how.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="Directory">The absolute folder under which every path of the layout lies.</param>
/// <param name="Layout">Pieces and files.</param>
/// <param name="PieceHashes">The SHA-1 of every piece, for <see cref="DiskJobKind.Check"/>; empty where there is no v1 side.</param>
public sealed record StorageLocation(TorrentId Torrent, string Directory, PieceLayout Layout, ReadOnlyMemory<byte> PieceHashes)
{
    /// <summary>Where the pieces lie in the trees of a v2 side; null where there is none.</summary>
    public PieceTrees? Trees { get; init; }

    /// <summary>Whether pieces are named by SHA-1.</summary>
    public bool HasV1 => Trees is null || !PieceHashes.IsEmpty;

    /// <summary>Which files are wanted, by index; null for all. Others are neither made nor reserved.</summary>
    public IReadOnlyList<bool>? Wanted { get; init; }

    /// <summary>
    /// The name, in <see cref="Directory"/>, of the file that keeps bytes of unwanted files which share a piece with wanted ones; null: there is none, and such bytes go to their
    /// files. <c>docs/partial-files.md</c> describes it.
    /// </summary>
    public string? PartFile { get; init; }

    /// <summary>Whether a file is wanted.</summary>
    public bool Wants(FileIndex file) => Wanted is null || Wanted[file.Value];

    /// <summary>The usual name of a torrent's <see cref="PartFile"/>.</summary>
    public static string PartFileOf(InfoHashes hashes) => $".{hashes.Primary}.parts";
}
