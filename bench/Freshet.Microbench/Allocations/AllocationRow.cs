using System.Globalization;

namespace Freshet.Microbench.Allocations;

/// <summary>A benchmark's bytes for one operation beside what it may have.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Bytes">What was measured.</param>
/// <param name="Budget">What is allowed; null: it has no entry.</param>
internal sealed record AllocationRow(string Name, long Bytes, long? Budget)
{
    /// <summary>Whether it allocates more than it may, or nobody has said how much it may.</summary>
    public bool IsOver => Budget is not { } allowed || Bytes > allowed;

    /// <summary>The rows as a table.</summary>
    public static string Table(IEnumerable<AllocationRow> rows)
        => string.Join('\n', rows.Select(row => row.ToString()).Prepend($"{"bytes/op",14} {"budget",14}  benchmark"));

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Bytes,14:N0} {Budget?.ToString("N0", CultureInfo.InvariantCulture) ?? "none",14}  {Name}{(IsOver ? "  OVER" : "")}");
}
