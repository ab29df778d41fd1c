using System.CommandLine;
using System.CommandLine.Invocation;
using Freshet.Cli.Commands;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli;

/// <summary>The whole command line: what is called for, and what becomes of errors.</summary>
internal static class CommandLine
{
    /// <summary>Carries a command line out.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="streams">Where it reads and writes.</param>
    /// <param name="starting">Told of the verbs of the command that is about to start; not of a help or of a mistake.</param>
    /// <returns>The exit code: <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Streams streams, Action<string>? starting = null)
    {
        var verbs = VerbTree.For(arguments, streams);
        ParseResult parsed = verbs.Root.Parse(arguments);
        string[] problems = [.. parsed.Errors.Select(InOneLine).Concat(UnknownOptions(parsed)).Distinct(StringComparer.Ordinal)];
        if (parsed.Action is ParseErrorAction || problems.Length > 0)
            return Misused(parsed, problems, streams);

        try
        {
            if (TakesSettings(parsed))
            {
                verbs.Settings.Apply(parsed);
                parsed = verbs.Root.Parse(arguments);
            }

            if (parsed.Action is not NamedHelp)
                starting?.Invoke(string.Join(' ', PathOf(parsed.CommandResult)));
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
            return Failed(streams, failure.Message, failure.ExitCode, failure.Code);
        }
        catch (FreshetException failure)
        {
            return Failed(streams, failure.Message, ExitCode.For(failure.Error), failure.Code);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException failure)
        {
            // Most often the reader of our output went away: `freshet info x | head`.
            return Failed(streams, $"Output was cut short: {failure.Message.TrimEnd('.')}.", ExitCode.Failure, TroubleCodes.OutputClosed);
        }
        catch (Exception defect)
        {
            int exitCode = Failed(streams, $"this should not have happened, please report it: {defect.Message}", ExitCode.Failure, TroubleCodes.Defect);
            await streams.Error.WriteLineAsync(UrlSecrets.RedactText(defect.ToString()));
            return exitCode;
        }
    }

    // What helps to find the way must work with a configuration file that makes no sense.
    private static bool TakesSettings(ParseResult parsed)
        => parsed.Action is not NamedHelp && !parsed.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.Directive)
            && PathOf(parsed.CommandResult).FirstOrDefault() is not (null or "config" or "help" or "version" or "completion");

    internal static string InOneLine(System.CommandLine.Parsing.ParseError error)
    {
        string message = string.Join(", ", error.Message.Split('\n', StringSplitOptions.TrimEntries)).Replace(":, ", ": ", StringComparison.Ordinal);
        return error.SymbolResult is System.CommandLine.Parsing.OptionResult { Option.Name: var name } && !message.Contains(name, StringComparison.Ordinal)
            ? $"{name}: {message}"
            : message;
    }

    // What begins like an option and is none would else be taken for the name of a file; one that is so called is given behind --, or as ./--name.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
        => parsed.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.DoubleDash)
            ? []
            : parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>()
                .SelectMany(result => result.Tokens)
                .Where(token => token.Value.StartsWith("--", StringComparison.Ordinal))
                .Select(token => $"There is no option {token.Value}.");

    private static int Misused(ParseResult parsed, IEnumerable<string> problems, Streams streams)
    {
        foreach (string message in problems)
            streams.Error.WriteLine("freshet: " + TerminalText.Escape(message));
        string verb = string.Join(' ', PathOf(parsed.CommandResult));
        streams.Error.WriteLine(TroubleText.Tag(verb.Length == 0 ? "See freshet --help." : $"See freshet {verb} --help.", TroubleCodes.Usage));
        return ExitCode.Usage;
    }

    private static IEnumerable<string> PathOf(System.CommandLine.Parsing.CommandResult result)
        => result.Parent is System.CommandLine.Parsing.CommandResult parent ? PathOf(parent).Append(result.Command.Name) : [];

    private static int Failed(Streams streams, string message, int exitCode, string code)
    {
        try
        {
            foreach (string line in TroubleText.Tag(message, code).Split(Environment.NewLine))
                streams.Error.WriteLine("freshet: " + TerminalText.Escape(UrlSecrets.RedactText(line)));
        }
        catch (IOException)
        {
            // Nobody listens any more; the exit code still says it.
        }

        return exitCode;
    }
}
