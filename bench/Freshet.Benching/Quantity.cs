namespace Freshet.Benching;

/// <summary>Something that a run yields a figure of.</summary>
/// <param name="Name">Its name with its unit.</param>
/// <param name="Format">How figures of it are written.</param>
/// <param name="Growth">What its slope over the amount says, or null where that has no meaning.</param>
internal sealed record Quantity(string Name, string Format, Growth? Growth = null)
{
    public static readonly Quantity Wall = new("wall s", "0.00", new("MiB/s", "0", static secondsEach => 1024 / secondsEach));
    public static readonly Quantity Rate = new("MiB/s in all", "0");
    public static readonly Quantity Cpu = new("CPU s", "0.00", new("CPU s/GiB", "0.000", static secondsEach => secondsEach));
    public static readonly Quantity Anonymous = new("RssAnon MiB", "0");

    public string Write(double figure) => figure.ToString(Format);

    /// <summary>Writes what clients are judged by.</summary>
    public string WriteOverall(double figure) => figure.ToString(Growth?.Format ?? Format);
}

/// <summary>What the slope of a quantity says.</summary>
/// <param name="Name">Its name with its unit.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Of">Makes it of what one more of the amount costs: that itself, or a rate.</param>
internal sealed record Growth(string Name, string Format, Func<double, double> Of);
