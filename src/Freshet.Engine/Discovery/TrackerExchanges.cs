using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>
/// Talks to trackers for whoever asks: places and queues by host, HTTP exchanges with their redirects, UDP exchanges with their retransmissions. Hand it
/// every answer that comes in; those that nobody waits for are ignored.
/// </summary>
public sealed class TrackerExchanges
{
    private readonly Dictionary<long, HttpTrackerCall> _fetches = [];
    private readonly Dictionary<IPEndPoint, List<UdpTrackerCall>> _udp = [];
    private readonly UdpConnectionIds _connections = new();
    private readonly UdpTransactionIds _transactions;
    private long _lastFetch;

    /// <summary>Starts with nothing under way.</summary>
    /// <param name="effects">Where fetches, look-ups and datagrams go.</param>
    /// <param name="deadlines">What times out.</param>
    /// <param name="secret">Seeded with secret bytes: its numbers, hashed, are those that strangers must not guess.</param>
    /// <param name="userAgent">The User-Agent header.</param>
    public TrackerExchanges(IEngineEffects effects, DeadlineQueue deadlines, SeededRandom secret, string userAgent)
    {
        Effects = effects;
        Deadlines = deadlines;
        _transactions = new UdpTransactionIds(secret);
        UserAgent = userAgent;
        Lookups = new HostLookups(effects);
        HttpPlaces = new TrackerPlaces(TrackerPlaces.HttpInAll, deadlines);
        UdpPlaces = new TrackerPlaces(TrackerPlaces.UdpInAll, deadlines);
        Scraper = new Scraper(this);
    }

    internal IEngineEffects Effects { get; }

    internal DeadlineQueue Deadlines { get; }

    internal string UserAgent { get; }

    internal HostLookups Lookups { get; }

    /// <summary>The URLs that torrents share.</summary>
    internal TrackerUrls Urls { get; } = new();

    internal Scraper Scraper { get; }

    internal TrackerPlaces HttpPlaces { get; }

    internal TrackerPlaces UdpPlaces { get; }

    /// <summary>Where a datagram is put together.</summary>
    internal Memory<byte> Scratch { get; } = new byte[UdpTrackerExchange.MaxDatagram];

    /// <summary>A random number by which trackers know a torrent again.</summary>
    public uint NextKey() => (uint)_transactions.Next();

    /// <summary>Announces to a tracker as soon as there is a place for it.</summary>
    /// <param name="url">The tracker's announce URL: http, https or udp.</param>
    /// <param name="family">Over which address family, or null for any.</param>
    /// <param name="patience">For the exchange, once it has a place.</param>
    /// <param name="caller">Who is told; not before this call has returned.</param>
    /// <param name="now">The time.</param>
    /// <param name="trace">Who follows what happens, or nobody.</param>
    public TrackerCall Announce(TrackerUrl url, AddressFamily? family, TimeSpan patience, ITrackerCaller caller, MonoTime now, ITrackerTrace? trace = null)
        => Begin(url, family, patience, new AnnounceQuestion(caller), trace, now);

    /// <summary>Scrapes a tracker as soon as there is a place for it.</summary>
    /// <param name="url">The tracker's announce URL, one that <see cref="CanScrape"/>.</param>
    /// <param name="family">Over which address family, or null for any.</param>
    /// <param name="patience">For the exchange, once it has a place.</param>
    /// <param name="swarms">What to ask for: 1 to <see cref="MostScraped"/>.</param>
    /// <param name="caller">Who is told; not before this call has returned.</param>
    /// <param name="now">The time.</param>
    /// <param name="trace">Who follows what happens, or nobody.</param>
    public TrackerCall Scrape(
        TrackerUrl url,
        AddressFamily? family,
        TimeSpan patience,
        IReadOnlyList<InfoHash> swarms,
        IScrapeCaller caller,
        MonoTime now,
        ITrackerTrace? trace = null)
        => Begin(url, family, patience, new ScrapeQuestion(swarms, caller), trace, now);

    /// <summary>Whether a tracker's URL tells where to scrape it (BEP 48).</summary>
    public static bool CanScrape(TrackerUrl url) => url.Protocol == TrackerProtocol.Udp || HttpScrape.Url(url, []) is not null;

    /// <summary>How many swarms one scrape may ask a tracker for.</summary>
    public static int MostScraped(TrackerUrl url) => url.Protocol == TrackerProtocol.Udp ? UdpScrape.MaxSwarms : HttpScrape.MaxSwarms;

    /// <summary>An HTTP exchange ended.</summary>
    public void Handle(HttpFetchResult result, MonoTime now)
    {
        if (_fetches.Remove(result.Id, out HttpTrackerCall? call))
            call.Handle(result, now);
    }

    /// <summary>A name was looked up.</summary>
    public void Handle(ResolveResult result, MonoTime now) => Lookups.Handle(result, now);

    /// <summary>A datagram came in. False where it is no tracker's answer.</summary>
    public bool Handle(in Datagram datagram, MonoTime now)
    {
        if (!_udp.TryGetValue(Unmapped(datagram.Remote), out List<UdpTrackerCall>? calls))
            return false;
        // As many as have a place: TrackerPlaces.PerHost, unless names share an address.
        foreach (UdpTrackerCall call in calls)
        {
            // The list may have changed after a hit: leave it.
            if (call.Handle(datagram, now))
                return true;
        }

        return false;
    }

    internal long BeginFetch(HttpTrackerCall call)
    {
        _fetches.Add(++_lastFetch, call);
        return _lastFetch;
    }

    internal void EndFetch(long id) => _fetches.Remove(id);

    internal UdpTrackerExchange BeginUdp(UdpTrackerCall call, TrackerQuestion question, TrackerUrl url, IPAddress address)
    {
        UdpTrackerExchange exchange = question.OverUdp(url, new IPEndPoint(address, url.Port), _connections, _transactions);
        if (!_udp.TryGetValue(exchange.Tracker, out List<UdpTrackerCall>? calls))
            _udp.Add(exchange.Tracker, calls = []);
        calls.Add(call);
        return exchange;
    }

    internal void EndUdp(IPEndPoint tracker, UdpTrackerCall call)
    {
        if (_udp.TryGetValue(tracker, out List<UdpTrackerCall>? calls) && calls.Remove(call) && calls.Count == 0)
            _udp.Remove(tracker);
    }

    private TrackerCall Begin(TrackerUrl url, AddressFamily? family, TimeSpan patience, TrackerQuestion question, ITrackerTrace? trace, MonoTime now)
    {
        TrackerCall call = url.Protocol == TrackerProtocol.Udp
            ? new UdpTrackerCall(this, url, family, patience, question) { Trace = trace }
            : new HttpTrackerCall(this, url, family, patience, question) { Trace = trace };
        (url.Protocol == TrackerProtocol.Udp ? UdpPlaces : HttpPlaces).Enter(call, now);
        return call;
    }

    private static IPEndPoint Unmapped(IPEndPoint endpoint)
        => endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;
}
