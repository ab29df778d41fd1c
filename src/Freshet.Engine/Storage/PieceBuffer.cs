using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>What is happening to a piece that is not yet written.</summary>
internal enum PiecePhase : byte
{
    /// <summary>Blocks are missing.</summary>
    Filling,

    /// <summary>Whole; to be hashed once the prefix is, or once the trouble is over.</summary>
    Whole,

    /// <summary>With a hash worker.</summary>
    Hashing,

    /// <summary>Hashed; what the hash must be is not known yet (BEP 52).</summary>
    Unjudged,

    /// <summary>The hash is wrong, several have sent it, and peers are asked what the hashes of its blocks must be (BEP 52).</summary>
    Doubtful,

    /// <summary>The hash is right; to be written, or being written.</summary>
    Verified,

    /// <summary>The hash is wrong; its blocks are hashed one by one, and jobs that still use it are waited for.</summary>
    Wrong,

    /// <summary>Given up; goes when its last job is back.</summary>
    Dropped,
}

/// <summary>
/// A piece between its first block and its write: who sent each block, its lease, whether it is on disk, and how many jobs use it.
/// A lease goes back when its block is on disk (or given up) and no job uses it: in <see cref="Unpin"/> or <see cref="Drop"/>, nowhere else.
/// </summary>
internal sealed class PieceBuffer(PieceStore store, MemoryBudget budget, BlockPool pool, int capacity, bool hasLeaves) : IDiskJobHandler
{
    private const byte ReceivedFlag = 1;
    private const byte OnDiskFlag = 2;
    private const byte WritingFlag = 4;

    private readonly byte[] _flags = new byte[capacity];
    private readonly byte[] _pins = new byte[capacity];

    // Only of pieces that were spilled once; kept for the next.
    private Sha1Hash[]? _received;

    /// <inheritdoc/>
    public TorrentStorage Torrent => store.Torrent;

    public PieceIndex Piece { get; private set; }

    /// <summary>Its blocks, those at its end that are filler left out: they are zero wherever the piece is hashed.</summary>
    public int BlockCount { get; private set; }

    /// <summary>The leases by block, as jobs take them: what is pinned does not change.</summary>
    public BufferLease[] Leases { get; } = new BufferLease[capacity];

    public ConnectionId[] Senders { get; } = new ConnectionId[capacity];

    public PiecePhase Phase { get; set; }

    /// <summary>The position in the store's list of open pieces.</summary>
    public int Position { get; set; }

    public int ReceivedCount { get; private set; }

    public int OnDiskCount { get; private set; }

    /// <summary>Blocks in memory that no job uses.</summary>
    public int IdleCount { get; private set; }

    /// <summary>When the oldest idle block came, about: spilling takes them all at once.</summary>
    public MonoTime OldestIdle { get; private set; }

    public int JobsOut { get; set; }

    /// <summary>The running hash of the in-order prefix, and whether a job has it.</summary>
    public IPieceHash? Hash { get; set; }

    public bool IsPrefixOut { get; set; }

    /// <summary>Whether its last write or read failed: it is the one to probe with.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Which kind of job failed.</summary>
    public DiskJobKind FailedAt { get; set; }

    /// <summary>Whether the job that is out is the probe.</summary>
    public bool IsProbe { get; set; }

    public Sha1Hash[]? Digests { get; set; }

    /// <summary>The SHA-256 of each block's data, as far as it is known, all zero where not; null where the torrent has no v2 side.</summary>
    public Sha256Hash[]? Leaves { get; } = hasLeaves ? new Sha256Hash[capacity] : null;

    /// <summary>Jobs that are filling <see cref="Leaves"/>: the piece is not hashed before they are back.</summary>
    public int LeafJobsOut { get; set; }

    /// <summary>The root of the piece's subtree, once it was hashed.</summary>
    public Sha256Hash Root { get; set; }

    /// <summary>Whether the two sides of a hybrid disagree about it.</summary>
    public bool IsInConflict { get; set; }

    /// <summary>Whether its blocks may go to disk though nobody knows yet that they are right.</summary>
    public bool MaySpill => Phase is PiecePhase.Filling or PiecePhase.Unjudged or PiecePhase.Doubtful;

    /// <summary>The digests of blocks that went to disk before the piece was whole, as they were received; null where none did.</summary>
    public Sha1Hash[]? Received { get; private set; }

    /// <summary>A block that our disk gave back otherwise than it was received, or -1.</summary>
    public int SpoiltBlock { get; set; }

    public bool IsWhole => ReceivedCount == BlockCount;

    public bool IsAllOnDisk => OnDiskCount == BlockCount;

