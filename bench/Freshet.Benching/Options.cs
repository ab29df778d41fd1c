namespace Freshet.Benching;

/// <summary>The options of one row as the command line gave them.</summary>
internal sealed class Options
{
    private readonly Dictionary<Option, string> _values;

    private Options(Dictionary<Option, string> values) => _values = values;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FormatException">One is not known, or has no value.</exception>
    public static Options Parse(string[] args, IReadOnlyList<Option> known)
    {
        var values = known.ToDictionary(static option => option, static option => option.Default);
        for (int i = 0; i < args.Length; i += 2)
        {
            Option option = known.FirstOrDefault(option => option.Name == args[i]) ?? throw new FormatException($"There is no option {args[i]} here.");
            values[option] = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
        }

        return new Options(values);
    }

    public static string Help(IReadOnlyList<Option> known) => string.Join('\n', known.Select(static option =>
        $"  {option.Name,-16} {option.Help}{(option.Default.Length > 0 ? $" (default {option.Default})" : "")}"));

    public string Text(Option option) => _values[option];

    public IReadOnlyList<string> Words(Option option) => _values[option].Split(',', StringSplitOptions.RemoveEmptyEntries);

    public int Number(Option option) => (int)Amount(option);

    public double Amount(Option option) => Amount(option, _values[option]);

    public IReadOnlyList<double> Amounts(Option option) => [.. Words(option).Select(word => Amount(option, word))];

    private static double Amount(Option option, string word)
        => double.TryParse(word, out double amount) && amount >= 0 ? amount : throw new FormatException($"{option.Name} takes numbers, and '{word}' is none.");

    /// <summary>What differs from the defaults and has to do with what is measured, as a command line says it.</summary>
    public override string ToString() => string.Concat(_values.Where(static pair => pair.Key != Option.Report && pair.Value != pair.Key.Default).Select(static pair => $" {pair.Key.Name} {pair.Value}"));
}
