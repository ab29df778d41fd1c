using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Freshet.Cli.Commands;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli;

/// <summary>The whole command line: the tree of verbs, and what becomes of errors.</summary>
internal static class CommandLine
{
    /// <summary>Carries a command line out.</summary>
    /// <returns>The exit code: <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Streams streams)
    {
        ParseResult parsed = Build(streams).Parse(arguments);
        if (parsed.Action is ParseErrorAction)
            return Misused(parsed, streams);

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = streams.Out,
                Error = streams.Error,
                EnableDefaultExceptionHandler = false,
                // Verbs that run for long take care of signals themselves.
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration);
        }
        catch (CommandFailure failure)
        {
            return Failed(streams, failure.Message, failure.ExitCode);
        }
        catch (FreshetException failure)
        {
            return Failed(streams, failure.Message, ExitCode.For(failure.Error));
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException failure)
        {
            // Most often the reader of our output went away: `freshet info x | head`.
            return Failed(streams, failure.Message, ExitCode.Failure);
        }
        catch (Exception defect)
        {
            int exitCode = Failed(streams, $"this should not have happened, please report it: {defect.Message}", ExitCode.Failure);
            await streams.Error.WriteLineAsync(UrlSecrets.RedactText(defect.ToString()));
            return exitCode;
        }
    }

    /// <summary>The tree of verbs.</summary>
    public static RootCommand Build(Streams streams)
    {
        var globals = new GlobalOptions();
        var root = new RootCommand("Freshet downloads torrents: verified, resumable and fast.");
        globals.AddTo(root);
        root.Subcommands.Add(new DownloadCommand(globals, streams).Create());
        root.Subcommands.Add(new InfoCommand(globals, streams).Create());
        root.Subcommands.Add(new VerifyCommand(globals, streams).Create());
        root.Subcommands.Add(new TrackerCommand(globals, streams).Create());
        root.Subcommands.Add(new DemoCommand(globals, streams).Create());
        root.Subcommands.Add(new VersionCommand(globals, streams).Create());
        root.Subcommands.Add(new CompletionCommand(streams).Create());
        root.Subcommands.Add(new HelpCommand(globals, streams).Create(root));
        var help = new NamedHelp(streams);
        root.Options.OfType<HelpOption>().Single().Action = help;
        root.SetAction(help.Invoke);
        return root;
    }

    private static int Misused(ParseResult parsed, Streams streams)
    {
        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            streams.Error.WriteLine("freshet: " + TerminalText.Escape(message));
        string verb = string.Join(' ', PathOf(parsed.CommandResult));
        streams.Error.WriteLine(verb.Length == 0 ? "See freshet --help." : $"See freshet {verb} --help.");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> PathOf(System.CommandLine.Parsing.CommandResult result)
        => result.Parent is System.CommandLine.Parsing.CommandResult parent ? PathOf(parent).Append(result.Command.Name) : [];

    private static int Failed(Streams streams, string message, int exitCode)
    {
        try
        {
            streams.Error.WriteLine("freshet: " + TerminalText.Escape(UrlSecrets.RedactText(message)));
        }
        catch (IOException)
        {
            // Nobody listens any more; the exit code still says it.
        }

        return exitCode;
    }
}
