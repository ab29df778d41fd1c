using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <content>What its storage says.</content>
internal sealed partial class Torrent
{
    /// <inheritdoc/>
    public void StorageReady(IReadOnlyList<PartialPiece> partials, MonoTime now)
    {
        Awake.Load(Storage!.Have, partials);
        _watch.Set(now + WatchInterval);
        Lifecycle.Opened(now);
    }

    /// <inheritdoc/>
    public void CheckProgressed(long checkedBytes, long totalBytes, MonoTime now)
        => Lifecycle.CheckProgress = totalBytes == 0 ? 1 : (double)checkedBytes / totalBytes;

    /// <inheritdoc/>
    public void CheckNeeded(MonoTime now) => Lifecycle.CheckNeeded(now);

    /// <inheritdoc/>
    public void FilesMissing(IReadOnlyList<FileIndex> files, MonoTime now)
    {
        string first = Layout.Files[files[0].Value].Path;
        string others = files.Count > 1 ? $" and {files.Count - 1} more" : "";
        Lifecycle.Fail($"{first}{others} was there and is gone from {Spec.Directory}: bring the drive or the files back, or check in full to fetch them again", now);
    }

    /// <inheritdoc/>
    public void FilesForeign(IReadOnlyList<FileIndex> files, MonoTime now)
    {
        string first = Layout.Files[files[0].Value].Path;
        string others = files.Count > 1 ? $" and {files.Count - 1} more" : "";
        Lifecycle.Fail(
            $"{first}{others} in {Spec.Directory} holds nothing of this torrent, and would be overwritten: move it away, choose another folder, or allow it (--overwrite)", now);
    }

    /// <inheritdoc/>
    public void NotWhole(int pieces, MonoTime now)
        => Lifecycle.Fail($"{pieces} of {Layout.PieceCount} pieces are in {Spec.Directory}: name the folder that the data is in (--output), or fetch the rest (--download)", now);

    /// <inheritdoc/>
    public void PieceWritten(PieceIndex piece, MonoTime now)
    {
        Picker.MarkVerified(piece);
        Blame.PiecePassed(piece);
        Wanted.Done(piece);
        Lifecycle.CountForRecord(now);
        Session.Effects.Publish(new PieceNotice(Id, piece));
        Session.Touched.Add(this);
        Awake.NewPieces.Add(piece);
        Session.Work.Add(this);
        if (Picker.IsComplete)
            Lifecycle.WantedChanged(now);
    }

    /// <inheritdoc/>
    public void PieceFailed(PieceFailure failure, MonoTime now)
    {
        Session.Touched.Add(this);
        Figures.HashFailures++;
        Figures.Corrupt += Layout.LengthOf(failure.Piece);
        Picker.MarkFailed(failure.Piece);
        var senders = new HashSet<ConnectionId>(failure.Senders);
        senders.Remove(PieceFailure.FromDisk);
        foreach (ConnectionId sender in failure.Senders.Distinct())
        {
            if (Session.Connections.Find(sender) is { } peer)
                peer.HashFailures++;
        }

        Session.Effects.Publish(new PieceFailedNotice(Id, failure.Piece, senders.Count));
        Blame.PieceFailed(failure, now);
        Requester.WakeIdle();
    }

    /// <inheritdoc/>
    public void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now) => Blame.PieceProven(piece, digests, now);

    /// <inheritdoc/>
    public void PieceSpoilt(PieceIndex piece, DiskError error, MonoTime now)
    {
        Session.Effects.Publish(new DiskNotice(Id, error, WillRetry: true));
        PieceLost(piece, now);
    }

    /// <inheritdoc/>
    public void PieceLost(PieceIndex piece, MonoTime now)
    {
        Requester.DropPiece(piece, now);
        Blame.PieceDropped(piece);
    }

    /// <inheritdoc/>
    public void StorageTroubled(DiskError error, bool willRetry, MonoTime now)
    {
        Session.Effects.Publish(new DiskNotice(Id, error, willRetry));
        Lifecycle.Troubled(error, willRetry, now);
    }

    /// <inheritdoc/>
    public void StorageRecovered(MonoTime now) => Lifecycle.Recovered();

    /// <inheritdoc/>
    public void SyncFailed(DiskError error, MonoTime now)
        => Session.Effects.Publish(new DiskNotice(
            Id, error with { Message = $"{error.Message} when data was brought to the device: it may be lost; the next start checks it" }, WillRetry: false));

    /// <inheritdoc/>
    public void StorageClosed(MonoTime now)
    {
        _watch.Clear();
        Awake.NewPieces.Clear();
        Lifecycle.StorageClosed(now);
    }
}
