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
    private readonly Dictionary<long, HttpTrackerAnnounce> _fetches = [];
    private readonly Dictionary<IPEndPoint, List<UdpTrackerAnnounce>> _udp = [];
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
    }

    internal IEngineEffects Effects { get; }

    internal DeadlineQueue Deadlines { get; }

    internal string UserAgent { get; }

    internal HostLookups Lookups { get; }

    internal TrackerPlaces HttpPlaces { get; } = new(TrackerPlaces.HttpInAll);

    internal TrackerPlaces UdpPlaces { get; } = new(TrackerPlaces.UdpInAll);

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
    public TrackerAnnounce Begin(TrackerUrl url, AddressFamily? family, TimeSpan patience, ITrackerCaller caller, MonoTime now)
    {
        TrackerAnnounce announce = url.Protocol == TrackerProtocol.Udp
            ? new UdpTrackerAnnounce(this, url, family, patience, caller)
            : new HttpTrackerAnnounce(this, url, family, patience, caller);
        (url.Protocol == TrackerProtocol.Udp ? UdpPlaces : HttpPlaces).Enter(announce, now);
        return announce;
    }

    /// <summary>An HTTP exchange ended.</summary>
    public void Handle(HttpFetchResult result, MonoTime now)
    {
        if (_fetches.Remove(result.Id, out HttpTrackerAnnounce? announce))
            announce.Handle(result, now);
    }

    /// <summary>A name was looked up.</summary>
    public void Handle(ResolveResult result, MonoTime now) => Lookups.Handle(result, now);

    /// <summary>A datagram came in. False where it is no tracker's answer.</summary>
    public bool Handle(in Datagram datagram, MonoTime now)
    {
        if (!_udp.TryGetValue(Unmapped(datagram.Remote), out List<UdpTrackerAnnounce>? announces))
            return false;
        foreach (UdpTrackerAnnounce announce in announces)
        {
            // The list may have changed after a hit: leave it.
            if (announce.Handle(datagram, now))
                return true;
        }

        return false;
    }

    internal long BeginFetch(HttpTrackerAnnounce announce)
    {
        _fetches.Add(++_lastFetch, announce);
        return _lastFetch;
    }

    internal void EndFetch(long id) => _fetches.Remove(id);

    internal UdpTrackerExchange BeginUdp(UdpTrackerAnnounce announce, AnnounceRequest request, TrackerUrl url, IPAddress address)
    {
        var exchange = new UdpTrackerExchange(request, url, new IPEndPoint(address, url.Port), _connections, _transactions);
        if (!_udp.TryGetValue(exchange.Tracker, out List<UdpTrackerAnnounce>? announces))
            _udp.Add(exchange.Tracker, announces = []);
        announces.Add(announce);
        return exchange;
    }

    internal void EndUdp(IPEndPoint tracker, UdpTrackerAnnounce announce)
    {
        if (_udp.TryGetValue(tracker, out List<UdpTrackerAnnounce>? announces) && announces.Remove(announce) && announces.Count == 0)
            _udp.Remove(tracker);
    }

    private static IPEndPoint Unmapped(IPEndPoint endpoint)
        => endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;
}
