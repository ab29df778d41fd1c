namespace Freshet.Core.Tests;

public sealed class BlockPoolTests
{
    [Fact]
    public void A_block_is_returned_once()
    {
        using var pool = new BlockPool(1 << 20);
        Assert.True(pool.TryRent(default, 1, out BufferLease lease));
        pool.Return(lease);
        Assert.Contains("twice", Assert.Throws<InvalidOperationException>(() => pool.Return(lease)).Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.RentedBlocks);
    }

    [Fact]
    public void Who_holds_blocks_can_be_asked()
    {
        using var pool = new BlockPool(1 << 20);
        Assert.True(pool.TryRent(default, 1, out BufferLease lease));
#if DEBUG
        Assert.Contains(nameof(Who_holds_blocks_can_be_asked), pool.DescribeHolders(), StringComparison.Ordinal);
#else
        Assert.Equal("1 blocks", pool.DescribeHolders());
#endif
        pool.Return(lease);
    }
}
