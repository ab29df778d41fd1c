using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet tracker test</c>: where it fails, and what to do about it.</summary>
internal sealed class TrackerTestCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string[]> _targets = new("TRACKER|TORRENT|HASH")
    {
        Description = TrackerTargets.Help + "; without a torrent or hash one that nobody has is announced, and taken back",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<TimeSpan?> _timeout = AskingTrackers.Timeout();

    public Command Create()
    {
        var command = new Command("test", "Find out step by step whether trackers work; 0 where all do") { _targets, _timeout };
        command.SetAction((parsed, cancellationToken) => TestAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> TestAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        TrackerTargets targets = await TrackerTargets.ReadAsync(parsed.GetRequiredValue(_targets), streams, cancellationToken);
        if (targets.Trackers.Count == 0)
            throw new CommandFailure(ExitCode.Usage, "there is nobody to ask: the torrents name no tracker; give the URL of one.", TroubleCodes.NoTracker);
        IReadOnlyList<TrackerTest> tests = await TrackerClient.TestAsync(
            targets.Trackers, targets.AnySwarm, parsed.GetValue(_timeout), cancellationToken: cancellationToken);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, tests));
        else
            WriteText(context.Out, tests);
        return tests.All(test => test.IsWorking) ? ExitCode.Ok : ExitCode.Network;
    }

    private static void WriteText(TextWriter output, IReadOnlyList<TrackerTest> tests)
    {
        foreach (TrackerTest test in tests)
        {
            output.WriteLine($"{TerminalText.Escape(test.Url)}: {(test.IsWorking ? "works" : "does not work")}");
            WriteSteps(output, test.Steps);
            foreach (TrackerTestRoute route in test.Routes)
            {
                output.WriteLine($"  over {AskingTrackers.NameOf(route.Family)}");
                WriteSteps(output, route.Steps);
            }
        }
    }

    private static void WriteSteps(TextWriter output, IReadOnlyList<TrackerTestStep> steps)
    {
        foreach (TrackerTestStep step in steps)
        {
            string elapsed = step.Elapsed is { } time ? time.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture) : "";
            output.WriteLine($"    {VerdictOf(step),-5} {step.Name,-9} {elapsed,9}  {TerminalText.Escape(step.Detail)}".TrimEnd());
            if (step.Advice is { } advice)
                output.WriteLine($"{"",28}→ {TerminalText.Escape(advice)}");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<TrackerTest> tests)
    {
        json.WriteStartArray();
        foreach (TrackerTest test in tests)
        {
            json.WriteStartObject();
            json.WriteString("url", test.Url);
            json.WriteString("protocol", test.Protocol);
            json.WriteBoolean("works", test.IsWorking);
            WriteSteps(json, test.Steps);
            json.WriteStartArray("routes");
            foreach (TrackerTestRoute route in test.Routes)
            {
                json.WriteStartObject();
                json.WriteString("family", AskingTrackers.NameOf(route.Family));
                json.WriteString("address", route.Address?.ToString());
                JsonText.WriteOptional(json, "intervalSeconds", (int?)route.Interval?.TotalSeconds);
                JsonText.WriteOptional(json, "minIntervalSeconds", (int?)route.MinInterval?.TotalSeconds);
                JsonText.WriteOptional(json, "seeders", route.Seeders);
                JsonText.WriteOptional(json, "leechers", route.Leechers);
                json.WriteNumber("ipv4Peers", route.IPv4Peers);
                json.WriteNumber("ipv6Peers", route.IPv6Peers);
                json.WriteString("externalAddress", route.ExternalAddress?.ToString());
                WriteSteps(json, route.Steps);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSteps(Utf8JsonWriter json, IReadOnlyList<TrackerTestStep> steps)
    {
        json.WriteStartArray("steps");
        foreach (TrackerTestStep step in steps)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteString("verdict", VerdictOf(step));
            if (step.Elapsed is { } elapsed)
                json.WriteNumber("milliseconds", Math.Round(elapsed.TotalMilliseconds, 1));
            json.WriteString("detail", step.Detail);
            json.WriteString("advice", step.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string VerdictOf(TrackerTestStep step) => step.Verdict switch
    {
        TrackerVerdict.Passed => "ok",
        TrackerVerdict.Warned => "warn",
        TrackerVerdict.Failed => "FAIL",
        _ => "skip",
    };
}
