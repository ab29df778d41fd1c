using System.CommandLine;
using System.Net;
using Freshet.Cli.Parsing;
using Freshet.Cli.Settings;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Download;

/// <summary>
/// The options of every verb that runs a session, and what each may say. All are settings: the environment and the configuration file may set them too.
/// </summary>
internal sealed class SessionOptions
{
    private readonly Setting<string> _directory = new("--output", "-o")
    {
        Description = "Where the files go",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    private readonly Setting<string> _strategy = Choice("--strategy", "In which order pieces are fetched", "rarest", "random-rarest", "random", "sequential", "smart");

    private readonly Setting<int> _listenPort = new("--listen-port")
    {
        Description = "The port that peers connect to; 0: any that is free",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 0, 65535) ?? 0,
    };

    private readonly Setting<IPAddress?> _bind = new("--bind")
    {
        Description = "Use only this local address, for everything",
        HelpName = "ADDR",
        CustomParser = result => Parsed(result, "an IP address", (string text, out IPAddress? address) => IPAddress.TryParse(text, out address)),
    };

    private readonly Setting<EndPoint[]> _peers = new("--peer")
    {
        Description = "Try this peer at once; may be repeated",
        HelpName = "HOST:PORT",
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Setting<Uri[]> _trackers = new("--tracker")
    {
        Description = "Announce to this tracker too (http, https or udp); may be repeated",
        HelpName = "URL",
        CustomParser = result => ParsedAll<Uri>(result, "an http, https or udp URL", TrackerText.TryParse),
    };

    private readonly Setting<string> _trackerTiers = Choice(
        "--tracker-tiers", "Announce to the trackers of all tiers at once, or to one at a time in the order of BEP 12", "all", "bep12");

    private readonly Setting<bool> _noTrackers = new("--no-trackers") { Description = "Announce to no tracker of the torrent" };
    private readonly Setting<bool> _noDht = new("--no-dht") { Description = "No DHT (there is none yet)" };
    private readonly Setting<bool> _noLsd = new("--no-lsd") { Description = "No local peer discovery (there is none yet)" };
    private readonly Setting<bool> _noPex = new("--no-pex") { Description = "No peer exchange (there is none yet)" };
    private readonly Setting<bool> _noPortMapping = new("--no-port-mapping") { Description = "No port mapping at the router (there is none yet)" };
    private readonly Setting<string> _transport = Later("--transport", "How peers are connected to", "tcp", "uTP", "utp", "any");
    private readonly Setting<string> _encryption = Later("--encryption", "Encryption of peer connections", "off", "encryption", "prefer", "require");
    private readonly Setting<string?> _seedRatio = Off("--seed-ratio", "R", "Seed until so much was given back: only 0 (no seeding) yet", "seeding after the download");
    private readonly Setting<string?> _seedTime = Off("--seed-time", "D", "Seed for so long: only 0 (no seeding) yet", "seeding after the download");
    private readonly Setting<bool> _seedForever = new("--seed-forever") { Description = "Seed until interrupted (not there yet)" };

    private readonly Setting<int?> _maxPeers = new("--max-peers")
    {
        Description = "The most connections of a torrent",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 1, int.MaxValue),
    };

    // 0: auto. The parser cannot carry a null.
    private readonly Setting<int> _pipeline = new("--pipeline")
    {
        Description = "Requests kept at each peer: a number, or auto to measure what its line takes",
        HelpName = "N|auto",
        CustomParser = result => result.Tokens is [{ Value: "auto" }] ? 0 : ParsedNumber(result, 1, int.MaxValue) ?? 0,
    };

    private readonly Setting<string?> _limitDown = Off("--limit-down", "RATE", "Limit what comes in: only 0 (no limit) yet", "limiting rates");
    private readonly Setting<string?> _limitUp = Off("--limit-up", "RATE", "Limit what goes out: only 0 (no limit) yet", "limiting rates");
    private readonly Setting<string> _check = Choice("--check", "What is hashed before the download (auto: what is in doubt)", "auto", "full", "none");
    private readonly Setting<bool> _overwrite = new("--overwrite") { Description = "Write over files that are there and hold nothing of the torrent" };
    private readonly Setting<string?> _stateDirectory = new("--state-dir") { Description = "Where progress is remembered", HelpName = "DIR" };
    private readonly Setting<TimeSpan?> _giveUpAfter = Duration("--give-up-after", "Give up when nothing came in for so long");
    private readonly Setting<TimeSpan?> _peerTimeout = Duration("--peer-timeout", "Drop a peer that says nothing for so long");
    private readonly Setting<TimeSpan?> _requestTimeout = Duration("--request-timeout", "Ask others for a block that does not come in so long");

    private readonly Setting<string?> _statusFile = new("--status-file")
    {
        Description = "Rewrite this file once a second with the state of things as JSON",
        HelpName = "F",
    };

    private readonly Setting<bool> _showPeers = new("--peers") { Description = "Show the peers: address, client, flags, rates, how much each has, who named it" };

    public void AddTo(Command command)
    {
        // In the order of the help text.
        Option[] options =
        [
            _directory,
            _strategy,
            _listenPort,
            _bind,
            _peers,
            _trackers,
            _trackerTiers,
            _noTrackers,
            _noDht,
            _noLsd,
            _noPex,
            _noPortMapping,
            _transport,
            _encryption,
            _seedRatio,
            _seedTime,
            _seedForever,
            _maxPeers,
            _pipeline,
            _limitDown,
            _limitUp,
            _check,
            _overwrite,
            _stateDirectory,
            _giveUpAfter,
            _peerTimeout,
            _requestTimeout,
            _statusFile, _showPeers,
        ];
        foreach (Option option in options)
            command.Options.Add(option);
        _seedForever.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>())
                result.AddError("--seed-forever: seeding after the download is not there yet; without it the download ends when it is complete.");
        });
    }

    /// <summary>What was asked for, in a session of these sources.</summary>
    public DownloadRequest Read(ParseResult parsed, IReadOnlyList<string> sources, FileSelection selection) => new()
    {
        Sources = sources,
        Selection = selection,
        Directory = parsed.GetRequiredValue(_directory),
        Strategy = parsed.GetValue(_strategy) switch
        {
            "random-rarest" => PieceStrategy.RandomRarest,
            "random" => PieceStrategy.Random,
            "sequential" => PieceStrategy.Sequential,
            "smart" => PieceStrategy.Smart,
            _ => PieceStrategy.RarestFirst,
        },
        ListenPort = parsed.GetValue(_listenPort),
        Bind = parsed.GetValue(_bind),
        Peers = parsed.GetValue(_peers) ?? [],
        Trackers = parsed.GetValue(_trackers) ?? [],
        TrackerTiers = parsed.GetValue(_trackerTiers) == "bep12" ? TrackerTiers.Bep12 : TrackerTiers.All,
        UseTrackers = !parsed.GetValue(_noTrackers),
        MaxPeers = parsed.GetValue(_maxPeers),
        Pipeline = parsed.GetValue(_pipeline) is > 0 and int requests ? requests : null,
        Overwrite = parsed.GetValue(_overwrite),
        Check = Enum.Parse<CheckMode>(parsed.GetRequiredValue(_check), ignoreCase: true),
        StateDirectory = parsed.GetValue(_stateDirectory),
        GiveUpAfter = parsed.GetValue(_giveUpAfter),
        PeerTimeout = parsed.GetValue(_peerTimeout),
        RequestTimeout = parsed.GetValue(_requestTimeout),
        StatusFile = parsed.GetValue(_statusFile),
        ShowPeers = parsed.GetValue(_showPeers),
    };
}
