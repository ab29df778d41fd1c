using Freshet.Microbench.Allocations;

namespace Freshet.Microbench.Tests;

/// <summary>
/// Every benchmark keeps to its line of <c>bench/Freshet.Microbench/allocation-budget.json</c>. <c>FRESHET_APPROVE=1</c> writes what was measured into it, for the
/// review to see.
/// </summary>
public sealed class AllocationBudgetTests(ITestOutputHelper output)
{
    private static readonly bool Approves = Environment.GetEnvironmentVariable("FRESHET_APPROVE") == "1";

    public static TheoryData<string> Sets { get; } = [.. BenchmarkSet.All.Select(set => set.Name)];

    [Theory]
    [MemberData(nameof(Sets))]
    public void No_benchmark_allocates_more_than_its_budget(string name)
    {
        AllocationBudget budget = AllocationBudget.Load();
        BenchmarkSet set = BenchmarkSet.All.Single(set => set.Name == name);
        List<AllocationRow> rows = [.. set.Measure().Select(measured => new AllocationRow(measured.Name, measured.Bytes, budget.Of(measured.Name)))];
        output.WriteLine(AllocationRow.Table(rows));
        if (Approves)
            Approve(budget, rows);
        else
            Assert.False(rows.Exists(row => row.IsOver), $"over budget:\n{AllocationRow.Table(rows.Where(row => row.IsOver))}");
    }

    [Fact]
    public void Every_benchmark_has_a_budget_and_every_budget_a_benchmark()
    {
        if (Approves)
            return;
        string[] benchmarks = [.. BenchmarkSet.All.SelectMany(set => set.Cases()).Order(StringComparer.Ordinal)];
        Assert.Equal(benchmarks, AllocationBudget.Load().Names.ToArray());
    }

    [Theory]
    [InlineData("BlockPath.BlockIn(Peers=1)")]
    [InlineData("BlockPath.BlockIn(Peers=50)")]
    [InlineData("BlockPath.BlockOut(Peers=1)")]
    [InlineData("BlockPath.BlockOut(Peers=50)")]
    [InlineData("WireBlock.BlocksIn")]
    [InlineData("WireBlock.BlocksOut")]
    [InlineData("Picker.PickAndReceive(Pieces=1000000)")]
    [InlineData("RequestWindow.RequestAndBlock(Outstanding=2000)")]
    public void The_budget_of_a_blocks_path_is_nothing(string benchmark) => Assert.Equal(0, AllocationBudget.Load().Of(benchmark));

    [Fact]
    public void A_single_object_in_many_calls_is_counted()
    {
        object? kept = null;
        int calls = 0;
        long bytes = AllocationMeter.BytesPerCall(() => kept = ++calls % 64 == 0 ? new object() : kept);
        Assert.Equal(1, bytes);
        Assert.NotNull(kept);
    }

    private static void Approve(AllocationBudget budget, List<AllocationRow> rows)
    {
        foreach (AllocationRow row in rows)
            budget.Approve(row.Name, row.Bytes);
        budget.RemoveStale();
        budget.Save();
    }
}
