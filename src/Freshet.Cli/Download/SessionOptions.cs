using System.CommandLine;
using System.Globalization;
using System.Net;
using Freshet.Abstractions;
using Freshet.Cli.Dht;
using Freshet.Cli.Parsing;
using Freshet.Cli.Settings;
using Freshet.Redis;
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
    private readonly Setting<bool> _noDht = new("--no-dht") { Description = "Take no part in the DHT: peers come from trackers, and from those named, alone" };
    private readonly Setting<EndPoint[]?> _dhtRouters = DhtFlags.Routers();
    private readonly Setting<bool> _dhtReadOnly = new("--dht-read-only") { Description = "Ask the DHT and answer nobody there (BEP 43)" };
    private readonly Setting<bool> _noLsd = new("--no-lsd") { Description = "Neither announce torrents to the local network nor listen to it (BEP 14)" };
    private readonly Setting<bool> _noPex = new("--no-pex") { Description = "Neither tell peers of other peers nor be told (BEP 11)" };
    private readonly Setting<bool> _noPeerCache = new("--no-peer-cache") { Description = "Do not remember peers that were of use for the next start" };

    private readonly Setting<RedisAddress?> _peerCache = new("--peer-cache")
    {
        Description = "Share peers that were of use with other clients through this Redis; never those of private torrents",
        HelpName = "REDIS-URL",
        CustomParser = result => Parsed<RedisAddress>(result, "a URL like redis://127.0.0.1:6379/0", RedisAddress.TryParse),
    };

    private readonly Setting<bool> _noPortMapping = new("--no-port-mapping") { Description = "No port mapping at the router (there is none yet)" };
    private readonly Setting<string> _utp = Choice("--utp", "Whether peers are spoken to over uTP too: beside TCP, never, rather than TCP, or nothing else", "on", "off", "prefer", "only");
    private readonly Setting<string> _utpCongestion = Choice("--utp-congestion", "What governs how fast uTP sends", "ledbat", "cubic", "rate");
    private readonly Setting<string> _encryption = Choice("--encryption", "Whether connections to peers are encrypted", "prefer", "off", "require");
    private readonly Setting<string?> _encryptionIncoming = new("--encryption-incoming")
    {
        Description = "The same of connections that peers open: off, prefer or require; else as --encryption says",
        HelpName = "MODE",
        CustomParser = result => Parsed(result, "off, prefer or require", (string text, out string? mode) => (mode = text) is "off" or "prefer" or "require"),
    };

    private readonly Setting<double?> _seedRatio = new("--seed-ratio")
    {
        Description = "Seed until so many times its size was given back; 0: do not seed",
        HelpName = "R",
        CustomParser = result => Parsed(result, "a number like 1.5", (string text, out double? ratio) =>
        {
            bool ok = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double parsed) && double.IsFinite(parsed);
            ratio = parsed;
            return ok;
        }),
    };

    private readonly Setting<TimeSpan?> _seedTime = Duration("--seed-time", "Seed for so long, over all runs; 0: do not seed", mayBeZero: true);
    private readonly Setting<TimeSpan?> _seedIdle = Duration("--seed-idle", "Seed until nobody has taken anything for so long");
    private readonly Setting<bool> _seedForever = new("--seed-forever") { Description = "Seed until interrupted" };
    private readonly Setting<int?> _maxDownloads = Limit("--max-downloads", "Download so many torrents at once; the others wait");
    private readonly Setting<int?> _maxSeeds = Limit("--max-seeds", "Seed so many torrents at once; those that nobody takes from do not count");
    private readonly Setting<int?> _maxActive = Limit("--max-active", "Download and seed so many torrents at once");

    private readonly Setting<string[]?> _onComplete = new("--on-complete")
    {
        Description = "Run this program for each download that completes, without a shell; FRESHET_… variables say which",
        HelpName = "CMD",
        CustomParser = result => Parsed(result, "a program and its arguments, with quotes that are closed", (string text, out string[]? words) => CommandWords.TryParse(text, out words)),
    };

    private readonly Setting<int?> _maxPeers = new("--max-peers")
    {
        Description = "The most connections of a torrent",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 1, int.MaxValue),
    };

    private readonly Setting<NumberOrAuto> _pipeline = OptionShapes.NumberOrAuto(
        "--pipeline", "Requests kept at each peer: a number, or auto to measure what its line takes", least: 1);

    private readonly Setting<NumberOrAuto> _uploadSlots = OptionShapes.NumberOrAuto(
        "--upload-slots", "How many peers of a torrent may download from us at once: a number, or auto for as many as keep the line busy", least: 0);

    private readonly Setting<bool> _superSeed = new("--super-seed")
    {
        Description = "As the only source, show each peer one piece at a time, and the next when that one is seen at another (BEP 16)",
    };

    private readonly LimitOptions _limits = new();
    private readonly Setting<string> _check = Choice("--check", "What is hashed before the download (auto: what is in doubt)", "auto", "full", "none");
    private readonly Setting<bool> _overwrite = new("--overwrite") { Description = "Write over files that are there and hold nothing of the torrent" };
    private readonly Setting<string> _reuse = Choice(
        "--reuse", "Take a file that another torrent here has from that one's data: in public torrents, in private ones too, or never", "public", "all", "off");

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

    /// <summary>Those of a verb that keeps torrents of its own.</summary>
    public void AddConnectionTo(Command command)
    {
        Option[] options = [_listenPort, _bind, _dhtRouters, _dhtReadOnly, _noPex, _noPeerCache, _utp, _utpCongestion, _encryption, _encryptionIncoming, _uploadSlots, .. _limits.All, _stateDirectory];
        foreach (Option option in options)
            command.Options.Add(option);
    }

    /// <summary>What was asked for by the options of <see cref="AddConnectionTo"/>.</summary>
    public ClientOptions ReadConnection(ParseResult parsed) => new()
    {
        ListenPort = parsed.GetValue(_listenPort),
        BindAddress = parsed.GetValue(_bind),
        Dht = new DhtOptions { Routers = parsed.GetValue(_dhtRouters) ?? DhtOptions.WellKnownRouters, IsReadOnly = parsed.GetValue(_dhtReadOnly) },
        PeerExchange = !parsed.GetValue(_noPex),
        RememberPeers = !parsed.GetValue(_noPeerCache),
        Utp = Enum.Parse<UtpUse>(parsed.GetRequiredValue(_utp), ignoreCase: true),
        UtpCongestion = Enum.Parse<UtpCongestion>(parsed.GetRequiredValue(_utpCongestion), ignoreCase: true),
        Encryption = Enum.Parse<EncryptionUse>(parsed.GetRequiredValue(_encryption), ignoreCase: true),
        IncomingEncryption = parsed.GetValue(_encryptionIncoming) is { } incoming ? Enum.Parse<EncryptionUse>(incoming, ignoreCase: true) : null,
        UploadSlots = parsed.GetValue(_uploadSlots).Number,
        Limits = _limits.Read(parsed),
        StateDirectory = parsed.GetValue(_stateDirectory),
    };

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
            _dhtRouters,
            _dhtReadOnly,
            _noLsd,
            _noPex,
            _noPeerCache,
            _peerCache,
            _noPortMapping,
            _utp,
            _utpCongestion,
            _encryption,
            _encryptionIncoming,
            _seedRatio,
            _seedTime,
            _seedIdle,
            _seedForever,
            _maxDownloads,
            _maxSeeds,
            _maxActive,
            _onComplete,
            _maxPeers,
            _pipeline,
            _uploadSlots,
            _superSeed,
            .. _limits.All,
            _check,
            _overwrite,
            _reuse,
            _stateDirectory,
            _giveUpAfter,
            _peerTimeout,
            _requestTimeout,
            _statusFile, _showPeers,
        ];
        foreach (Option option in options)
            command.Options.Add(option);
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
        Dht = new DhtOptions
        {
            IsOn = !parsed.GetValue(_noDht),
            Routers = parsed.GetValue(_dhtRouters) ?? DhtOptions.WellKnownRouters,
            IsReadOnly = parsed.GetValue(_dhtReadOnly),
        },
        MaxPeers = parsed.GetValue(_maxPeers),
        Pipeline = parsed.GetValue(_pipeline).Number,
        UploadSlots = parsed.GetValue(_uploadSlots).Number,
        UseLocalDiscovery = !parsed.GetValue(_noLsd),
        RememberPeers = !parsed.GetValue(_noPeerCache),
        PeerCache = parsed.GetValue(_peerCache),
        UsePeerExchange = !parsed.GetValue(_noPex),
        Utp = Enum.Parse<UtpUse>(parsed.GetRequiredValue(_utp), ignoreCase: true),
        UtpCongestion = Enum.Parse<UtpCongestion>(parsed.GetRequiredValue(_utpCongestion), ignoreCase: true),
        Encryption = Enum.Parse<EncryptionUse>(parsed.GetRequiredValue(_encryption), ignoreCase: true),
        IncomingEncryption = parsed.GetValue(_encryptionIncoming) is { } incoming ? Enum.Parse<EncryptionUse>(incoming, ignoreCase: true) : null,
        SuperSeeding = parsed.GetValue(_superSeed),
        Limits = _limits.Read(parsed),
        Overwrite = parsed.GetValue(_overwrite),
        Check = Enum.Parse<CheckMode>(parsed.GetRequiredValue(_check), ignoreCase: true),
        Reuse = Enum.Parse<ReuseScope>(parsed.GetRequiredValue(_reuse), ignoreCase: true),
        StateDirectory = parsed.GetValue(_stateDirectory),
        GiveUpAfter = parsed.GetValue(_giveUpAfter),
        PeerTimeout = parsed.GetValue(_peerTimeout),
        RequestTimeout = parsed.GetValue(_requestTimeout),
        StatusFile = parsed.GetValue(_statusFile),
        ShowPeers = parsed.GetValue(_showPeers),
        Seeds = parsed.GetValue(_seedForever) || GoalsOf(parsed) is { IsNone: false } and { Ratio: not 0 } and { SeedTime: not { Ticks: 0 } },
        Goals = parsed.GetValue(_seedForever) ? SeedGoals.None : GoalsOf(parsed),
        Queue = new QueueLimits
        {
            Downloads = parsed.GetValue(_maxDownloads),
            Seeds = parsed.GetValue(_maxSeeds),
            Active = parsed.GetValue(_maxActive),
        },
        OnComplete = parsed.GetValue(_onComplete) ?? [],
    };

    private SeedGoals GoalsOf(ParseResult parsed)
        => new() { Ratio = parsed.GetValue(_seedRatio), SeedTime = parsed.GetValue(_seedTime), IdleTime = parsed.GetValue(_seedIdle) };

    private static Setting<int?> Limit(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 1, int.MaxValue),
    };
}
