using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>Takes what the storage of one run says to the parts that it concerns, in the words that a person is told.</summary>
internal sealed class StorageReports(Torrent torrent, SessionContext session) : ITorrentStorageOwner
{
    /// <inheritdoc/>
    public void StorageReady(IReadOnlyList<PartialPiece> partials, MonoTime now)
    {
        torrent.Awake.Load(torrent.Storage!.Have, partials);
        torrent.Awake.RequestWatch.Begin(now);
        torrent.Trees?.Asker.Begin(now);
        torrent.Lifecycle.Opened(now);
    }

    /// <inheritdoc/>
    public void CheckProgressed(long checkedBytes, long totalBytes, MonoTime now)
        => torrent.Lifecycle.Storage.CheckProgress = totalBytes == 0 ? 1 : (double)checkedBytes / totalBytes;

    /// <inheritdoc/>
    public void CheckNeeded(MonoTime now) => torrent.Lifecycle.CheckNeeded(now);

    /// <inheritdoc/>
    public void FilesMissing(IReadOnlyList<FileIndex> files, MonoTime now)
        => torrent.Lifecycle.Fail(
            $"{Names(files)} {(files.Count == 1 ? "was there and is" : "were there and are")} gone from {torrent.Spec.Directory}: bring the drive or the files back, or check in full to fetch them again", now);

    /// <inheritdoc/>
    public void FilesForeign(IReadOnlyList<FileIndex> files, MonoTime now)
        => torrent.Lifecycle.Fail(
            $"{Names(files)} in {torrent.Spec.Directory} holds nothing of this torrent, and would be overwritten: move it away, choose another folder, or allow it (--overwrite)", now);

    /// <inheritdoc/>
    public void NotWhole(int pieces, MonoTime now)
        => torrent.Lifecycle.Fail(
            $"{pieces} of {torrent.Layout.PieceCount} pieces are in {torrent.Spec.Directory}: name the folder that the data is in (--output), or fetch the rest (--download)", now);

    /// <inheritdoc/>
    public void PieceWritten(PieceIndex piece, MonoTime now)
    {
        torrent.Picker.MarkVerified(piece);
        torrent.Blame.PiecePassed(piece);
        torrent.Trees?.Verifier.ForgetBlocks(piece);
        torrent.Wanted.Done(piece);
        torrent.Lifecycle.Storage.Count(now);
        session.Effects.PieceDone(torrent.Id, piece);
        session.Touched.Add(torrent);
        torrent.Awake.News.Came(piece);
        torrent.Sharing.PieceWritten(piece);
        if (torrent.Picker.IsComplete)
            torrent.Lifecycle.WantedChanged(now);
    }

    /// <inheritdoc/>
    public void PieceFailed(PieceFailure failure, MonoTime now)
    {
        session.Touched.Add(torrent);
        torrent.Figures.HashFailures++;
        for (int block = 0; block < failure.Senders.Length; block++)
            torrent.Figures.Corrupt += failure.Senders[block] == PieceFailure.FromDisk ? 0 : torrent.Layout.Block(failure.Piece, block).Length;
        torrent.Picker.MarkFailed(failure.Piece);
        torrent.Sharing.PieceFailed(failure.Piece, isWrong: true, now);
        var senders = new HashSet<ConnectionId>(failure.Senders);
        senders.Remove(PieceFailure.FromDisk);
        foreach (ConnectionId sender in failure.Senders.Distinct())
        {
            if (session.Connections.Find(sender) is { } peer)
                peer.HashFailures++;
        }

        session.Effects.Publish(new PieceFailedNotice(torrent.Id, failure.Piece, senders.Count));
        torrent.Blame.PieceFailed(failure, now);
        torrent.Requester.WakeIdle();
    }

    /// <inheritdoc/>
    public void BlocksFailed(BlocksFailure failure, MonoTime now)
    {
        session.Touched.Add(torrent);
        torrent.Figures.HashFailures++;
        foreach (int block in failure.Blocks)
            torrent.Figures.Corrupt += torrent.Layout.Block(failure.Piece, block).Length;
        torrent.Picker.MarkBlocksWrong(failure.Piece, failure.Blocks);
        torrent.Sharing.PieceFailed(failure.Piece, isWrong: failure.Senders.Contains(PieceFailure.FromDisk), now);
        ConnectionId[] senders = [.. failure.Senders.Where(sender => sender != PieceFailure.FromDisk).Distinct()];
        foreach (ConnectionId sender in senders)
        {
            if (session.Connections.Find(sender) is { } peer)
                peer.HashFailures++;
        }

        session.Effects.Publish(new PieceFailedNotice(torrent.Id, failure.Piece, senders.Length));
        torrent.Blame.BlocksFailed(failure, now);
        torrent.Requester.WakeIdle();
    }

    /// <inheritdoc/>
    public bool LeavesNeeded(PieceIndex piece, MonoTime now) => torrent.Trees is { } trees && torrent.Lifecycle.IsOpen && trees.Asker.TryAskLeaves(piece, now);

    /// <inheritdoc/>
    public void PieceInConflict(PieceIndex piece, MonoTime now)
        => torrent.Lifecycle.Fail(
            $"piece {piece} ({torrent.Awake.Trees!.Layers.Trees.FileOf(piece).Path}) is right by the torrent's v1 hashes or by those of v2, but not by both: the torrent file contradicts itself", now);

    /// <inheritdoc/>
    public void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now) => torrent.Blame.PieceProven(piece, digests, now);

    /// <inheritdoc/>
    public void PieceSpoilt(PieceIndex piece, DiskError error, MonoTime now)
    {
        session.Effects.Publish(new DiskNotice(torrent.Id, error, WillRetry: true));
        PieceLost(piece, now);
    }

    /// <inheritdoc/>
    public void BlocksCopied(BlocksCopied copied, MonoTime now) => torrent.Sharing.Copied(copied, now);

    /// <inheritdoc/>
    public void PieceLost(PieceIndex piece, MonoTime now)
    {
        torrent.Requester.DropPiece(piece, now);
        torrent.Sharing.PieceFailed(piece, isWrong: false, now);
        torrent.Blame.PieceDropped(piece);
    }

    /// <inheritdoc/>
    public void StorageTroubled(DiskError error, bool willRetry, MonoTime now)
    {
        session.Effects.Publish(new DiskNotice(torrent.Id, error, willRetry));
        torrent.Lifecycle.Health.Troubled(error, willRetry, now);
    }

    /// <inheritdoc/>
    public void StorageRecovered(MonoTime now) => torrent.Lifecycle.Health.Recovered();

    /// <inheritdoc/>
    public void SyncFailed(DiskError error, MonoTime now)
        => session.Effects.Publish(new DiskNotice(
            torrent.Id, error with { Message = $"{error.Message} when data was brought to the device: it may be lost; the next start checks it" }, WillRetry: false));

    /// <inheritdoc/>
    public void StorageClosed(MonoTime now)
    {
        torrent.Awake.RequestWatch.End();
        torrent.Trees?.Asker.End();
        torrent.Awake.News.Forget();
        torrent.Lifecycle.StorageClosed(now);
    }

    private string Names(IReadOnlyList<FileIndex> files)
    {
        string first = torrent.Layout.Files[files[0].Value].Path;
        return files.Count > 1 ? $"{first} and {files.Count - 1} more" : first;
    }
}
