using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Discovery;
using Freshet.Engine.Statistics;

namespace Freshet.Engine.Session;

/// <summary>A session's part in the DHT: its nodes, whose turn it is to be looked for, and what is kept for the next start.</summary>
internal sealed class SessionDht
{
    /// <summary>How often nodes are kept for the next start: after a crash those of a quarter of an hour ago are as good.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(15);

    private readonly SessionContext _session;
    private readonly LocalNodes _nodes;
    private readonly Deadline _save;

    public SessionDht(SessionContext session, SessionDhtSettings settings, ReadOnlySpan<byte> secret, MonoTime now)
    {
        _session = session;
        AddressFamily[] families =
        [
            .. session.Settings.UseIPv4 ? (AddressFamily[])[AddressFamily.InterNetwork] : [],
            .. session.Settings.UseIPv6 ? (AddressFamily[])[AddressFamily.InterNetworkV6] : [],
        ];
        _nodes = new LocalNodes(session.Effects, session.Deadlines, session.Trackers.Lookups, settings with { Port = session.Settings.ListenPort }, families, session.Random, secret, now);
        Rounds = new DhtRounds(session.Deadlines, () => _nodes.IsIn);
        _nodes.CameIn = Rounds.Run;
        _nodes.AddressSeen = session.OwnAddresses.Agreed;
        _save = new Deadline(session.Deadlines, Save);
        _save.Set(now + SaveInterval);
    }

    /// <summary>Whether our nodes answer others.</summary>
    public bool Answers => !_nodes.Settings.Node.IsReadOnly;

    /// <summary>Our nodes, for questions that no torrent asks.</summary>
    public LocalNodes Nodes => _nodes;

    /// <summary>When each torrent is looked for.</summary>
    public DhtRounds Rounds { get; }

    public void Begin(MonoTime now) => _nodes.Begin(now);

    public void Handle(in Datagram datagram, MonoTime now) => _nodes.Handle(datagram, now);

    /// <summary>A torrent names nodes that know it.</summary>
    public void Named(IReadOnlyList<(string Host, int Port)> nodes, MonoTime now) => _nodes.Named(nodes, now);

    /// <summary>A peer tells of its node.</summary>
    public void NodeTold(IPEndPoint node, MonoTime now) => _nodes.Told(node, now);

    /// <summary>The port of our node for a peer of a family; null where there is none that answers.</summary>
    public int? PortFor(IPEndPoint peer)
        => _session.Settings.ListenPort is > 0 and var port && Answers && _nodes.Of(AddressRules.Unmapped(peer.Address).AddressFamily) is not null
            ? port
            : null;

    /// <summary>Looks for a swarm in both families, and announces us there.</summary>
    /// <param name="swarm">The swarm.</param>
    /// <param name="isSeed">Whether we lack nothing.</param>
    /// <param name="sink">Takes peers as they come, and is told of the end, which may be before this call returns.</param>
    /// <param name="now">The time.</param>
    public DhtOperation Look(InfoHash swarm, bool isSeed, IPeerSink sink, MonoTime now)
    {
        int port = _session.Settings.ListenPort;
        var search = new PeerSearch { AnnouncePort = port > 0 ? (ushort)port : null, IsSeed = isSeed };
        DhtOperation lookup = _nodes.All.FindPeers(swarm, search, sink, now);
        _nodes.Called(now);
        return lookup;
    }

    /// <summary>The session ends: the nodes are kept.</summary>
    public void Shutdown(MonoTime now)
    {
        Save(now);
        _save.Clear();
    }

    public DhtSnapshot Snapshot(MonoTime now) => new(
        _nodes.Of(AddressFamily.InterNetwork)?.GetStatistics(now), _nodes.Of(AddressFamily.InterNetworkV6)?.GetStatistics(now), Rounds.Count, Rounds.UnderWay);

    private void Save(MonoTime now)
    {
        _save.Set(now + SaveInterval);

        // Without a line for a while nobody answers: what was kept before is better than nothing.
        if (_nodes.IsIn)
            _session.Effects.Publish(new DhtNodesNotice(_nodes.Export()));
    }
}
