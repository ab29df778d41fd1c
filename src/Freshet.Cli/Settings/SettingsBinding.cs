using System.CommandLine;
using System.CommandLine.Parsing;
using Freshet.Cli.Output;

namespace Freshet.Cli.Settings;

/// <summary>
/// Gives options their values from the environment and the configuration file, where the command line says nothing: option, then variable, then file, then
/// default. A value is read by the option itself, so that it may be what the option may be and wrong ones are told in the same words. Where a tree has not all verbs,
/// the whole one is asked which keys there are besides.
/// </summary>
internal sealed class SettingsBinding(RootCommand root, Option<string?> fileOption, Streams streams, Func<VerbTree> wholeTree)
{
    /// <summary>The variable that names another configuration file.</summary>
    public const string FileVariable = "FRESHET_CONFIG";

    private readonly Dictionary<string, List<ISetting>> _settings = SettingTree.All(root);

    /// <summary>Every setting by key, with the options that it sets.</summary>
    public IReadOnlyDictionary<string, List<ISetting>> Settings => _settings;

    /// <summary>The configuration file that a command line means, and whether it was named.</summary>
    public (string Path, bool IsNamed) FileFor(ParseResult parsed)
        => (parsed.GetValue(fileOption) ?? (streams.Variable(FileVariable) is { Length: > 0 } named ? named : null)) is { } path
            ? (Path.GetFullPath(path), true)
            : (Path.Combine(streams.Folders.Config, ConfigurationFile.Name), false);

    /// <summary>What the environment and the file give, by key, the environment first. Unknown keys are warned of.</summary>
    /// <exception cref="CommandFailure">The file cannot be read, or is not what it should be.</exception>
    public IReadOnlyDictionary<string, GivenSetting> Load(ParseResult parsed)
    {
        (string path, bool isNamed) = FileFor(parsed);
        var given = new Dictionary<string, GivenSetting>(StringComparer.Ordinal);
        foreach (GivenSetting setting in ConfigurationFile.Read(path, isOptional: !isNamed))
        {
            if (_settings.ContainsKey(setting.Key))
                given.Add(setting.Key, setting);
            else if (!wholeTree().Settings.Settings.ContainsKey(setting.Key))
                WarnOfUnknown(setting);
        }

        foreach (ISetting setting in _settings.Values.Select(same => same[0]))
        {
            if (streams.Variable(setting.Variable) is { Length: > 0 } text)
                given[setting.Key] = FromVariable(setting, text);
        }

        return given;
    }

    /// <summary>Gives the options of one verb what the environment and the file say.</summary>
    /// <exception cref="CommandFailure">A value makes no sense: the message names the place, the key and what is allowed.</exception>
    public void Apply(ParseResult parsed)
    {
        IReadOnlyDictionary<string, GivenSetting> given = Load(parsed);
        string[] problems = [.. SettingTree.Of(parsed.CommandResult.Command)
            .Where(setting => given.ContainsKey(setting.Key))
            .SelectMany(setting => Set(setting, given[setting.Key]))];
        if (problems.Length > 0)
            throw new CommandFailure(ExitCode.Configuration, string.Join(Environment.NewLine, problems));
    }

    /// <summary>What is wrong with a value, in sentences that name its place; nothing where all is well.</summary>
    public IReadOnlyList<string> Check(GivenSetting given)
        => [.. _settings[given.Key].SelectMany(setting => Read(setting, given).Problems).Distinct(StringComparer.Ordinal)];

    private IReadOnlyList<string> Set(ISetting setting, GivenSetting given)
    {
        if (given is { Texts.Count: 0, IsList: false })
            return [];
        (ParseResult parsed, IReadOnlyList<string> problems) = Read(setting, given);
        if (problems.Count == 0)
            setting.TakeDefault(parsed);
        return problems;
    }

    // By the verb that the option belongs to: one below it does not check it. The verb's other arguments are missing there, which is not what is asked.
    private (ParseResult Parsed, IReadOnlyList<string> Problems) Read(ISetting setting, GivenSetting given)
    {
        Command command = AndBelow(root).First(command => command.Options.Contains(setting.Option));
        string[] texts = [.. given.Texts.Select(text => setting.IsSwitch ? SwitchText(text) : text)];
        ParseResult parsed = command.Parse([.. texts.Select(text => $"{setting.Option.Name}={text}")]);
        IEnumerable<string> problems = setting.IsSwitch && texts.FirstOrDefault(text => !bool.TryParse(text, out _)) is { } odd
            ? [$" takes true or false, not '{odd}'"]
            : given.IsList && !setting.IsList
            ? [" takes one value, not a list"]
            : parsed.Errors
                .Where(error => error.SymbolResult is OptionResult result && result.Option == setting.Option
                    || error.SymbolResult?.Parent is OptionResult parent && parent.Option == setting.Option)
                .Select(error => CommandLine.InOneLine(error).Replace(setting.Option.Name, "", StringComparison.Ordinal));
        return (parsed, [.. problems.Select(problem => $"{given.Place}: {setting.Key}{problem}")]);
    }

    private static IEnumerable<Command> AndBelow(Command command) => command.Subcommands.SelectMany(AndBelow).Prepend(command);

    private static string SwitchText(string text) => text.ToLowerInvariant() switch
    {
        "1" or "yes" or "on" => "true",
        "0" or "no" or "off" => "false",
        _ => text,
    };

    private static GivenSetting FromVariable(ISetting setting, string text)
    {
        string[] texts = setting.IsList ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [text];
        return new GivenSetting(setting.Key, texts, setting.IsList, "environment", setting.Variable);
    }

    private void WarnOfUnknown(GivenSetting setting)
    {
        string? near = wholeTree().Settings.Settings.Keys.FirstOrDefault(key => IsNear(key, setting.Key));
        string guess = near is null ? "freshet config print lists them" : $"did you mean {near}?";
        streams.Error.WriteLine($"freshet: {TerminalText.Escape($"{setting.Place}: there is no setting {setting.Key}; {guess}")}");
    }

    // One letter too many, too few or wrong, or the name without its dashes.
    private static bool IsNear(string a, string b)
    {
        static string Plain(string text) => text.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        (a, b) = (Plain(a), Plain(b));
        int head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
            head++;
        int tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
            tail++;
        return Math.Max(a.Length, b.Length) - head - tail <= 1;
    }
}
