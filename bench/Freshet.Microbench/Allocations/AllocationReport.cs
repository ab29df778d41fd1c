namespace Freshet.Microbench.Allocations;

/// <summary>Prints what each benchmark allocates beside what it may.</summary>
internal static class AllocationReport
{
    /// <summary>Measures all benchmarks whose class's name contains a text.</summary>
    /// <returns>0 where everything is within its budget, else 1.</returns>
    public static int Run(string filter)
    {
        AllocationBudget budget = AllocationBudget.Load();
        List<AllocationRow> rows = [.. from set in BenchmarkSet.All
            where set.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)
            from measured in set.Measure()
            select new AllocationRow(measured.Name, measured.Bytes, budget.Of(measured.Name))];
        Console.WriteLine(AllocationRow.Table(rows));
        return rows.Exists(row => row.IsOver) ? 1 : 0;
    }
}
