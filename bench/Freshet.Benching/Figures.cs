namespace Freshet.Benching;

/// <summary>What one run yielded, by the names of the quantities.</summary>
internal sealed class Figures
{
    private readonly Dictionary<string, (Quantity Quantity, double Figure)> _all = new(StringComparer.Ordinal);

    /// <summary>What figures alone do not say, or empty.</summary>
    public string Remark { get; init; } = "";

    public double this[Quantity quantity]
    {
        get => _all[quantity.Name].Figure;
        init => _all[quantity.Name] = (quantity, value);
    }

    public override string ToString() => string.Join(", ", _all.Values.Select(static pair => $"{pair.Quantity.Name} {pair.Quantity.Write(pair.Figure)}"));
}
