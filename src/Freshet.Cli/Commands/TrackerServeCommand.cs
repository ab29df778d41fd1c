using System.CommandLine;
using System.Globalization;
using System.Net;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Redis;
using Freshet.Tracker;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet tracker serve</c>: a tracker.</summary>
internal sealed class TrackerServeCommand(GlobalOptions globals, Streams streams)
{
    private static readonly TrackerOptions Defaults = new();

    private readonly Option<string[]> _listen = new("--listen")
    {
        Description = $"Listen here; may be given several times (port {TrackerOptions.DefaultPort} of all addresses)",
        HelpName = "ADDR:PORT",
    };

    private readonly Option<bool> _noHttp = new("--no-http") { Description = "Do not serve HTTP" };
    private readonly Option<bool> _noUdp = new("--no-udp") { Description = "Do not serve UDP" };

    private readonly Option<string> _interval = new("--interval")
    {
        Description = $"How often clients are to announce, {DurationText.Help}; from 10s to 1d",
        HelpName = "D",
        DefaultValueFactory = _ => "30m",
    };

    private readonly Option<FileInfo?> _allowList = new("--allow-list")
    {
        Description = "Serve only the torrents of this file: an info-hash a line, in hexadecimal; read again when it changes and on SIGHUP",
        HelpName = "F",
    };

    private readonly Option<FileInfo?> _denyList = new("--deny-list") { Description = "Do not serve the torrents of this file, of the same form", HelpName = "F" };
    private readonly Option<string?> _redis = new("--redis")
    {
        Description = "Share the swarms with other trackers through this Redis: redis://[user:password@]host[:port][/database], or rediss:// for TLS",
        HelpName = "URL",
    };

    private readonly Option<bool> _fullScrape = new("--full-scrape") { Description = "Answer scrapes of all torrents at once, too" };
    private readonly Option<bool> _stats = new("--stats") { Description = "Tell numbers as JSON at /stats, to whoever asks" };

    private readonly Option<bool> _trustLocalIp = new("--trust-local-ip")
    {
        Description = "Let clients on this machine and in local networks name their address themselves (ip=); of others it is always ignored",
    };

    private readonly Option<int> _maxTorrents = Limit("--max-torrents", "Torrents that are remembered; more are refused", Defaults.MaxTorrents);
    private readonly Option<int> _maxPeers = Limit("--max-peers", "Peers of all torrents that are remembered", Defaults.MaxPeers);
    private readonly Option<int> _maxPeersPerTorrent = Limit("--max-peers-per-torrent", "Peers of one torrent that are remembered", Defaults.MaxPeersPerTorrent);

    private readonly Option<int> _maxPeersPerSource = Limit(
        "--max-peers-per-source", "Peers of one torrent at one IPv4 address or IPv6 /64 that are remembered", Defaults.MaxPeersPerSource);

    private readonly Option<int> _maxConnections = Limit("--max-connections", "HTTP connections that wait for something", Defaults.MaxConnections);

    private readonly Option<int> _maxConnectionsPerSource = Limit(
        "--max-connections-per-source", "HTTP connections of one source", Defaults.MaxConnectionsPerSource);

    private readonly Option<double> _maxRate = new("--max-rate")
    {
        Description = "Requests a second that one source may make; 0: any number",
        HelpName = "N",
        DefaultValueFactory = _ => Defaults.MaxRate,
    };

    public Command Create()
    {
        var serve = new Command("serve", "Be a tracker, over HTTP and UDP, IPv4 and IPv6, until Ctrl-C")
        {
            _listen, _noHttp, _noUdp, _interval, _allowList, _denyList, _redis, _fullScrape, _stats, _trustLocalIp,
            _maxTorrents, _maxPeers, _maxPeersPerTorrent, _maxPeersPerSource, _maxConnections, _maxConnectionsPerSource, _maxRate,
        };
        serve.SetAction((parsed, cancellationToken) => new Serving.TrackerRun(Read(parsed), RedisOf(parsed), globals.Read(parsed, streams)).RunAsync(cancellationToken));
        return serve;
    }

    private static Option<int> Limit(string name, string description, int value) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => value,
    };

    private TrackerOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(_noHttp) && parsed.GetValue(_noUdp))
            throw new CommandFailure(ExitCode.Usage, "--no-http and --no-udp together leave nothing to serve.");
        if (!DurationText.TryParse(parsed.GetRequiredValue(_interval), out TimeSpan interval) || interval < TimeSpan.FromSeconds(10) || interval > TimeSpan.FromDays(1))
            throw new CommandFailure(ExitCode.Usage, $"--interval takes a duration {DurationText.Help}, from 10s to 1d.");
        double rate = parsed.GetValue(_maxRate);
        if (!(rate >= 0) || rate > 1e9)
            throw new CommandFailure(ExitCode.Usage, "--max-rate takes a number of requests a second, or 0.");
        return new TrackerOptions
        {
            Listen = [.. (parsed.GetValue(_listen) ?? []).Select(EndpointOf)],
            Http = !parsed.GetValue(_noHttp),
            Udp = !parsed.GetValue(_noUdp),
            Interval = interval,
            AllowListFile = parsed.GetValue(_allowList)?.FullName,
            DenyListFile = parsed.GetValue(_denyList)?.FullName,
            FullScrape = parsed.GetValue(_fullScrape),
            Stats = parsed.GetValue(_stats),
            TrustLocalAddressParameter = parsed.GetValue(_trustLocalIp),
            MaxTorrents = Positive(parsed, _maxTorrents),
            MaxPeers = Positive(parsed, _maxPeers),
            MaxPeersPerTorrent = Positive(parsed, _maxPeersPerTorrent),
            MaxPeersPerSource = Positive(parsed, _maxPeersPerSource),
            MaxConnections = Positive(parsed, _maxConnections),
            MaxConnectionsPerSource = Positive(parsed, _maxConnectionsPerSource),
            MaxRate = rate,
        };
    }

    private static int Positive(ParseResult parsed, Option<int> option)
        => parsed.GetValue(option) is > 0 and int number ? number : throw new CommandFailure(ExitCode.Usage, $"{option.Name} takes a number above 0.");

    private RedisAddress? RedisOf(ParseResult parsed)
        => parsed.GetValue(_redis) is not { } text ? null
            : RedisAddress.TryParse(text, out RedisAddress? address) ? address
            : throw new CommandFailure(ExitCode.Usage, "--redis takes a URL like redis://127.0.0.1:6379/0.");

    // Both parts are asked for: a bare port could mean either family, or both.
    private static IPEndPoint EndpointOf(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            string host = text[..colon];
            bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
            if (IPAddress.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? address) && isBracketed == host.Contains(':', StringComparison.Ordinal))
                return new IPEndPoint(address, port);
        }

        throw new CommandFailure(ExitCode.Usage, $"--listen takes an address and a port, like 0.0.0.0:6969 or [::]:6969, not {text}.");
    }
}
