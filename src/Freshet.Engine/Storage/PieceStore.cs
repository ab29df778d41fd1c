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
    private readonly int _maxBlocks;
    private readonly Dictionary<int, PieceBuffer> _byPiece = [];
    private readonly List<PieceBuffer> _open = [];
    private readonly Stack<PieceBuffer> _spare = [];

    /// <summary>Pieces that failed and have not been right since: their blocks' digests are wanted when they are.</summary>
    private readonly HashSet<int> _suspect = [];

    public PieceStore(TorrentStorage torrent, SessionStorage session, IPieceVerifier verifier)
    {
        Torrent = torrent;
        _session = session;
        _verifier = verifier;
        _layout = torrent.Location.Layout;
        _maxBlocks = (_layout.PieceLength + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        Have = new Bitfield(_layout.PieceCount);
    }

    public TorrentStorage Torrent { get; }

    /// <summary>Pieces that are right and written.</summary>
    public Bitfield Have { get; }

    /// <summary>Pieces that are neither; for reading only. A list, because walking an interface allocates.</summary>
    public List<PieceBuffer> OpenPieces => _open;

    /// <summary>Whether a piece is right but not yet written.</summary>
    public bool IsVerified(PieceIndex piece)
        => _byPiece.TryGetValue(piece.Value, out PieceBuffer? buffer) && buffer.Phase == PiecePhase.Verified;

    /// <summary>Takes a block, or gives its lease back where it is not wanted.</summary>
    public bool Accept(BlockRange range, BufferLease lease, ConnectionId sender, MonoTime now)
    {
        int block = range.BlockInPiece;
        if (!_layout.Contains(range) || Have[range.Piece] || range != _layout.Block(range.Piece, block))
        {
            _session.Pool.Return(lease);
            return false;
        }

        PieceBuffer buffer = OpenPiece(range.Piece);
        if (buffer.Phase != PiecePhase.Filling || buffer.IsReceived(block))
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
        PieceBuffer buffer = OpenPiece(partial.Piece);
        for (int block = partial.Blocks.NextSet(0); block >= 0; block = partial.Blocks.NextSet(block + 1))
            buffer.Adopt(block);
    }

    /// <summary>Writes what there is of an incomplete piece to its place and keeps the hash of its in-order prefix.</summary>
    public void Spill(PieceBuffer buffer, MonoTime now)
    {
        if (!buffer.MaySpill || Torrent.Trouble.IsActive)
            return;
        if (buffer.Phase == PiecePhase.Filling && Torrent.Location.HasV1)
            BeginPrefix(buffer, now);
        WriteIdle(buffer, now);
    }

    /// <summary>Tries again after trouble, with the piece that failed; where none is left, the trouble is over.</summary>
    public void Probe(MonoTime now)
    {
        foreach (PieceBuffer buffer in _open)
        {
            bool hashes = buffer.Phase == PiecePhase.Whole && buffer.FailedAt == DiskJobKind.Hash;
            int run = hashes ? 0 : FirstToWrite(buffer, 0);
            if (!buffer.HasFailed || run < 0)
                continue;

            // What else is out of this piece says first whether the trouble lasts.
            if (buffer.JobsOut > 0 || !Torrent.Trouble.TryProbe(now))
                return;
            buffer.IsProbe = true;
            if (hashes)
                SubmitHash(buffer, now);
            else
                WriteRun(buffer, run, now);
            return;
        }

        Torrent.Retries.Over();
    }

    /// <summary>Does what waited for the end of trouble.</summary>
    public void Resume(MonoTime now)
    {
        foreach (PieceBuffer buffer in _open)
        {
            buffer.HasFailed = false;
            if (buffer.Phase == PiecePhase.Whole)
                BeginHash(buffer, now);
            else if (buffer.Phase == PiecePhase.Verified)
                WriteIdle(buffer, now);
        }
    }

    /// <summary>Writes everything that is in memory, for a stop. What is to be hashed still is, once it is on its way.</summary>
    public void Flush(MonoTime now)
    {
        foreach (PieceBuffer buffer in _open)
        {
            buffer.HasFailed = false;
            if (buffer.MaySpill || buffer.Phase is PiecePhase.Whole or PiecePhase.Verified)
                WriteIdle(buffer, now);
        }
    }

    /// <summary>Gives everything up that is in memory; what jobs use goes back when they do.</summary>
    public void Drop()
    {
        foreach (PieceBuffer buffer in _open)
            buffer.Drop();
    }

    /// <summary>Forgets every open piece; no job is out any more.</summary>
    public void Clear()
    {
        while (_open.Count > 0)
        {
            _open[^1].Drop();
            Close(_open[^1]);
        }
    }

    /// <summary>Whether no job is out and nothing waits in memory.</summary>
    public bool IsQuiet()
    {
        foreach (PieceBuffer buffer in _open)
        {
            if (buffer.JobsOut > 0 || buffer.IdleCount > 0)
                return false;
        }

        return true;
    }

    /// <summary>Gives up the largest piece that no job uses, for the sake of other torrents.</summary>
    /// <returns>The blocks that came free, or 0.</returns>
    public int Shed(MonoTime now)
    {
        PieceBuffer? largest = null;
        foreach (PieceBuffer buffer in _open)
        {
            if (buffer.JobsOut == 0 && buffer.IdleCount > (largest?.IdleCount ?? 0))
                largest = buffer;
        }

        if (largest is null)
            return 0;
        int freed = largest.IdleCount;
        PieceIndex piece = largest.Piece;
        largest.Drop();
        Close(largest);
        Torrent.Owner.PieceLost(piece, now);
        return freed;
    }

    /// <summary>The blocks on disk of pieces that are not had, for the record.</summary>
    public IReadOnlyList<PartialPieceRecord> Partials()
    {
        List<PartialPieceRecord>? partials = null;
        foreach (PieceBuffer buffer in _open)
        {
            if (buffer.OnDiskCount == 0 || buffer.Phase == PiecePhase.Wrong)
                continue;
            byte[] blocks = new byte[(buffer.BlockCount + 7) / 8];
            for (int block = 0; block < buffer.BlockCount; block++)
            {
                if (buffer.IsOnDisk(block))
                    blocks[block >> 3] |= (byte)(0x80 >> (block & 7));
            }

            (partials ??= []).Add(new PartialPieceRecord(buffer.Piece, blocks));
        }

        return partials ?? (IReadOnlyList<PartialPieceRecord>)[];
    }

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
        if (job.Kind is DiskJobKind.Write && job.Error is null)
            Torrent.Book.BytesWritten(job.Range.Length, now);
        if (job.Kind is DiskJobKind.Write or DiskJobKind.Hash)
            NoteOutcome(buffer, job, wasProbe, now);
        if (job.Kind is DiskJobKind.Hash && job.Error is null)
            AfterHash(buffer, now);
        else if (job.Kind is DiskJobKind.HashLeaves)
            AfterLeaves(buffer, now);
        else if (job.Kind is DiskJobKind.HashBlocks && buffer.Phase == PiecePhase.Verified && buffer.Digests is { } digests)
            Torrent.Owner.PieceProven(buffer.Piece, digests, now);
        Settle(buffer, now);
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
            WriteIdle(buffer, now);
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
                WriteIdle(buffer, now);
                break;
            case PiecePhase.Unjudged or PiecePhase.Doubtful when Torrent.IsStopping:
                WriteIdle(buffer, now);
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
            SubmitHash(buffer, now);
    }

    private void SubmitHash(PieceBuffer buffer, MonoTime now)
    {
        buffer.Phase = PiecePhase.Hashing;
        Submit(buffer, DiskJobKind.Hash, 0, buffer.BlockCount, now);
    }

    private void BeginPrefix(PieceBuffer buffer, MonoTime now)
    {
        int covered = buffer.Hash?.Covered ?? 0;
        if (buffer.IsPrefixOut || covered % BlockRange.BlockLength != 0)
            return;
        int first = covered / BlockRange.BlockLength;
        int end = first;
        while (end < buffer.BlockCount && !buffer.Leases[end].IsNone)
            end++;
        if (end == first)
            return;
        buffer.IsPrefixOut = true;
        Submit(buffer, DiskJobKind.HashPrefix, first, end - first, now);
    }

    private void WriteIdle(PieceBuffer buffer, MonoTime now)
    {
        if (Torrent.Trouble.IsActive && !Torrent.IsStopping)
            return;
        for (int block = FirstToWrite(buffer, 0); block >= 0; block = FirstToWrite(buffer, block))
            block = WriteRun(buffer, block, now);
    }

    private static int FirstToWrite(PieceBuffer buffer, int from)
    {
        for (int block = from; block < buffer.BlockCount; block++)
        {
            if (buffer.IsToWrite(block))
                return block;
        }

        return -1;
    }

    /// <summary>Writes the run of blocks that starts here; returns where it ends.</summary>
    private int WriteRun(PieceBuffer buffer, int first, MonoTime now)
    {
        int end = first + 1;
        while (end < buffer.BlockCount && buffer.IsToWrite(end))
            end++;
        buffer.BeginWrite(first, end - first);
        Submit(buffer, DiskJobKind.Write, first, end - first, now);
        return end;
    }

    private void Submit(PieceBuffer buffer, DiskJobKind kind, int first, int count, MonoTime now)
    {
        buffer.Pin(first, count);
        buffer.JobsOut++;
        DiskJob job = _session.TakeJob(kind, Torrent.Location.Torrent);
        int offset = first * BlockRange.BlockLength;
        int length = Math.Min(count * BlockRange.BlockLength, _layout.LengthOf(buffer.Piece) - offset);
        job.Range = new BlockRange(buffer.Piece, offset, length);
        job.Blocks = buffer.Leases;
        job.FirstBlock = first;
        job.BlockCount = count;
        bool isSpilt = kind is DiskJobKind.Write && buffer.Phase != PiecePhase.Verified;
        if (isSpilt && Torrent.Location.HasV1)
            buffer.NoteReceived();
        if (isSpilt || kind is DiskJobKind.Hash or DiskJobKind.HashLeaves)
            job.Leaves = buffer.Leaves;
        if (job.Leaves is not null && kind != DiskJobKind.Hash)
            buffer.LeafJobsOut++;
        if (kind is DiskJobKind.Write or DiskJobKind.Hash or DiskJobKind.HashBlocks)
            job.Received = buffer.Received;
        if (kind is DiskJobKind.Hash or DiskJobKind.HashPrefix)
            job.Hash = buffer.Hash;
        Torrent.Submit(job, buffer, now);
    }

    private PieceBuffer OpenPiece(PieceIndex piece)
    {
        if (_byPiece.TryGetValue(piece.Value, out PieceBuffer? buffer))
            return buffer;
        if (!_spare.TryPop(out buffer))
            buffer = new PieceBuffer(this, _session.Memory, _session.Pool, _maxBlocks, hasLeaves: Torrent.Location.Trees is not null);
        buffer.Open(piece, _layout.BlocksIn(piece));
        buffer.Position = _open.Count;
        _open.Add(buffer);
        _byPiece.Add(piece.Value, buffer);
        return buffer;
    }

    /// <summary>Forgets a piece that no job uses and that holds no lease.</summary>
    private void Close(PieceBuffer buffer)
    {
        buffer.DisposeHash();
        _doubtful.Remove(buffer.Piece.Value);
        PieceBuffer last = _open[^1];
        _open[buffer.Position] = last;
        last.Position = buffer.Position;
        _open.RemoveAt(_open.Count - 1);
        _byPiece.Remove(buffer.Piece.Value);
        _spare.Push(buffer);
    }
}
