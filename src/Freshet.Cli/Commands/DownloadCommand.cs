using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet download</c>: its options, and what each may say. What it does is <see cref="DownloadRun"/>.</summary>
internal sealed class DownloadCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string[]> _sources = new("SRC")
    {
        Description = "A torrent file, a folder of torrents, an http(s) URL, or - for standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _directory = new("--output", "-o")
    {
        Description = "Where the files go",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string[]> _select = new("--select")
    {
        Description = "Fetch only these files: an index or a range as --list shows them, or a pattern with * and ?; may be repeated",
        HelpName = "GLOB|INDEX",
    };

    private readonly Option<bool> _list = new("--list") { Description = "List the files and end" };

    private readonly Option<string> _strategy = Choice("--strategy", "In which order pieces are fetched", "rarest", "sequential");

    private readonly Option<int> _listenPort = new("--listen-port")
    {
        Description = "The port that peers connect to; 0: any that is free",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 0, 65535) ?? 0,
    };

    private readonly Option<IPAddress?> _bind = new("--bind")
    {
        Description = "Use only this local address, for everything",
        HelpName = "ADDR",
        CustomParser = result => Parsed(result, "an IP address", (string text, out IPAddress? address) => IPAddress.TryParse(text, out address)),
    };

    private readonly Option<EndPoint[]> _peers = new("--peer")
    {
        Description = "Try this peer at once; may be repeated",
        HelpName = "HOST:PORT",
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Option<Uri[]> _trackers = new("--tracker")
    {
        Description = "Announce to this tracker too (http, https or udp); may be repeated",
        HelpName = "URL",
        CustomParser = result => ParsedAll<Uri>(result, "an http, https or udp URL", TrackerText.TryParse),
    };

    private readonly Option<bool> _noTrackers = new("--no-trackers") { Description = "Announce to no tracker of the torrent" };
    private readonly Option<bool> _noDht = new("--no-dht") { Description = "No DHT (there is none yet)" };
    private readonly Option<bool> _noLsd = new("--no-lsd") { Description = "No local peer discovery (there is none yet)" };
    private readonly Option<bool> _noPex = new("--no-pex") { Description = "No peer exchange (there is none yet)" };
    private readonly Option<bool> _noPortMapping = new("--no-port-mapping") { Description = "No port mapping at the router (there is none yet)" };
    private readonly Option<string> _transport = Later("--transport", "How peers are connected to", "tcp", "uTP", "utp", "any");
    private readonly Option<string> _encryption = Later("--encryption", "Encryption of peer connections", "off", "encryption", "prefer", "require");
    private readonly Option<string?> _seedRatio = Off("--seed-ratio", "R", "Seed until so much was given back: only 0 (no seeding) yet", "seeding after the download");
    private readonly Option<string?> _seedTime = Off("--seed-time", "D", "Seed for so long: only 0 (no seeding) yet", "seeding after the download");
    private readonly Option<bool> _seedForever = new("--seed-forever") { Description = "Seed until interrupted (not there yet)" };

    private readonly Option<int?> _maxPeers = new("--max-peers")
    {
        Description = "The most connections of a torrent",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 1, int.MaxValue),
    };

    // 0: auto. The parser cannot carry a null.
    private readonly Option<int> _pipeline = new("--pipeline")
    {
        Description = "Requests kept at each peer: a number, or auto to measure what its line takes",
        HelpName = "N|auto",
        CustomParser = result => result.Tokens is [{ Value: "auto" }] ? 0 : ParsedNumber(result, 1, int.MaxValue) ?? 0,
    };

    private readonly Option<string?> _limitDown = Off("--limit-down", "RATE", "Limit what comes in: only 0 (no limit) yet", "limiting rates");
    private readonly Option<string?> _limitUp = Off("--limit-up", "RATE", "Limit what goes out: only 0 (no limit) yet", "limiting rates");

    private readonly Option<string> _check = Choice("--check", "What is hashed before the download (auto: what is in doubt)", "auto", "full", "none");

    private readonly Option<string?> _stateDirectory = new("--state-dir") { Description = "Where progress is remembered", HelpName = "DIR" };
    private readonly Option<TimeSpan?> _giveUpAfter = Duration("--give-up-after", "Give up when nothing came in for so long");
    private readonly Option<TimeSpan?> _peerTimeout = Duration("--peer-timeout", "Drop a peer that says nothing for so long");
    private readonly Option<TimeSpan?> _requestTimeout = Duration("--request-timeout", "Ask others for a block that does not come in so long");

    private readonly Option<string?> _statusFile = new("--status-file")
    {
        Description = "Rewrite this file once a second with the state of things as JSON",
        HelpName = "F",
    };

    private delegate bool TryParser<T>(string text, out T? value);

    public Command Create()
    {
        var command = new Command("download", "Download torrents; what is there already is checked and used")
        {
            _sources, _directory, _select, _list, _strategy, _listenPort, _bind, _peers, _trackers, _noTrackers, _noDht, _noLsd, _noPex, _noPortMapping,
            _transport, _encryption, _seedRatio, _seedTime, _seedForever, _maxPeers, _pipeline, _limitDown, _limitUp, _check, _stateDirectory,
            _giveUpAfter, _peerTimeout, _requestTimeout, _statusFile,
        };
        _seedForever.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>())
                result.AddError("--seed-forever: seeding after the download is not there yet; without it the download ends when it is complete.");
        });
        command.SetAction((parsed, cancellationToken) =>
            new DownloadRun(Read(parsed), globals.Read(parsed, streams)).RunAsync(cancellationToken));
        return command;
    }

    private DownloadRequest Read(ParseResult parsed) => new()
    {
        Sources = parsed.GetRequiredValue(_sources),
        Directory = parsed.GetRequiredValue(_directory),
        Selection = new FileSelection(parsed.GetValue(_select) ?? []),
        List = parsed.GetValue(_list),
        Strategy = parsed.GetValue(_strategy) == "sequential" ? PieceStrategy.Sequential : PieceStrategy.RarestFirst,
        ListenPort = parsed.GetValue(_listenPort),
        Bind = parsed.GetValue(_bind),
        Peers = parsed.GetValue(_peers) ?? [],
        Trackers = parsed.GetValue(_trackers) ?? [],
        UseTrackers = !parsed.GetValue(_noTrackers),
        MaxPeers = parsed.GetValue(_maxPeers),
        Pipeline = parsed.GetValue(_pipeline) is > 0 and int requests ? requests : null,
        Check = Enum.Parse<CheckMode>(parsed.GetRequiredValue(_check), ignoreCase: true),
        StateDirectory = parsed.GetValue(_stateDirectory),
        GiveUpAfter = parsed.GetValue(_giveUpAfter),
        PeerTimeout = parsed.GetValue(_peerTimeout),
        RequestTimeout = parsed.GetValue(_requestTimeout),
        StatusFile = parsed.GetValue(_statusFile),
    };

    private static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name)
        {
            Description = $"{description}: {string.Join(" or ", values)}",
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => values[0],
        };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>An option with one value that works today, and others that do not yet.</summary>
    private static Option<string> Later(string name, string description, string today, string what, params string[] later)
    {
        var option = new Option<string>(name)
        {
            Description = $"{description}: only {today} yet",
            HelpName = string.Join('|', later.Prepend(today)),
            DefaultValueFactory = _ => today,
        };
        option.CompletionSources.Add(today);
        option.Validators.Add(result =>
        {
            string? value = result.Tokens.Count == 1 ? result.Tokens[0].Value : today;
            if (later.Contains(value, StringComparer.Ordinal))
                result.AddError($"{name} {value}: {what} is not there yet; use {name} {today}.");
            else if (value != today)
                result.AddError($"{name} takes {string.Join(", ", later.Prepend(today))}, not '{value}'.");
        });
        return option;
    }

    /// <summary>An option that only takes 0 or off today.</summary>
    private static Option<string?> Off(string name, string helpName, string description, string what)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not ("0" or "0s" or "0.0" or "off" or "none") }])
                result.AddError($"{name} {result.Tokens[0].Value}: {what} is not there yet; leave the option out, or use {name} 0.");
        });
        return option;
    }

    private static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = $"{description}: {DurationText.Help}",
        HelpName = "D",
        CustomParser = result => Parsed(result, "a duration " + DurationText.Help, (string text, out TimeSpan? duration) =>
        {
            bool ok = DurationText.TryParse(text, out TimeSpan parsed) && parsed > TimeSpan.Zero;
            duration = parsed;
            return ok;
        }),
    };

    private static int? ParsedNumber(ArgumentResult result, int least, int most)
    {
        string wanted = most == int.MaxValue ? $"a number of at least {least}" : $"a number from {least} to {most}";
        return Parsed(result, wanted, (string text, out int? number) =>
        {
            bool ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most;
            number = value;
            return ok;
        });
    }

    private static T? Parsed<T>(ArgumentResult result, string wanted, TryParser<T> parser)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parser(text, out T? value))
            return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} takes {wanted}, not '{text}'.");
        return default;
    }

    private static T[] ParsedAll<T>(ArgumentResult result, string wanted, TryParser<T> parser)
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
