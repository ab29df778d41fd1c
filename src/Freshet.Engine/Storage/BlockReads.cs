using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Reads blocks for peers, a bounded number at a time.</summary>
internal sealed class BlockReads(TorrentStorage torrent, SessionStorage session)
{
    private readonly Stack<PendingRead> _spare = [];

    /// <summary>Reads that are out.</summary>
    public int Out { get; private set; }

    public bool TryRead(BlockRange range, IBlockRequester requester, MonoTime now)
    {
        if (Out >= session.Settings.MaxReads || !session.Memory.CanSpareForReading
            || !session.Pool.TryRent(default, 1, out BufferLease lease))
        {
            return false;
        }

        Out++;
        if (!_spare.TryPop(out PendingRead? read))
            read = new PendingRead(this, torrent);
        read.Requester = requester;
        read.Lease[0] = lease;
        DiskJob job = session.TakeJob(DiskJobKind.Read, torrent.Location.Torrent);
        job.Range = range;
        job.Blocks = read.Lease;
        job.BlockCount = 1;
        torrent.Submit(job, read, now);
        return true;
    }

    private void Done(PendingRead read, DiskJob job, MonoTime now)
    {
        Out--;
        IBlockRequester requester = read.Requester!;
        BufferLease lease = read.Lease[0];
        read.Requester = null;
        read.Lease[0] = default;
        _spare.Push(read);
        if (job.Error is not null || torrent.IsStopping)
        {
            session.Pool.Return(lease);
            lease = default;
        }

        requester.BlockRead(job.Range, lease, job.Error, now);
    }

    private sealed class PendingRead(BlockReads reads, TorrentStorage torrent) : IDiskJobHandler
    {
        public TorrentStorage Torrent => torrent;

        public BufferLease[] Lease { get; } = new BufferLease[1];

        public IBlockRequester? Requester { get; set; }

        public void Handle(DiskJob job, MonoTime now) => reads.Done(this, job, now);
    }
}
