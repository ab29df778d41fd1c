using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Torrents;
using Freshet.Protocol.LocalDiscovery;

namespace Freshet.Engine.Discovery;

/// <summary>
/// Local discovery (BEP 14) of a session: torrents that look for peers are announced to the local network every five minutes, several in a datagram, at most one
/// datagram a second and family; and peers of the local network that announce the same torrents are told of. Private torrents take no part.
/// </summary>
internal sealed class LocalDiscovery
{
    /// <summary>The time between two announces of a torrent.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>An info-hash is announced no sooner again, whatever is stopped and started (BEP 14).</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMinutes(1);

    /// <summary>Between two datagrams of a family, so that thousands of torrents that start together do not flood the network.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Torrents that are due so soon go with those that are due now.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(10);

    private readonly SessionContext _session;
    private readonly LocalGroups _groups;
    private readonly string _cookie;
    private readonly Deadline _round;

    // In the order of their times; who has left is passed over when its turn comes.
    private readonly PriorityQueue<Torrent, (long At, long Order)> _due = new();
    private long _order;
    private MonoTime _notBefore = MonoTime.Zero;

    // A mutable struct: not readonly. What others may have us read: a flood of datagrams finds nobody (THREATS U9).
    private MessageBudget _heard = MessageBudget.OfLocalAnnounces;

    public LocalDiscovery(SessionContext session, LocalGroups groups, string cookie)
    {
        _session = session;
        _groups = groups;
        _cookie = cookie;
        _round = new Deadline(session.Deadlines, Announce);
    }

    /// <summary>A torrent looks for peers.</summary>
    public void Start(Torrent torrent, MonoTime now)
    {
        if (torrent.Summary.IsPrivate || torrent.LocalSeat.IsOn)
            return;
        torrent.LocalSeat.IsOn = true;
        MonoTime at = torrent.LocalSeat.LastAt is { } last ? MonoTime.Max(now, last + LeastInterval) : now;
        if (!torrent.LocalSeat.IsQueued)
            Enqueue(torrent, at);
        Schedule(now);
    }

    /// <summary>A torrent looks for peers no more.</summary>
    public static void Stop(Torrent torrent) => torrent.LocalSeat.IsOn = false;

    /// <summary>A datagram came in at a group.</summary>
    public void Handle(in Datagram datagram, MonoTime now)
    {
        IPAddress from = AddressRules.Unmapped(datagram.Remote.Address);
        if (AddressRules.Classify(from) is not (AddressScope.Lan or AddressScope.LinkLocal or AddressScope.Loopback) || !_heard.TrySpend(1, now))
            return;
        if (!LocalAnnounceCodec.TryParse(datagram.Bytes.Span, out LocalAnnounce? announce) || announce.Cookie == _cookie)
            return;
        foreach (InfoHash swarm in announce.Swarms)
        {
            if (_session.FindSwarm?.Invoke(swarm) is { HasConnector: true, Summary.IsPrivate: false } torrent)
                torrent.AddPeers([new IPEndPoint(from, announce.Port)], PeerSources.Lsd, swarm, now);
        }
    }

    private void Enqueue(Torrent torrent, MonoTime at)
    {
        torrent.LocalSeat.IsQueued = true;
        _due.Enqueue(torrent, (at.Nanoseconds, _order++));
    }

    private void Schedule(MonoTime now)
    {
        if (_due.TryPeek(out _, out (long At, long) first))
            _round.Set(MonoTime.Max(now, MonoTime.Max(new MonoTime(first.At), _notBefore)));
    }

    private void Announce(MonoTime now)
    {
        var swarms = new List<InfoHash>();
        long until = (now + Gathering).Nanoseconds;
        while (_due.TryPeek(out Torrent? torrent, out (long At, long) due) && due.At <= until && swarms.Count + torrent.Hashes.Swarms.Count() <= LocalAnnounceCodec.MaxSwarms)
        {
            _due.Dequeue();
            torrent.LocalSeat.IsQueued = false;
            if (!torrent.LocalSeat.IsOn || torrent.Summary.IsPrivate)
                continue;
            if (due.At > now.Nanoseconds && torrent.LocalSeat.LastAt is { } last && now < last + LeastInterval)
            {
                Enqueue(torrent, last + LeastInterval);
                break;
            }

            torrent.LocalSeat.LastAt = now;
            swarms.AddRange(torrent.Hashes.Swarms);
            Enqueue(torrent, now + Interval);
        }

        if (swarms.Count > 0 && _session.Settings.ListenPort > 0)
            Send(swarms);
        _notBefore = now + Pace;
        Schedule(now);
    }

    private void Send(List<InfoHash> swarms)
    {
        var announce = new LocalAnnounce(_session.Settings.ListenPort, swarms, _cookie);
        if (_session.Settings.UseIPv4)
            Send(announce, _groups.Of(AddressFamily.InterNetwork));
        if (_session.Settings.UseIPv6)
            Send(announce, _groups.Of(AddressFamily.InterNetworkV6));
    }

    private void Send(LocalAnnounce announce, IPEndPoint group)
        => _session.Effects.SendDatagram(new Datagram(group, LocalAnnounceCodec.Write(announce, group)));
}
