using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// The pieces of one torrent between their first block and their write: owns the leases of received blocks, has whole pieces hashed, right ones
/// written, wrong ones taken apart for blame, and incomplete ones spilled when told to.
/// </summary>
internal sealed partial class PieceStore
{
    private const string SpoiltMessage = "other bytes were read back than were written: the disk, its cable or the memory may be failing; the piece is fetched again";

    private readonly SessionStorage _session;
    private readonly IPieceVerifier _verifier;
    private readonly PieceLayout _layout;
    private readonly PieceJobs _jobs;
    private readonly PieceBuffers _buffers;

    /// <summary>Pieces that failed and have not been right since: their blocks' digests are wanted when they are.</summary>
    private readonly HashSet<int> _suspect = [];

    public PieceStore(TorrentStorage torrent, SessionStorage session, IPieceVerifier verifier)
    {
        Torrent = torrent;
        _session = session;
        _verifier = verifier;
        _layout = torrent.Location.Layout;
        _jobs = new PieceJobs(torrent, session);
        _buffers = new PieceBuffers(this, session);
        Have = new Bitfield(_layout.PieceCount);
    }

    public TorrentStorage Torrent { get; }

    /// <summary>Pieces that are right and written.</summary>
    public Bitfield Have { get; }

    /// <summary>Pieces that are neither; for reading only. A list, because walking an interface allocates.</summary>
    public List<PieceBuffer> OpenPieces => _buffers.All;

    /// <summary>Whether a piece is right but not yet written.</summary>
    public bool IsVerified(PieceIndex piece)
        => _buffers.Find(piece) is { Phase: PiecePhase.Verified };

    /// <summary>Takes a block, or gives its lease back where it is not wanted.</summary>
    public bool Accept(BlockRange range, BufferLease lease, ConnectionId sender, MonoTime now)
    {
        int block = range.BlockInPiece;
        if (!_layout.Contains(range) || Have[range.Piece] || range != _layout.Block(range.Piece, block))
        {
            _session.Pool.Return(lease);
            return false;
        }

        PieceBuffer buffer = _buffers.Open(range.Piece);
        if (buffer.Phase != PiecePhase.Filling || block >= buffer.BlockCount || buffer.IsReceived(block))
        {
            _session.Pool.Return(lease);
            return false;
        }

        ClearFiller(range, lease);
        buffer.Put(block, lease, sender, now);
        if (buffer.IsWhole)
            BeginHash(buffer, now);
        else if (_verifier.KnowsBlocksOf(range.Piece))
            BeginLeaves(buffer, now);
        return true;
    }

    /// <summary>Goes on with a piece that an earlier run left in part.</summary>
    public void Adopt(PartialPiece partial)
    {
        PieceBuffer buffer = _buffers.Open(partial.Piece);
        for (int block = partial.Blocks.NextSet(0); block >= 0; block = partial.Blocks.NextSet(block + 1))
            buffer.Adopt(block);
    }

    /// <summary>Has blocks, none of which is here or comes from anybody else meanwhile, brought from other torrents' files.</summary>
    public bool Copy(PieceIndex piece, int first, int count, IReadOnlyList<CopySource> sources, MonoTime now)
    {
        PieceBuffer buffer = _buffers.Open(piece);
        if (buffer.Phase != PiecePhase.Filling)
            return false;
        _jobs.Copy(buffer, first, count, sources, now);
        return true;
    }

    /// <summary>Writes what there is of an incomplete piece to its place and keeps the hash of its in-order prefix.</summary>
    public void Spill(PieceBuffer buffer, MonoTime now)
    {
        if (!buffer.MaySpill || Torrent.Trouble.IsActive)
            return;
        if (buffer.Phase == PiecePhase.Filling && Torrent.Location.HasV1)
            _jobs.HashPrefix(buffer, now);
        _jobs.WriteIdle(buffer, now);
    }

    /// <summary>Tries again after trouble, with the piece that failed; where none is left, the trouble is over.</summary>
    public void Probe(MonoTime now)
    {
        foreach (PieceBuffer buffer in OpenPieces)
        {
            bool hashes = buffer.Phase == PiecePhase.Whole && buffer.FailedAt == DiskJobKind.Hash;
            int run = hashes ? 0 : PieceJobs.FirstToWrite(buffer, 0);
            if (!buffer.HasFailed || run < 0)
                continue;

            // What else is out of this piece says first whether the trouble lasts.
            if (buffer.JobsOut > 0 || !Torrent.Trouble.TryProbe(now))
                return;
            buffer.IsProbe = true;
            if (hashes)
                _jobs.Hash(buffer, now);
            else
                _jobs.WriteRun(buffer, run, now);
            return;
        }

        Torrent.Retries.Over();
    }