    public void Open(PieceIndex piece, int blockCount)
    {
        Piece = piece;
        BlockCount = blockCount;
        Phase = PiecePhase.Filling;
        ReceivedCount = OnDiskCount = 0;
        HasFailed = IsProbe = IsInConflict = false;
        Digests = null;
        Received = null;
        SpoiltBlock = -1;
        LeafJobsOut = 0;
        if (Leaves is not null)
            Array.Clear(Leaves);
        Array.Clear(_flags);
    }

    public bool IsReceived(int block) => (_flags[block] & ReceivedFlag) != 0;

    public bool IsOnDisk(int block) => (_flags[block] & OnDiskFlag) != 0;

    /// <summary>Whether the block waits to be written and no write of it is out.</summary>
    public bool IsToWrite(int block) => !Leases[block].IsNone && (_flags[block] & (OnDiskFlag | WritingFlag)) == 0;

    /// <summary>Takes a block whose lease is ours from here on.</summary>
    public void Put(int block, BufferLease lease, ConnectionId sender, MonoTime now)
    {
        _flags[block] = ReceivedFlag;
        Leases[block] = lease;
        Senders[block] = sender;
        ReceivedCount++;
        AddIdle(now);
    }

    /// <summary>A block is wrong, and no job uses it: it is to come again.</summary>
    public void TakeBack(int block)
    {
        if (!Leases[block].IsNone)
        {
            IdleCount--;
            budget.IdleBlocks--;
            Release(block);
        }

        ReceivedCount--;
        OnDiskCount -= IsOnDisk(block) ? 1 : 0;
        _flags[block] = 0;
        Leaves![block] = default;
        if (Received is not null)
            Received[block] = default;
    }

    /// <summary>Whether a job uses a block.</summary>
    public bool IsPinned(int block) => _pins[block] > 0;

    /// <summary>Notes blocks that were copied from other torrents' files.</summary>
    public void Adopt(int first, int count)
    {
        for (int block = first; block < first + count; block++)
            Adopt(block);
    }

    /// <summary>Notes a block that an earlier run left on disk.</summary>
    public void Adopt(int block)
    {
        _flags[block] = ReceivedFlag | OnDiskFlag;
        Senders[block] = PieceFailure.FromDisk;
        ReceivedCount++;
        OnDiskCount++;
    }

    /// <summary>Blocks go to disk before the piece is whole: from here on it is known what they were.</summary>
    public void NoteReceived()
    {
        if (Received is not null)
            return;
        Received = _received ??= new Sha1Hash[capacity];
        Array.Clear(Received);
    }

    /// <summary>A job uses these blocks, as far as they are in memory.</summary>
    public void Pin(int first, int count)
    {
        for (int block = first; block < first + count; block++)
        {
            if (Leases[block].IsNone)
                continue;
            if (_pins[block]++ == 0)
            {
                IdleCount--;
                budget.IdleBlocks--;
                budget.QueuedBlocks++;
            }
        }
    }

    /// <summary>The job is done with these blocks.</summary>
    public void Unpin(int first, int count, MonoTime now)
    {
        for (int block = first; block < first + count; block++)
        {
            if (Leases[block].IsNone || --_pins[block] > 0)
                continue;
            budget.QueuedBlocks--;
            if (Phase == PiecePhase.Dropped || IsOnDisk(block))
                Release(block);
            else
                AddIdle(now);
        }
    }

    /// <summary>A write of these blocks goes out.</summary>
    public void BeginWrite(int first, int count)
    {
        for (int block = first; block < first + count; block++)
            _flags[block] |= WritingFlag;
    }

    /// <summary>A write of these blocks came back; to be followed by <see cref="Unpin"/>.</summary>
    public void EndWrite(int first, int count, bool isWritten)
    {
        for (int block = first; block < first + count; block++)
        {
            _flags[block] &= unchecked((byte)~WritingFlag);
            if (!isWritten)
                continue;
            _flags[block] |= OnDiskFlag;
            OnDiskCount++;
        }
    }

    /// <summary>Gives up what is in memory: idle leases go back now, those that a job uses when it is done.</summary>
    public void Drop()
    {
        Phase = PiecePhase.Dropped;
        for (int block = 0; block < BlockCount; block++)
        {
            if (Leases[block].IsNone || _pins[block] > 0)
                continue;
            IdleCount--;
            budget.IdleBlocks--;
            Release(block);
        }
    }

    public void DisposeHash()
    {
        Hash?.Dispose();
        Hash = null;
    }

    public void Handle(DiskJob job, MonoTime now) => store.Handle(this, job, now);

    private void AddIdle(MonoTime now)
    {
        if (IdleCount++ == 0)
            OldestIdle = now;
        budget.IdleBlocks++;
    }

    private void Release(int block)
    {
        pool.Return(Leases[block]);
        Leases[block] = default;
    }
}
