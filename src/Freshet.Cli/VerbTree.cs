using System.CommandLine;
using System.CommandLine.Help;
using Freshet.Cli.Commands;
using Freshet.Cli.Output;
using Freshet.Cli.Settings;

namespace Freshet.Cli;

/// <summary>
/// The verbs with their options. A command line that begins with a verb needs no other, and gets none: each kind of option is compiled for itself when it is first
/// made, and all of them together cost a start some 10 ms.
/// </summary>
internal sealed class VerbTree
{
    private VerbTree(Streams streams, string? only)
    {
        var globals = new GlobalOptions();
        Root = new RootCommand("Freshet downloads and makes torrents: verified, resumable and fast.");
        globals.AddTo(Root);
        foreach ((string name, Func<Command> make) in Verbs(globals, streams))
        {
            if (only is null || name == only)
                Root.Subcommands.Add(make());
        }

        var help = new NamedHelp(streams);
        Root.Options.OfType<HelpOption>().Single().Action = help;
        Root.SetAction(help.Invoke);
        Settings = new SettingsBinding(Root, globals.Config, streams, only is null ? () => this : () => new VerbTree(streams, only: null));
    }

    /// <summary>Where parsing begins.</summary>
    public RootCommand Root { get; }

    /// <summary>What gives the options of these verbs their values where the command line says nothing.</summary>
    public SettingsBinding Settings { get; }

    /// <summary>As many verbs as a command line needs: its own, or all where it does not begin with one.</summary>
    public static VerbTree For(IReadOnlyList<string> arguments, Streams streams)
        => new(streams, arguments is [var first, ..] && CanStandAlone(first) ? first : null);

    // Those that are not here look at the others.
    private static bool CanStandAlone(string verb)
        => verb is "download" or "create" or "seed" or "publish" or "follow" or "info" or "verify" or "magnet" or "tracker" or "dht" or "demo" or "version" or "completion";

    private (string Name, Func<Command> Make)[] Verbs(GlobalOptions globals, Streams streams) =>
    [
        ("download", () => new DownloadCommand(globals, streams).Create()),
        ("create", () => new CreateCommand(globals, streams).Create()),
        ("seed", () => new SeedCommand(globals, streams).Create()),
        ("publish", () => new PublishCommand(globals, streams).Create()),
        ("follow", () => new FollowCommand(globals, streams).Create()),
        ("info", () => new InfoCommand(globals, streams).Create()),
        ("verify", () => new VerifyCommand(globals, streams).Create()),
        ("magnet", () => new MagnetCommand(globals, streams).Create()),
        ("tracker", () => new TrackerCommand(globals, streams).Create()),
        ("dht", () => new DhtCommand(globals, streams).Create()),
        ("demo", () => new DemoCommand(globals, streams).Create()),
        ("config", () => new ConfigCommand(globals, streams).Create(() => Settings)),
        ("version", () => new VersionCommand(globals, streams).Create()),
        ("completion", () => new CompletionCommand(streams).Create()),
        ("help", () => new HelpCommand(globals, streams).Create(Root)),
    ];
}