    /// <summary>Does what waited for the end of trouble.</summary>
    public void Resume(MonoTime now)
    {
        foreach (PieceBuffer buffer in OpenPieces)
        {
            buffer.HasFailed = false;
            if (buffer.Phase == PiecePhase.Whole)
                BeginHash(buffer, now);
            else if (buffer.Phase == PiecePhase.Verified)
                _jobs.WriteIdle(buffer, now);
        }
    }

    /// <summary>Writes everything that is in memory, for a stop. What is to be hashed still is, once it is on its way.</summary>
    public void Flush(MonoTime now)
    {
        foreach (PieceBuffer buffer in OpenPieces)
        {
            buffer.HasFailed = false;
            if (buffer.MaySpill || buffer.Phase is PiecePhase.Whole or PiecePhase.Verified)
                _jobs.WriteIdle(buffer, now);
        }
    }

    /// <summary>Gives everything up that is in memory; what jobs use goes back when they do.</summary>
    public void Drop()
    {
        foreach (PieceBuffer buffer in OpenPieces)
            buffer.Drop();
    }

    /// <summary>Forgets every open piece; no job is out any more.</summary>
    public void Clear()
    {
        _doubtful.Clear();
        _buffers.Clear();
    }

    /// <summary>Whether no job is out and nothing waits in memory.</summary>
    public bool IsQuiet() => _buffers.AreQuiet();

    /// <summary>Gives up the largest piece that no job uses, for the sake of other torrents.</summary>
    /// <returns>The blocks that came free, or 0.</returns>
    public int Shed(MonoTime now)
    {
        if (_buffers.LargestIdle() is not { } largest)
            return 0;
        int freed = largest.IdleCount;
        PieceIndex piece = largest.Piece;
        largest.Drop();
        Close(largest);
        Torrent.Owner.PieceLost(piece, now);
        return freed;
    }

    /// <summary>The blocks on disk of pieces that are not had, for the record.</summary>
    public IReadOnlyList<PartialPieceRecord> Partials() => _buffers.Partials();

    public void Handle(PieceBuffer buffer, DiskJob job, MonoTime now)
    {
        buffer.JobsOut--;
        bool wasProbe = buffer.IsProbe;
        buffer.IsProbe = false;
        switch (job.Kind)
        {
            case DiskJobKind.Write:
                buffer.EndWrite(job.FirstBlock, job.BlockCount, job.Error is null);
                buffer.LeafJobsOut -= job.Leaves is null ? 0 : 1;
                break;
            case DiskJobKind.HashLeaves:
                buffer.LeafJobsOut--;
                break;
            case DiskJobKind.Copy:
                if (job.Error is null && buffer.Phase == PiecePhase.Filling)
                    buffer.Adopt(job.FirstBlock, job.BlockCount);
                break;
            case DiskJobKind.HashPrefix:
                buffer.IsPrefixOut = false;
                buffer.Hash = job.Hash;
                break;
            case DiskJobKind.Hash:
                buffer.Hash = job.Hash;
                buffer.DisposeHash();
                buffer.SpoiltBlock = job.SpoiltBlock;
                if (buffer.Phase == PiecePhase.Hashing)
                    buffer.Phase = job.Error is not null ? PiecePhase.Whole : Judge(buffer, job);
                break;
            default:
                buffer.Digests = job.Error is null ? job.BlockDigests : null;
                break;
        }

        buffer.Unpin(job.FirstBlock, job.BlockCount, now);
        if (job.Kind is DiskJobKind.HashPrefix && job.Error is not null)
            buffer.DisposeHash();
        if (job.Kind is DiskJobKind.Write or DiskJobKind.Copy && job.Error is null)
            Torrent.Book.BytesWritten(job.Range.Length, now);
        if (job.Kind is DiskJobKind.Write or DiskJobKind.Hash)
            NoteOutcome(buffer, job, wasProbe, now);
        if (job.Kind is DiskJobKind.Copy)
            AfterCopy(buffer, job, now);
        else if (job.Kind is DiskJobKind.Hash && job.Error is null)
            AfterHash(buffer, now);
        else if (job.Kind is DiskJobKind.HashLeaves)
            AfterLeaves(buffer, now);
        else if (job.Kind is DiskJobKind.HashBlocks && buffer.Phase == PiecePhase.Verified && buffer.Digests is { } digests)
            Torrent.Owner.PieceProven(buffer.Piece, digests, now);
        Settle(buffer, now);
    }

    private void AfterCopy(PieceBuffer buffer, DiskJob job, MonoTime now)
    {
        Torrent.Owner.BlocksCopied(new BlocksCopied(job.Range, job.Sources, job.Error, job.IsSourceAtFault, job.SharedBytes), now);
        if (buffer.Phase == PiecePhase.Filling && buffer.IsWhole)
            BeginHash(buffer, now);
        else if (buffer.Phase == PiecePhase.Filling && buffer.ReceivedCount == 0 && buffer.JobsOut == 0)
            Close(buffer);
    }

