using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.Tests.Loop;

public sealed class HashBacklogTests
{
    private const int MiB = 1 << 20;

    private readonly HashBacklog _backlog = new();
    private readonly int _twoACore = 2 * Environment.ProcessorCount;

    [Fact]
    public void Eight_MiB_and_two_jobs_a_core_are_much()
    {
        int pieces = Math.Max(_twoACore, 8);
        for (int i = 0; i < pieces; i++)
        {
            _backlog.Add(Job(DiskJobKind.Hash, MiB));
            Assert.False(_backlog.IsMuch);
        }

        _backlog.Add(Job(DiskJobKind.Hash, MiB));
        Assert.True(_backlog.IsMuch);
        _backlog.Remove(Job(DiskJobKind.Hash, MiB));
        Assert.False(_backlog.IsMuch);
    }

    [Fact]
    public void Large_pieces_keep_every_worker_busy()
    {
        for (int i = 0; i < _twoACore; i++)
            _backlog.Add(Job(DiskJobKind.Hash, 64 * MiB));
        Assert.False(_backlog.IsMuch);
    }

    [Fact]
    public void A_disk_that_hangs_keeps_nobody_from_being_heard()
    {
        for (int i = 0; i < 100; i++)
            _backlog.Add(Job(DiskJobKind.Write, 64 * MiB));
        Assert.False(_backlog.IsMuch);
    }

    private static DiskJob Job(DiskJobKind kind, int length) => new() { Kind = kind, Range = new BlockRange(new PieceIndex(0), 0, length) };
}
