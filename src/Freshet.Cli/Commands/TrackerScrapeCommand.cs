using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet tracker scrape</c>: what trackers count in swarms.</summary>
internal sealed class TrackerScrapeCommand(GlobalOptions globals, Streams streams)
{
    private static readonly string[] Heads = ["TRACKER", "PROTOCOL", "FAMILY", "LATENCY", "SEEDS", "LEECHERS", "COMPLETED", "TORRENT"];

    private readonly Argument<string[]> _targets = new("TRACKER|TORRENT|HASH") { Description = TrackerTargets.Help, Arity = ArgumentArity.OneOrMore };

    private readonly Option<TimeSpan?> _timeout = AskingTrackers.Timeout();

    public Command Create()
    {
        var command = new Command("scrape", "Ask trackers how many peers they count: named ones, or those of the torrents") { _targets, _timeout };
        command.SetAction((parsed, cancellationToken) => ScrapeAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> ScrapeAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        TrackerTargets targets = await TrackerTargets.ReadAsync(parsed.GetRequiredValue(_targets), streams, cancellationToken);
        if (targets.HasNoSwarm)
            throw new CommandFailure(ExitCode.Usage, "there is nothing to ask for: give a torrent or an info-hash beside the tracker.");
        if (targets.Trackers.Count == 0)
            throw new CommandFailure(ExitCode.Usage, "there is nobody to ask: the torrents name no tracker; give the URL of one.", TroubleCodes.NoTracker);
        IReadOnlyList<TrackerScrape>[] replies = await Task.WhenAll(targets.Trackers.Select(tracker
            => TrackerClient.ScrapeAsync([tracker], targets.SwarmsFor(tracker), parsed.GetValue(_timeout), cancellationToken: cancellationToken)));
        TrackerScrape[] scrapes = [.. replies.SelectMany(reply => reply)];
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, scrapes, targets));
        else
            WriteTable(context.Out, scrapes, targets);
        return scrapes.Any(scrape => scrape.Error is null) ? ExitCode.Ok : ExitCode.Network;
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<TrackerScrape> scrapes, TrackerTargets targets)
    {
        var rows = new List<string[]> { Heads };
        foreach (TrackerScrape scrape in scrapes)
        {
            string[] head =
            [
                TerminalText.Escape(scrape.Url), scrape.Protocol, AskingTrackers.NameOf(scrape.Family) ?? "-",
                scrape.Error is null ? scrape.Latency.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture) : "-",
            ];
            if (scrape.Swarms.Count == 0)
                rows.Add([.. head, "-", "-", "-", TerminalText.Escape(scrape.Error ?? "(knows none of the torrents)")]);
            foreach (ScrapedSwarm swarm in scrape.Swarms)
            {
                string name = targets.NameOf(swarm.Swarm) is { } title ? TerminalText.Escape(title) : swarm.Swarm.ToString();
                rows.Add([.. head, Text(swarm.Seeders), Text(swarm.Leechers), Text(swarm.Completed), name]);
            }
        }

        TextTable.Write(output, rows);
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<TrackerScrape> scrapes, TrackerTargets targets)
    {
        json.WriteStartArray();
        foreach (TrackerScrape scrape in scrapes)
        {
            json.WriteStartObject();
            json.WriteString("url", scrape.Url);
            json.WriteString("protocol", scrape.Protocol);
            json.WriteString("family", AskingTrackers.NameOf(scrape.Family));
            json.WriteString("address", scrape.Address?.ToString());
            json.WriteNumber("latencyMilliseconds", Math.Round(scrape.Latency.TotalMilliseconds, 1));
            json.WriteStartArray("swarms");
            foreach (ScrapedSwarm swarm in scrape.Swarms)
            {
                json.WriteStartObject();
                json.WriteString("infoHash", swarm.Swarm.ToString());
                json.WriteString("name", targets.NameOf(swarm.Swarm));
                json.WriteNumber("seeders", swarm.Seeders);
                json.WriteNumber("leechers", swarm.Leechers);
                JsonText.WriteOptional(json, "completed", swarm.Completed);
                JsonText.WriteOptional(json, "downloaders", swarm.Downloaders);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("error", scrape.Error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
