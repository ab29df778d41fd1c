using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Hosting;
using Freshet.Tracker.Http;
using Freshet.Tracker.Swarms;
using Freshet.Tracker.Udp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Tracker;

/// <summary>A tracker: announces and scrapes over HTTP (BEP 3, 7, 21, 23, 24, 31, 48) and UDP (BEP 15, 41), IPv4 and IPv6. Thread-safe.</summary>
public sealed class TrackerServer : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ListPeriod = TimeSpan.FromSeconds(5);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TrackerCore _core;
    private readonly ListFiles _files;
    private readonly ILogger _log;
    private readonly IHttpServer? _http;
    private readonly List<UdpListener> _udp = [];
    private readonly Lock _reload = new();
    private readonly Timer _sweep;
    private readonly Timer? _watch;
    private bool _disposed;

    private TrackerServer(TrackerOptions options, ListenSockets sockets, ListFiles files, ILogger log)
    {
        _log = log;
        _files = files;
        Endpoints = [.. sockets.Endpoints];
        _core = new TrackerCore(RulesOf(options), new SeededRandom(SecretNumber()), options.SharedSwarms is not null) { Lists = files.Read() };
        SharedAnnouncer? shared = options.SharedSwarms is { } store ? new SharedAnnouncer(_core, store, Now) : null;
        if (sockets.Http.Count > 0)
        {
            var limits = new HttpLimits
            {
                MaxConnections = options.MaxConnections,
                MaxPerSource = options.MaxConnectionsPerSource,
                RequestTimeout = options.RequestTimeout,
            };
            var responder = new HttpResponder(
                _core, Limiter(options), options.FullScrape ? new FullScrape(_core) : null, options.Stats ? () => StatisticsJson.Write(Statistics()) : null);
            _http = OperatingSystem.IsLinux() && !options.PortableSockets
                ? new EpollHttpServer(sockets.Http, responder, shared, limits, Now)
                : new PortableHttpServer(sockets.Http, responder, shared, limits, Now);
        }

        byte[] secret = RandomNumberGenerator.GetBytes(32);
        foreach (Socket socket in sockets.Udp)
            _udp.Add(new UdpListener(socket, new UdpResponder(_core, new ConnectionTokens(secret), Limiter(options)), shared, Now, options.PortableSockets));
        _http?.Start();
        foreach (UdpListener listener in _udp)
            listener.Start();
        _sweep = new Timer(_ => _core.Advance(Now()), null, SweepPeriod, SweepPeriod);
        _watch = files.Any ? new Timer(_ => ReloadIfChanged(), null, ListPeriod, ListPeriod) : null;
    }

    /// <summary>Where it listens, with the ports that were chosen.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Starts a tracker.</summary>
    /// <param name="options">How it serves.</param>
    /// <param name="logger">Hears of what happens, or null.</param>
    /// <exception cref="TrackerException">A port is taken, or a list cannot be read.</exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static TrackerServer Start(TrackerOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Interval < TimeSpan.FromSeconds(10) || options.Interval > TimeSpan.FromDays(1))
            throw new ArgumentException("The interval is between 10 s and a day.", nameof(options));
        if (!options.Http && !options.Udp)
            throw new ArgumentException("A tracker without HTTP and without UDP serves nobody.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTorrents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPeers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPeersPerTorrent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPeersPerSource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConnectionsPerSource, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxRate);
        var files = new ListFiles(options.AllowListFile, options.DenyListFile);
        _ = files.Read();
        ListenSockets sockets = ListenSockets.Open(options);
        return new TrackerServer(options, sockets, files, logger ?? NullLogger.Instance);
    }

    /// <summary>Reads the lists of torrents again. One that cannot be read is reported to the log, and the old lists stay.</summary>
    public void ReloadLists()
    {
        lock (_reload)
        {
            if (_disposed)
                return;
            try
            {
                _core.Lists = _files.Read();
                TrackerLog.ListsRead(_log, _core.Lists.Allowed?.Count, _core.Lists.Denied?.Count);
            }
            catch (TrackerException e)
            {
                TrackerLog.ListsKept(_log, e.Message);
            }
        }
    }

    /// <summary>The numbers of the moment.</summary>
    public TrackerStatistics Statistics()
    {
        (int torrents, int peers) = _core.Totals();
        var http = new TrackerCounters();
        var udp = new TrackerCounters();
        _http?.Counters.AddTo(http);
        foreach (UdpListener listener in _udp)
            listener.Counters.AddTo(udp);
        return new TrackerStatistics
        {
            Uptime = Stopwatch.GetElapsedTime(_started),
            Torrents = torrents,
            Peers = peers,
            Connections = _http?.Connections ?? 0,
            HttpAnnounces = http.Announces,
            UdpAnnounces = udp.Announces,
            UdpConnects = udp.Connects,
            Scrapes = http.Scrapes + udp.Scrapes,
            Refused = http.Refused + udp.Refused,
            Limited = http.Limited + udp.Limited,
            Malformed = http.Malformed + udp.Malformed,
            Rejected = http.Rejected,
            TimedOut = http.TimedOut,
        };
    }

    /// <summary>Stops serving.</summary>
    public void Dispose()
    {
        lock (_reload)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        _sweep.Dispose();
        _watch?.Dispose();
        _http?.Dispose();
        foreach (UdpListener listener in _udp)
            listener.Dispose();
    }

    private static TrackerRules RulesOf(TrackerOptions options)
    {
        int interval = (int)options.Interval.TotalSeconds;
        return new TrackerRules
        {
            IntervalSeconds = interval,
            MinIntervalSeconds = interval / 2,
            TrustsLocalAddresses = options.TrustLocalAddressParameter,
            Limits = new SwarmLimits
            {
                MaxTorrents = options.MaxTorrents,
                MaxPeers = options.MaxPeers,
                MaxPeersPerTorrent = options.MaxPeersPerTorrent,
                MaxPeersPerSource = options.MaxPeersPerSource,
                PeerLifetime = options.Interval * 2,
            },
        };
    }

    private static SourceLimiter Limiter(TrackerOptions options)
        => new(options.MaxRate, options.MaxRate * 10, new SipHash(RandomNumberGenerator.GetBytes(16)));

    private static ulong SecretNumber() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    private MonoTime Now() => new((long)((Int128)(Stopwatch.GetTimestamp() - _started) * 1_000_000_000 / Stopwatch.Frequency));

    private void ReloadIfChanged()
    {
        if (_files.HaveChanged)
            ReloadLists();
    }
}
