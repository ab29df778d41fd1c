namespace Freshet.Benching;

/// <summary>What one run yielded.</summary>
internal sealed class Figures
{
    private readonly Dictionary<Quantity, double> _all = [];

    /// <summary>What figures alone do not say, or empty.</summary>
    public string Remark { get; init; } = "";

    public double this[Quantity quantity]
    {
        get => _all[quantity];
        init => _all[quantity] = value;
    }

    public override string ToString() => string.Join(", ", _all.Select(static pair => $"{pair.Key.Name} {pair.Key.Write(pair.Value)}"));
}