    private PiecePhase Judge(PieceBuffer buffer, DiskJob job)
    {
        buffer.Root = job.Root;
        Verdict verdict = _verifier.Judge(buffer.Piece, job.Digest, job.Root);
        buffer.IsInConflict = verdict == Verdict.Conflict;
        return PhaseOf(verdict);
    }

    private void NoteOutcome(PieceBuffer buffer, DiskJob job, bool wasProbe, MonoTime now)
    {
        if (job.Error is { } error)
        {
            buffer.HasFailed = true;
            buffer.FailedAt = job.Kind;
            Torrent.Retries.Failed(error, wasProbe, now);
        }
        else if (wasProbe)
        {
            buffer.HasFailed = false;
            Torrent.Retries.Over();
        }
    }

    private void AfterHash(PieceBuffer buffer, MonoTime now)
    {
        if (buffer.Phase == PiecePhase.Verified)
        {
            if (_suspect.Remove(buffer.Piece.Value))
                Prove(buffer, now);
            _jobs.WriteIdle(buffer, now);
        }
        else if (buffer.Phase == PiecePhase.Wrong)
        {
            // Hashed was not what was received: that says nothing of the senders.
            if (buffer.SpoiltBlock >= 0 || buffer.IsInConflict)
                return;
            _suspect.Add(buffer.Piece.Value);

            // One sender has sent all: no need to tell blocks apart.
            if (buffer.Senders.AsSpan(0, buffer.BlockCount).ContainsAnyExcept(buffer.Senders[0]))
                TellApart(buffer, now);
        }
    }

    /// <summary>Does what the piece's phase asks for next, once it is free to.</summary>
    private void Settle(PieceBuffer buffer, MonoTime now)
    {
        PieceIndex piece = buffer.Piece;
        switch (buffer.Phase)
        {
            case PiecePhase.Filling or PiecePhase.Whole or PiecePhase.Unjudged or PiecePhase.Doubtful or PiecePhase.Verified when Torrent.IsStopping && buffer.HasFailed:
                // Nobody waits for space to come back: what could not be written is fetched again some day. What is on disk is recorded.
                buffer.Drop();
                break;
            case PiecePhase.Whole:
                BeginHash(buffer, now);
                break;
            case PiecePhase.Verified when buffer.IsAllOnDisk && buffer.JobsOut == 0:
                Finish(buffer, now);
                break;
            case PiecePhase.Verified:
                _jobs.WriteIdle(buffer, now);
                break;
            case PiecePhase.Unjudged or PiecePhase.Doubtful when Torrent.IsStopping:
                _jobs.WriteIdle(buffer, now);
                break;
            case PiecePhase.Doubtful when buffer.JobsOut == 0 && _verifier.KnowsBlocksOf(piece):
                SortOut(buffer, now);
                break;
            case PiecePhase.Wrong when buffer.JobsOut == 0:
                Fail(buffer, now);
                break;
        }
    }

    private void Fail(PieceBuffer buffer, MonoTime now)
    {
        PieceIndex piece = buffer.Piece;
        int spoilt = buffer.SpoiltBlock;
        bool isInConflict = buffer.IsInConflict;
        var failure = new PieceFailure(piece, [.. buffer.Senders.AsSpan(0, buffer.BlockCount)], buffer.Digests);
        buffer.Drop();
        Close(buffer);
        Torrent.Book.Changed(now);
        if (isInConflict && spoilt < 0)
        {
            Torrent.Owner.PieceInConflict(piece, now);
            return;
        }

        if (spoilt < 0)
        {
            Torrent.Owner.PieceFailed(failure, now);
            return;
        }

        FileIndex file = _layout.FileAt(_layout.OffsetOf(piece) + ((long)spoilt * BlockRange.BlockLength));
        Torrent.Owner.PieceSpoilt(piece, new DiskError(DiskErrorKind.Device, _layout.Files[file.Value].Path, SpoiltMessage), now);
    }

    private void Finish(PieceBuffer buffer, MonoTime now)
    {
        PieceIndex piece = buffer.Piece;
        Close(buffer);
        Have[piece] = true;
        Torrent.Book.Changed(now);
        Torrent.Owner.PieceWritten(piece, now);
    }

    private void BeginHash(PieceBuffer buffer, MonoTime now)
    {
        buffer.Phase = PiecePhase.Whole;
        if (!buffer.IsPrefixOut && buffer.LeafJobsOut == 0 && !Torrent.Trouble.IsActive)
            _jobs.Hash(buffer, now);
    }

    /// <summary>Forgets a piece that no job uses and that holds no lease.</summary>
    private void Close(PieceBuffer buffer)
    {
        _doubtful.Remove(buffer.Piece.Value);
        _buffers.Close(buffer);
    }
}
