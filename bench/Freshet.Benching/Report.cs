using System.Text;

namespace Freshet.Benching;

/// <summary>The page of a row: how it was measured, who took part, medians with their spread, slopes and start-up, us beside the others, goals.</summary>
internal sealed class Report(Row row, Options options, Outcome outcome)
{
    private readonly StringBuilder _text = new();
    private readonly bool _hasKinds = outcome.Kinds.Any(static kind => kind.Length > 0);

    public string Write(string command, IEnumerable<string> versions, int runs)
    {
        _text.Append($"# {row.Title}\n\n`{command}`: {(runs == 1 ? "one run of each" : $"medians of {runs} runs in rotated order, in parentheses how far the extremes lie apart as a part of the median")}. {row.Method(options)}\n\n");
        foreach (string version in versions)
            _text.Append($"- {version}\n");
        WriteMedians();
        WriteSlopes();
        WriteComparison();
        WriteGoals();
        return _text.ToString();
    }

    private void WriteMedians()
    {
        bool hasRemarks = outcome.Cases.Any(@case => Takers(@case.Kind).Any(client => outcome.Remark(client, @case).Length > 0));
        WriteHead(["case", "client", .. row.Quantities.Select(static quantity => quantity.Name), .. hasRemarks ? ["of the last run"] : Array.Empty<string>()]);
        foreach (Case @case in outcome.Cases)
        {
            foreach (string client in Takers(@case.Kind))
            {
                IEnumerable<string> cells = row.Quantities.Select(quantity => Cell(quantity, outcome.Of(client, @case, quantity)));
                WriteLine([@case.ToString(), client, .. cells, .. hasRemarks ? [outcome.Remark(client, @case)] : Array.Empty<string>()]);
            }
        }

        static string Cell(Quantity quantity, IReadOnlyCollection<double> figures)
            => quantity.Write(Statistics.Median(figures)) + (figures.Count > 1 && figures.Max() > figures.Min() && figures.Max() > 0 ? $" ({Statistics.Spread(figures):0%})" : "");
    }

    private void WriteSlopes()
    {
        string[] kinds = [.. outcome.Kinds.Where(outcome.HasSlope)];
        Quantity[] growing = [.. row.Quantities.Where(static quantity => quantity.Growth is not null)];
        if (kinds.Length == 0 || growing.Length == 0)
            return;
        _text.Append("\nThe slope over the sizes (the median over all pairs of runs of two sizes), and start-up, which is what is left at size zero:\n");
        WriteHead([.. OfKind("case"), "client", .. growing.SelectMany(static quantity => new[] { quantity.Growth!.Name, $"start-up {quantity.Name}" })]);
        foreach (string kind in kinds)
        {
            foreach (string client in Takers(kind))
            {
                WriteLine([.. OfKind(kind), client, .. growing.SelectMany(quantity => new[]
                {
                    Slope(quantity, outcome.Slope(client, kind, quantity)), quantity.Write(outcome.StartUp(client, kind, quantity)),
                })]);
            }
        }

        static string Slope(Quantity quantity, double slope) => IsFigure(slope) ? quantity.WriteOverall(slope) : "–";
    }

    /// <summary>The first client's figures as parts of the others'.</summary>
    private void WriteComparison()
    {
        string first = outcome.Clients.First();
        string[] others = [.. outcome.Clients.Skip(1)];
        if (others.Length == 0)
            return;
        WriteHead([.. OfKind("case"), $"{first}'s", .. others.Select(static other => $"against {other}")]);
        foreach (string kind in outcome.Kinds.Where(kind => outcome.Has(first, kind)))
        {
            foreach (Quantity quantity in row.Quantities)
            {
                WriteLine([.. OfKind(kind), outcome.OverallName(kind, quantity), .. others.Select(other => outcome.Has(other, kind)
                    ? Ratio(outcome.Overall(first, kind, quantity) / outcome.Overall(other, kind, quantity)) : "–")]);
            }
        }
    }

    private void WriteGoals()
    {
        Goal[] goals = [.. row.Goals.Where(IsJudged)];
        if (goals.Length == 0)
            return;
        WriteHead(["goal", "seen", ""]);
        foreach (Goal goal in goals)
        {
            double seen = outcome.Overall(goal.Client, goal.Kind, goal.Quantity);
            if (goal.IsRatio)
                seen /= outcome.Overall(goal.Against ?? goal.Client, goal.AgainstKind ?? goal.Kind, goal.Quantity);
            bool isReached = goal.IsAtLeast ? seen >= goal.Bound : seen <= goal.Bound;
            string beside = goal.IsRatio ? $" × {string.Join(' ', new[] { goal.Against, goal.AgainstKind }.Where(static part => part is not null))}'s" : "";
            string who = outcome.Clients.First() == goal.Client ? "" : $"{goal.Client}'s ";
            string what = $"{goal.Kind} {who}{outcome.OverallName(goal.Kind, goal.Quantity)} {(goal.IsAtLeast ? '≥' : '≤')} {goal.Bound}{beside}".TrimStart();
            WriteLine([what, goal.IsRatio ? Ratio(seen) : goal.Quantity.WriteOverall(seen), !IsFigure(seen) ? "lost in the noise" : isReached ? "reached" : "**missed**"]);
        }
    }

    /// <summary>A cell of the column of kinds, which a row of one kind does not have.</summary>
    private string[] OfKind(string cell) => _hasKinds ? [cell] : [];

    /// <summary>Whether there are figures for it; a goal that a slope is meant by is not judged by one size, which start-up is in.</summary>
    private bool IsJudged(Goal goal) => outcome.Has(goal.Client, goal.Kind) && outcome.Has(goal.Against ?? goal.Client, goal.AgainstKind ?? goal.Kind)
        && (goal.Quantity.Growth is null || outcome.HasSlope(goal.Kind));

    /// <summary>Whether a slope, or what was divided by one, says anything: what is not more at a larger size was lost in the noise.</summary>
    private static bool IsFigure(double slope) => double.IsFinite(slope) && slope > 0;

    private static string Ratio(double ratio) => IsFigure(ratio) ? $"{ratio:0.00} ×" : "–";

    private IEnumerable<string> Takers(string kind) => outcome.Clients.Where(client => outcome.Has(client, kind));

    private void WriteHead(string[] columns)
    {
        _text.Append('\n');
        WriteLine(columns);
        WriteLine([.. columns.Select(static _ => "---")]);
    }

    private void WriteLine(string[] cells) => _text.Append($"| {string.Join(" | ", cells)} |\n");
}
