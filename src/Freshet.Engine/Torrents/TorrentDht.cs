using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// A torrent's part in the DHT: while it runs it is announced there in each of its swarms, and whoever is found is dialled. A private torrent has none (BEP 27).
/// </summary>
internal sealed class TorrentDht : IDhtMember, IPeerSink
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;

    // Made when the torrent first runs with a DHT, and there only while it is looked for: torrents are many.
    private DhtTurn? _turn;
    private List<DhtOperation>? _lookups;
    private int _underWay;

    public TorrentDht(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
    }

    /// <summary>Whether it may be known there at all.</summary>
    public bool IsAllowed => _session.Dht is not null && !_torrent.Summary.IsPrivate;

    /// <summary>Whether peers may ask a node of ours.</summary>
    public bool HasNode => IsAllowed && _session.Dht!.Answers;

    /// <summary>Only what is wanted is worth a hurry: who only gives is found by those who want.</summary>
    bool IDhtMember.IsShortOfPeers => _torrent.HasConnector && (_torrent.Fetch is not null || _torrent.IsFetching) && _torrent.Connector.IsShortOfPeers;

    /// <summary>The swarm is open.</summary>
    public void Start(MonoTime now)
    {
        if (!IsAllowed)
            return;
        _session.Dht!.Named([.. _torrent.Spec.Nodes, .. _torrent.KnownMetainfo?.Nodes ?? []], now);
        _session.Dht!.Rounds.Enter(_turn ??= new DhtTurn(this), now);
    }

    /// <summary>The swarm closes, or the torrent turns out to be private. Nodes forget us by themselves: BEP 5 has no way to tell them.</summary>
    public void Stop(MonoTime now)
    {
        if (_turn is null)
            return;
        DhtRounds rounds = _session.Dht!.Rounds;
        rounds.Leave(_turn);
        foreach (DhtOperation lookup in _lookups ?? [])
            lookup.Cancel(now);
        _lookups = null;
        rounds.GivenUp(_turn, now);
    }

    /// <summary>There is nobody left to dial.</summary>
    public void PeersNeeded(MonoTime now)
    {
        if (_turn is not null && ((IDhtMember)this).IsShortOfPeers)
            _session.Dht?.Rounds.PeersNeeded(_turn, now);
    }

    /// <summary>A peer has shaken hands: it is told of our node, where it knows what that is (BEP 5).</summary>
    public void Greet(PeerConnection peer)
    {
        if (peer.SupportsDht && IsAllowed && _session.Dht!.PortFor(peer.Endpoint) is { } port)
            peer.Send(PeerCommandKind.Port, port);
    }

    /// <summary>A peer tells of its node: at its own address, so that nobody else is asked for its sake.</summary>
    public void NodeTold(PeerConnection peer, int port, MonoTime now)
    {
        if (peer.HasToldNode || !IsAllowed)
            return;
        peer.HasToldNode = true;
        _session.Dht!.NodeTold(new IPEndPoint(peer.Endpoint.Address, port), now);
    }

    void IDhtMember.Look(MonoTime now)
    {
        // Counted before any of them begins: some end at once.
        InfoHash[] swarms = [.. _torrent.Hashes.Swarms];
        _underWay = swarms.Length;
        var lookups = new List<DhtOperation>(swarms.Length);
        _lookups = lookups;
        foreach (InfoHash swarm in swarms)
            lookups.Add(_session.Dht!.Look(swarm, _torrent.IsWhole, this, now));
    }

    void IPeerSink.PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now)
    {
        // Asleep it seeds, and nodes do not tell seeders from others: it is not woken for them. Who lacks something finds it.
        if (_turn is not { IsIn: true } turn || !_torrent.HasConnector || !IsAllowed)
            return;
        int known = _torrent.Connector.Candidates.Count;
        _torrent.AddPeers(peers, PeerSources.Dht, operation.Target.Swarm, now);
        turn.HasFound |= _torrent.Connector.Candidates.Count > known;
    }

    void IDhtSink.Ended(DhtOperation operation, MonoTime now)
    {
        if (--_underWay > 0)
            return;
        _lookups = null;
        _session.Dht!.Rounds.Done(_turn!, now);
    }
}
