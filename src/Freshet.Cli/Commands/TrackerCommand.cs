using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet tracker announce</c>: what each tracker of a torrent says.</summary>
internal sealed class TrackerCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _torrent = new("T") { Description = Sources.Help };

    private readonly Argument<string[]> _urls = new("URL")
    {
        Description = "Trackers to ask in place of the torrent's own",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<TimeSpan?> _timeout = AskingTrackers.Timeout();

    public Command Create()
    {
        var announce = new Command("announce", "Announce to every tracker of a torrent at once and show what each says") { _torrent, _urls, _timeout };
        announce.SetAction((parsed, cancellationToken) => AnnounceAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return new Command("tracker", "Ask trackers, or be one")
        {
            announce,
            new TrackerScrapeCommand(globals, streams).Create(),
            new TrackerTestCommand(globals, streams).Create(),
            new TrackerServeCommand(globals, streams).Create(),
        };
    }

    private async Task<int> AnnounceAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        Metainfo metainfo = await Sources.Open(parsed.GetRequiredValue(_torrent), streams).LoadAsync(cancellationToken);
        string[] given = parsed.GetValue(_urls) ?? [];
        string[] texts = given.Length > 0 ? given : [.. metainfo.Trackers.SelectMany(tier => tier).Distinct(StringComparer.Ordinal)];
        if (texts.Length == 0)
            throw new CommandFailure(ExitCode.Usage, $"{metainfo.Name} names no tracker: give the URL of one.", TroubleCodes.NoTracker);

        IReadOnlyList<TrackerReply> replies = await TrackerClient.AnnounceAsync(texts, metainfo.Hashes.Primary, parsed.GetValue(_timeout), cancellationToken: cancellationToken);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, replies));
        else
            WriteTable(context.Out, replies);
        return replies.Any(reply => reply.Error is null) ? ExitCode.Ok : ExitCode.Network;
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<TrackerReply> replies)
    {
        string[][] rows =
        [
            ["TRACKER", "PROTOCOL", "FAMILY", "LATENCY", "INTERVAL", "SEEDS", "LEECHERS", "PEERS", "ERROR"],
            .. replies.Select(reply => new[]
            {
                TerminalText.Escape(reply.Url),
                reply.Protocol,
                AskingTrackers.NameOf(reply.Family) ?? "-",
                reply.Error is null ? reply.Latency.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture) : "-",
                reply.Interval is { } interval ? Amounts.Duration(interval) : "-",
                reply.Seeders?.ToString(CultureInfo.InvariantCulture) ?? "-",
                reply.Leechers?.ToString(CultureInfo.InvariantCulture) ?? "-",
                reply.Error is null ? reply.Peers.Count.ToString(CultureInfo.InvariantCulture) : "-",
                TerminalText.Escape(reply.Error ?? (reply.Warning is { } warning ? $"(warns: {warning})" : "")),
            }),
        ];
        TextTable.Write(output, rows);
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<TrackerReply> replies)
    {
        json.WriteStartArray();
        foreach (TrackerReply reply in replies)
        {
            json.WriteStartObject();
            json.WriteString("url", reply.Url);
            json.WriteString("protocol", reply.Protocol);
            json.WriteString("family", AskingTrackers.NameOf(reply.Family));
            json.WriteString("address", reply.Address?.ToString());
            json.WriteNumber("latencyMilliseconds", Math.Round(reply.Latency.TotalMilliseconds, 1));
            JsonText.WriteOptional(json, "intervalSeconds", reply.Interval is { } interval ? (int)interval.TotalSeconds : null);
            JsonText.WriteOptional(json, "seeders", reply.Seeders);
            JsonText.WriteOptional(json, "leechers", reply.Leechers);
            json.WriteStartArray("peers");
            foreach (System.Net.IPEndPoint peer in reply.Peers)
                json.WriteStringValue(peer.ToString());
            json.WriteEndArray();
            json.WriteString("warning", reply.Warning);
            json.WriteString("error", reply.Error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
