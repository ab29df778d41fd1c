using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.Tests.Loop;

public sealed class IdlePoolTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Memory_goes_back_to_the_system_once_no_block_was_out_for_a_while()
    {
        using var pool = new BlockPool(4 * 1024 * 1024);
        var idle = new IdlePool(pool);
        MonoTime now = MonoTime.Zero;
        Assert.True(pool.TryRent(default, 1, out BufferLease lease));
        Assert.True(idle.Look(now).IsNever);
        pool.Return(lease);
        MonoTime due = idle.Look(now += Moment);
        Assert.Equal(now + IdlePool.Patience, due);
        Assert.Equal(due, idle.Look(due - Moment));
        Assert.NotEqual(0, pool.AllocatedBytes);
        Assert.True(idle.Look(due).IsNever);
        Assert.Equal(0, pool.AllocatedBytes);
    }

    [Fact]
    public void A_pause_of_a_download_frees_nothing()
    {
        using var pool = new BlockPool(4 * 1024 * 1024);
        var idle = new IdlePool(pool);
        Assert.True(pool.TryRent(default, 1, out BufferLease lease));
        idle.Look(MonoTime.Zero);
        pool.Return(lease);
        MonoTime due = idle.Look(MonoTime.Zero + Moment);
        Assert.True(pool.TryRent(default, 1, out lease));
        Assert.True(idle.Look(due).IsNever);
        Assert.NotEqual(0, pool.AllocatedBytes);
        pool.Return(lease);
    }
}
