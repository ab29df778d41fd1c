using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// What <see cref="TorrentStorage"/> tells the torrent it belongs to. Called while one of its own calls, or one of
/// <see cref="SessionStorage"/>'s, runs.
/// </summary>
public interface ITorrentStorageOwner
{
    /// <summary>
    /// What is on disk is known and blocks may come. <see cref="TorrentStorage.Have"/> holds the pieces;
    /// <paramref name="partials"/> the blocks of further pieces that need not be fetched.
    /// </summary>
    void StorageReady(IReadOnlyList<PartialPiece> partials, MonoTime now);

    /// <summary>Data is to be hashed before blocks may come: <see cref="TorrentStorage.Check"/> begins with it, when it is this torrent's turn.</summary>
    void CheckNeeded(MonoTime now);

    /// <summary>Pieces were looked at: bytes done of bytes to check.</summary>
    void CheckProgressed(long checkedBytes, long totalBytes, MonoTime now);

    /// <summary>
    /// Files that held verified data are gone, at the start (a drive that is not mounted?) or while the torrent runs. Nothing was made or forgotten; the
    /// storage closes by itself.
    /// A later <see cref="TorrentStorage.Start"/> of a new storage looks again; <see cref="DiskCheck.Full"/> starts over with what is there.
    /// </summary>
    void FilesMissing(IReadOnlyList<FileIndex> files, MonoTime now);

    /// <summary>
    /// Files stand where the torrent's would go, none of their bytes is right, and no record says that we wrote them: nothing was changed, the storage closes.
    /// </summary>
    void FilesForeign(IReadOnlyList<FileIndex> files, MonoTime now);

    /// <summary>Not every piece is there, and <see cref="StartPolicy.OnlyWhole"/> was asked for. Nothing was made; the storage closes by itself.</summary>
    void NotWhole(int pieces, MonoTime now);

    /// <summary>A piece has the right hash and its write has returned: tell peers.</summary>
    void PieceWritten(PieceIndex piece, MonoTime now);

    /// <summary>A piece had the wrong hash; all of its blocks are wanted again.</summary>
    void PieceFailed(PieceFailure failure, MonoTime now);

    /// <summary>A piece that failed before is right now: the digests of its blocks, by which the liars of earlier attempts are told. Comes before
    /// <see cref="PieceWritten"/>; left out where the blocks could not be read.</summary>
    void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now);

    /// <summary>Blocks that <see cref="TorrentStorage.Copy"/> was asked for are on disk, not yet proved, or could not be brought there.</summary>
    void BlocksCopied(BlocksCopied copied, MonoTime now)
    {
    }

    /// <summary>
    /// A piece had the wrong hash because our own disk gave back other bytes than were received: nobody is to blame, and all of its blocks are wanted again.
    /// </summary>
    void PieceSpoilt(PieceIndex piece, DiskError error, MonoTime now);

    /// <summary>Some blocks of a piece are wrong and known to be (BEP 52): they are wanted again, the others stay.</summary>
    void BlocksFailed(BlocksFailure failure, MonoTime now);

    /// <summary>A piece was wrong, and several have sent it: can its blocks' hashes be asked for (BEP 52)? <see cref="TorrentStorage.LeavesAnswered"/> follows where they can.</summary>
    bool LeavesNeeded(PieceIndex piece, MonoTime now);

    /// <summary>A hybrid's piece is right by one version and wrong by the other: no bytes can be right by both. The torrent is to be stopped.</summary>
    void PieceInConflict(PieceIndex piece, MonoTime now);

    /// <summary>Blocks of a piece had to be given up for nobody's fault: all of its blocks are wanted again.</summary>
    void PieceLost(PieceIndex piece, MonoTime now);

    /// <summary>
    /// The disk makes trouble. With <paramref name="willRetry"/> stop fetching until <see cref="StorageRecovered"/>; without it a person must help: stop
    /// the torrent with the error as its reason.
    /// </summary>
    void StorageTroubled(DiskError error, bool willRetry, MonoTime now);

    /// <summary>Writing works again: fetch on.</summary>
    void StorageRecovered(MonoTime now);

    /// <summary>
    /// fdatasync failed: what was written since the last good one is not promised to survive, and will be checked at the next start.
    /// Downloading may go on.
    /// </summary>
    void SyncFailed(DiskError error, MonoTime now);

    /// <summary>Everything is written or given up, every lease is back, no job is out, the files are closed: forget this storage.</summary>
    void StorageClosed(MonoTime now);
}

/// <summary>A piece of which some blocks are on disk, not yet known to be right.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Blocks">The blocks that are there.</param>
public sealed record PartialPiece(PieceIndex Piece, Bitfield Blocks);

/// <summary>What became of a copy from other torrents' files.</summary>
/// <param name="Range">The blocks, a run within a piece.</param>
/// <param name="Sources">The files that they were to come from.</param>
/// <param name="Error">Why they did not; null where they did.</param>
/// <param name="IsSourceAtFault">Whether the trouble is with the other torrent's files.</param>
/// <param name="SharedBytes">Bytes that take no space of their own.</param>
public sealed record BlocksCopied(BlockRange Range, IReadOnlyList<CopySource> Sources, DiskError? Error, bool IsSourceAtFault, long SharedBytes);

/// <summary>Blocks with wrong hashes.</summary>
/// <param name="Piece">Their piece.</param>
/// <param name="Blocks">Their positions in it.</param>
/// <param name="Senders">Who sent each, <see cref="PieceFailure.FromDisk"/> for what an earlier run left.</param>
public sealed record BlocksFailure(PieceIndex Piece, IReadOnlyList<int> Blocks, IReadOnlyList<ConnectionId> Senders);

/// <summary>A piece with a wrong hash.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Senders">Who sent each block, <see cref="FromDisk"/> for what an earlier run left.</param>
/// <param name="Digests">
/// The SHA-1 of each block as it was received (with a v2 side the start of its SHA-256), wherever it has been since; null where one peer sent all, or where what an earlier run left could not be read.
/// </param>
public sealed record PieceFailure(PieceIndex Piece, ConnectionId[] Senders, Sha1Hash[]? Digests)
{
    /// <summary>The "sender" of blocks that were on disk already: nobody to blame.</summary>
    public static ConnectionId FromDisk => PieceSources.Local;
}
