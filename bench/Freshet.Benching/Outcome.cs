namespace Freshet.Benching;

/// <summary>All runs of a row, and what they say together.</summary>
internal sealed class Outcome
{
    private readonly Dictionary<(string Client, Case Case), List<Figures>> _runs = [];

    public void Add(string client, Case @case, Figures figures)
    {
        if (!_runs.TryGetValue((client, @case), out List<Figures>? runs))
            _runs[(client, @case)] = runs = [];
        runs.Add(figures);
    }

    public IEnumerable<string> Clients => _runs.Keys.Select(static key => key.Client).Distinct(StringComparer.Ordinal);

    public IEnumerable<Case> Cases => _runs.Keys.Select(static key => key.Case).Distinct();

    public IEnumerable<string> Kinds => Cases.Select(static @case => @case.Kind).Distinct(StringComparer.Ordinal);

    public IReadOnlyList<double> Of(string client, Case @case, Quantity quantity) => [.. _runs[(client, @case)].Select(run => run[quantity])];

    public string Remark(string client, Case @case) => _runs[(client, @case)][^1].Remark;

    public bool Has(string client, string kind) => _runs.Keys.Any(key => key.Client == client && key.Case.Kind == kind);

    public bool HasSlope(string kind) => Cases.Where(@case => @case.Kind == kind).Select(static @case => @case.Amount).Distinct().Take(2).Count() == 2;

    /// <summary>What one more of the amount comes to, in the terms of the quantity's growth.</summary>
    public double Slope(string client, string kind, Quantity quantity) => quantity.Growth!.Of(Statistics.Slope(Points(client, kind, quantity)));

    /// <summary>What start and end come to.</summary>
    public double StartUp(string client, string kind, Quantity quantity) => Statistics.Intercept(Points(client, kind, quantity));

    /// <summary>The one figure that a client is judged by: the slope, or the median of the largest case where there is none.</summary>
    public double Overall(string client, string kind, Quantity quantity)
    {
        if (quantity.Growth is not null && HasSlope(kind))
            return Slope(client, kind, quantity);
        Case largest = Cases.Where(@case => @case.Kind == kind).MaxBy(static @case => @case.Amount)!;
        return Statistics.Median(Of(client, largest, quantity));
    }

    /// <summary>What that figure is called.</summary>
    public string OverallName(string kind, Quantity quantity) => quantity.Growth is { } growth && HasSlope(kind) ? growth.Name : quantity.Name;

    private List<(double Amount, double Cost)> Points(string client, string kind, Quantity quantity)
        => [.. _runs.Where(run => run.Key.Client == client && run.Key.Case.Kind == kind).SelectMany(run => run.Value.Select(figures => (run.Key.Case.Amount, figures[quantity])))];
}
