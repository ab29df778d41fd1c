using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Freshet.Cli.Settings;

namespace Freshet.Cli.Parsing;

/// <summary>A text in a value's form, or not.</summary>
internal delegate bool TryParser<T>(string text, out T? value);

/// <summary>Options of the shapes that verbs have in common, and how their values are read; what is wrong is said in one way.</summary>
internal static class OptionShapes
{
    public static Setting<string> Choice(string name, string description, params string[] values)
    {
        var option = new Setting<string>(name)
        {
            Description = $"{description}: {string.Join(" or ", values)}",
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => values[0],
        };
        option.Among(values);
        return option;
    }

    /// <summary>Has an option take these values and no others.</summary>
    public static void Among<T>(this Option<T> option, params string[] values)
    {
        option.CompletionSources.Add(values);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => !values.Contains(token.Value, StringComparer.Ordinal)) is { } odd)
                result.AddError($"{option.Name} takes {string.Join(", ", values[..^1])} or {values[^1]}, not '{odd.Value}'.");
        });
    }

    public static Setting<TimeSpan?> Duration(string name, string description, bool mayBeZero = false) => new(name)
    {
        Description = $"{description}: {DurationText.Help}",
        HelpName = "D",
        CustomParser = result => ParsedDuration(result, mayBeZero),
    };

    public static TimeSpan? ParsedDuration(ArgumentResult result, bool mayBeZero = false)
        => Parsed(result, "a duration " + DurationText.Help, (string text, out TimeSpan? duration) =>
        {
            bool ok = DurationText.TryParse(text, out TimeSpan parsed) && (parsed > TimeSpan.Zero || (mayBeZero && parsed == TimeSpan.Zero));
            duration = parsed;
            return ok;
        });

    /// <summary>A rate; 0 is no limit, null that nothing was said.</summary>
    public static Setting<long?> Rate(string name, string description) => new(name)
    {
        Description = $"{description}: {RateText.Help}",
        HelpName = "RATE",
        CustomParser = result => Parsed(result, "a rate " + RateText.Help, (string text, out long? rate) =>
        {
            bool ok = RateText.TryParse(text, out long parsed);
            rate = parsed;
            return ok;
        }),
    };

    /// <summary>A number, or auto: what is measured or found out; that is the default.</summary>
    public static Setting<NumberOrAuto> NumberOrAuto(string name, string description, int least) => new(name)
    {
        Description = description,
        HelpName = "N|auto",
        DefaultValueFactory = static _ => default,
        CustomParser = result => result.Tokens is [{ Value: "auto" }] ? default : new NumberOrAuto(ParsedNumber(result, least, int.MaxValue)),
    };

    public static int? ParsedNumber(ArgumentResult result, int least, int most)
    {
        string wanted = most == int.MaxValue ? $"a number of at least {least}" : $"a number from {least} to {most}";
        return Parsed(result, wanted, (string text, out int? number) =>
        {
            bool ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most;
            number = value;
            return ok;
        });
    }

    public static T? Parsed<T>(ArgumentResult result, string wanted, TryParser<T> parser)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parser(text, out T? value))
            return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} takes {wanted}, not '{text}'.");
        return default;
    }

    public static T[] ParsedAll<T>(ArgumentResult result, string wanted, TryParser<T> parser)
    {
        var values = new List<T>();
        foreach (Token token in result.Tokens)
        {
            if (parser(token.Value, out T? value) && value is not null)
                values.Add(value);
            else
                result.AddError($"{(result.Parent as OptionResult)?.Option.Name} takes {wanted}, not '{token.Value}'.");
        }

        return [.. values];
    }
}
