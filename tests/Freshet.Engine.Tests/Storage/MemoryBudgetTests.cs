using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

public sealed class MemoryBudgetTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void A_fast_start_may_hold_more_in_memory_at_once()
    {
        using var pool = new BlockPool(MiB);
        var budget = new MemoryBudget(pool, StorageSettings.Default);
        budget.Advance(MonoTime.Zero);
        Assert.Equal(16 * MiB, budget.AllowanceBytes);

        // Of two seconds at that rate, one and a quarter may be written and not yet recorded.
        budget.Received(64 * MiB);
        Assert.Equal(48 * MiB, budget.AllowanceBytes);
    }

    [Fact]
    public void What_came_long_ago_allows_nothing()
    {
        using var pool = new BlockPool(MiB);
        var budget = new MemoryBudget(pool, StorageSettings.Default);
        budget.Received(64 * MiB);
        for (int second = 1; second <= 30; second++)
            budget.Advance(MonoTime.Zero + TimeSpan.FromSeconds(second));
        Assert.Equal(16 * MiB, budget.AllowanceBytes);
    }
}
