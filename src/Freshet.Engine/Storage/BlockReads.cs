using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Reads runs of blocks for peers, a bounded number of blocks at a time.</summary>
internal sealed class BlockReads(TorrentStorage torrent, SessionStorage session)
{
    /// <summary>The longest run, in blocks: 256 KiB, from where on a longer read saves nothing. A pump asks for no more at once.</summary>
    public const int MaxRun = 16;

    private readonly Stack<PendingRead> _spare = [];

    /// <summary>Blocks that are being read.</summary>
    public int Out { get; private set; }

    /// <summary>Begins to read a run, or as much of its start as there is memory for; says how many bytes, 0 where nothing was begun.</summary>
    public int Read(BlockRange run, IBlockRequester requester, MonoTime now)
    {
        int wanted = Math.Min((run.Length + BlockRange.BlockLength - 1) / BlockRange.BlockLength, MaxRun);
        wanted = Math.Min(wanted, Math.Min(session.Settings.MaxReads - Out, session.Memory.SpareForReading));
        if (wanted <= 0)
            return 0;
        if (!_spare.TryPop(out PendingRead? read))
            read = new PendingRead(this, torrent);
        int count = 0;
        while (count < wanted && session.Pool.TryRent(count == 0 ? default : read.Leases[count - 1], wanted - count, out read.Leases[count]))
            count++;
        if (count == 0)
        {
            _spare.Push(read);
            return 0;
        }

        run = run with { Length = Math.Min(run.Length, count * BlockRange.BlockLength) };
        Out += count;
        read.Requester = requester;
        DiskJob job = session.TakeJob(DiskJobKind.Read, torrent.Location.Torrent);
        job.Range = run;
        job.Blocks = read.Leases;
        job.BlockCount = count;
        torrent.Submit(job, read, now);
        return run.Length;
    }

    private void Done(PendingRead read, DiskJob job, MonoTime now)
    {
        int count = job.BlockCount;
        Out -= count;
        IBlockRequester requester = read.Requester!;
        read.Requester = null;
        if (job.Error is not null || torrent.IsStopping)
        {
            GiveBack(read, count);
            count = 0;
        }

        // Not spare before the requester has taken its leases: it may ask for more.
        requester.BlocksRead(job.Range, read.Leases.AsSpan(0, count), job.Error, now);
        _spare.Push(read);
    }

    private void GiveBack(PendingRead read, int count)
    {
        foreach (BufferLease lease in read.Leases.AsSpan(0, count))
            session.Pool.Return(lease);
    }

    private sealed class PendingRead(BlockReads reads, TorrentStorage torrent) : IDiskJobHandler
    {
        public TorrentStorage Torrent => torrent;

        public BufferLease[] Leases { get; } = new BufferLease[MaxRun];

        public IBlockRequester? Requester { get; set; }

        public void Handle(DiskJob job, MonoTime now) => reads.Done(this, job, now);
    }
}
