using System.CommandLine;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Cli.Settings;

namespace Freshet.Cli;

/// <summary>The options that every verb takes.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Machine-readable output: one JSON document, or one event a line (docs/json-events.md)",
        Recursive = true,
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say only what went wrong", Recursive = true };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Log to standard error; -vv logs more",
        Recursive = true,
        Arity = ArgumentArity.Zero,
    };

    private readonly Setting<FileInfo?> _logFile = new("--log-file")
    {
        Description = "Write a detailed log to this file",
        HelpName = "F",
        Recursive = true,
    };

    private readonly Setting<string> _color = new("--color")
    {
        Description = "Colours: auto, always or never (auto: on a terminal, unless NO_COLOR is set)",
        HelpName = "WHEN",
        Recursive = true,
    };

    /// <summary>The configuration file, where it is not in its usual place.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Read this configuration file (freshet config path shows the usual one)",
        HelpName = "F",
        Recursive = true,
    };

    public GlobalOptions() => _color.Among("auto", "always", "never");

    public void AddTo(Command root)
    {
        root.Options.Add(_json);
        root.Options.Add(_quiet);
        root.Options.Add(_verbose);
        root.Options.Add(_logFile);
        root.Options.Add(_color);
        root.Options.Add(Config);
    }

    public CommandContext Read(ParseResult parsed, Streams streams) => new(streams)
    {
        Json = parsed.GetValue(_json),
        Quiet = parsed.GetValue(_quiet),
        Verbosity = parsed.GetResult(_verbose)?.IdentifierTokenCount ?? 0,
        LogFile = parsed.GetValue(_logFile)?.FullName,
        Color = Enum.Parse<ColorMode>(parsed.GetValue(_color) ?? "auto", ignoreCase: true),
    };
}
