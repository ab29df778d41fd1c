using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// The connections of one torrent: whom to dial and when, whom to accept, and which of two connections to the same peer stays.
/// </summary>
internal sealed class SwarmConnector
{
    /// <summary>
    /// Two sides that dial each other at the same moment both see two connections. Within this time (the handshake's) both keep the one that was opened
    /// by the side with the greater peer id; later the older one stays, so that nobody can push an honest peer out by naming its id.
    /// </summary>
    private static readonly TimeSpan SimultaneousOpen = TimeSpan.FromSeconds(10);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly List<PeerConnection> _connections = [];

    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<PeerId, PeerConnection> _byPeer = [];
    private readonly Approach _approach;
    private readonly PlaceKeeper _places;
    private readonly Deadline _nextDial;
    private bool _isOpen;

    public SwarmConnector(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        Candidates = new PeerList(session.Random, session.Bans, session.OwnAddresses);
        Exchange = new PeerExchange(torrent, session);
        Memory = new PeerMemory(torrent, session, this);
        _approach = new Approach(torrent, session);
        _places = new PlaceKeeper(this, session);
        _nextDial = new Deadline(session.Deadlines, now => session.Dialer.Want(this, now));
    }

    /// <summary>The addresses that are known.</summary>
    public PeerList Candidates { get; }

    /// <summary>What a peer cache knows of the torrent's peers.</summary>
    public PeerMemory Memory { get; }

    /// <summary>What peers tell each other of peers.</summary>
    public PeerExchange Exchange { get; }

    /// <summary>
    /// Connections that are open or being opened, oldest first as long as none has ended; for reading only. A list, because each piece that is written walks over it, and
    /// walking an interface allocates.
    /// </summary>
    public List<PeerConnection> Connections => _connections;

    /// <summary>Connections whose handshakes are through.</summary>
    public int ReadyCount { get; private set; }

    /// <summary>Whether the session's dialer has this torrent in its queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>How many more peers there is room for.</summary>
    public int PeersWanted => Math.Max(0, Limit - _connections.Count);

    /// <summary>Whether there is room for peers and nobody left to dial, now or later.</summary>
    public bool IsShortOfPeers => _isOpen && Candidates.NextDue.IsNever && _connections.Count < Limit;

    /// <summary>The most connections.</summary>
    public int Limit => _torrent.Spec.MaxConnections ?? _session.Settings.MaxConnectionsPerTorrent;

    /// <summary>Starts dialling and accepting.</summary>
    public void Open(MonoTime now)
    {
        _isOpen = true;
        EndPauses(now);
    }

    /// <summary>Something is wanted that was not: peers who were let go because nobody wanted anything are dialled again.</summary>
    public void EndPauses(MonoTime now)
    {
        Candidates.EndPauses(now);
        Schedule(now);
    }

    /// <summary>Closes every connection and takes no more.</summary>
    public void CloseAll(DisconnectReason reason, MonoTime now)
    {
        Memory.End();
        _isOpen = false;
        _nextDial.Clear();
        _places.Close();
        while (_connections.Count > 0)
            Close(_connections[^1], reason, now);
    }

    /// <summary>Closes every connection and forgets every address but those that the user named.</summary>
    public void StartOver(MonoTime now)
    {
        Candidates.KeepOnly(PeerSources.User);
        while (_connections.Count > 0)
            Close(_connections[^1], DisconnectReason.TrackerChanged, now);
        Schedule(now);
    }

    /// <summary>The torrent has turned out to be private (BEP 27): goes on only with peers that one of these has named.</summary>
    public void KeepOnly(PeerSources sources, MonoTime now)
    {
        for (int i = _connections.Count - 1; i >= 0; i--)
        {
            if (((_connections[i].Candidate?.Sources ?? PeerSources.Incoming) & sources) == 0)
                Close(_connections[i], DisconnectReason.TrackerChanged, now);
        }

        Candidates.KeepOnly(sources);
        Schedule(now);
    }

    /// <summary>Tells of a peer; where there is room it is dialled in the same moment.</summary>
    /// <param name="endpoint">Its address.</param>
    /// <param name="source">Who tells.</param>
    /// <param name="swarm">The swarm that it was found in.</param>
    /// <param name="now">The time.</param>
    /// <param name="speaksUtp">Whether it is said to speak uTP.</param>
    public void AddCandidate(IPEndPoint endpoint, PeerSources source, InfoHash swarm, MonoTime now, bool speaksUtp = false)
    {
        SessionSettings settings = _session.Settings;
        bool isReachable = endpoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? settings.UseIPv4 : settings.UseIPv6;
        if (!isReachable)
            return;

        // Also where it is known already: the user's word may have ended its pause.
        Candidates.Add(endpoint, source, now, isV2: swarm == _torrent.Hashes.Upgrade, speaksUtp: speaksUtp);
        _session.Touched.Add(_torrent);
        Schedule(now);
    }

    /// <summary>Dials the best candidate that is due; false where there is none or no room.</summary>
    public bool TryDial(MonoTime now)
    {
        if (!_isOpen || _connections.Count >= Limit)
            return false;
        if (!Candidates.TryTakeDue(now, out PeerCandidate? candidate))
        {
            Schedule(now);
            return false;
        }

        var connection = new PeerConnection(_torrent, this, _session.Connections.NextOutgoing(), candidate!.Endpoint, candidate, now);
        Add(connection);
        connection.Send(PeerCommandKind.Connect, _approach.ToDial(connection, candidate));
        return true;
    }

    /// <summary>A peer dialled us and named this torrent: accept it or not.</summary>
    public DisconnectReason Accept(ConnectionId id, PeerHandshake handshake, MonoTime now)
    {
        if (!_isOpen)
            return DisconnectReason.UnknownTorrent;
        if (_session.Bans.IsBanned(handshake.Endpoint))
            return DisconnectReason.Banned;
        if (_session.Connections.PendingIncoming >= _session.Settings.MaxPendingHandshakes)
            return DisconnectReason.Limit;
        bool isFull = _connections.Count >= Limit || _session.Connections.Count >= _session.Settings.MaxConnections;
        if (isFull && !_places.TryMakeRoom(handshake.Endpoint, now))
            return DisconnectReason.Limit;

        var connection = new PeerConnection(_torrent, this, id, handshake.Endpoint, null, now);
        Add(connection);
        connection.Send(PeerCommandKind.Accept, _approach.ToAnswer(connection, handshake));
        return DisconnectReason.None;
    }

    /// <summary>The handshakes of a connection are through. False where it must not live on: it is closed already.</summary>
    public bool Ready(PeerConnection connection, PeerHandshake handshake, MonoTime now)
    {
        connection.Phase = ConnectionPhase.Ready;
        connection.ReadyAt = connection.WaitingSince = now;
        connection.Peer = handshake.Peer;
        connection.Identity.Id = handshake.Peer;
        connection.SupportsFast = handshake.SupportsFast;
        connection.SupportsExtensions = handshake.SupportsExtensions;
        connection.SupportsDht = handshake.SupportsDht;
        connection.Encryption = handshake.Encryption;
        connection.Transport = handshake.Transport;
        connection.IsV2 = handshake.Swarm == _torrent.Hashes.V2Swarm;
        ReadyCount++;
        _session.Touched.Add(_torrent);
        _session.Connections.Opened(connection);
        _session.Dialer.Run(now);
        if (handshake.Peer == _session.Settings.PeerId)
        {
            if (!connection.Id.IsIncoming)
                Candidates.MarkSelf(connection.Endpoint);
            Close(connection, DisconnectReason.SelfConnection, now);
            return false;
        }

        if (_session.Bans.IsBanned(connection.Identity))
        {
            Close(connection, DisconnectReason.Banned, now);
            return false;
        }

        if (_byPeer.TryGetValue(handshake.Peer, out PeerConnection? other))
        {
            PeerConnection loser = Loser(other, connection, now);
            Close(loser, DisconnectReason.Duplicate, now);
            if (loser == connection)
                return false;
        }

        _byPeer[handshake.Peer] = connection;
        if (connection.Candidate is { } candidate)
        {
            _approach.Worked(connection, candidate);
            Candidates.Connected(candidate, now);
        }

        Exchange.Met(connection, now);

        return true;
    }

    /// <summary>A peer that dialled us says where it listens.</summary>
    public void LearnListenPort(PeerConnection connection, int port, MonoTime now)
    {
        if (connection.Candidate is not null || !connection.Id.IsIncoming)
            return;

        // Where another connection leads to that port, the word of this one counts for nothing: it may name an honest neighbour's.
        connection.Candidate = Candidates.ConnectedIncoming(connection.Endpoint, port, now);
        connection.Identity.Listens = connection.Candidate?.Endpoint;
        Exchange.Met(connection, now);
    }

    /// <summary>Closes a connection; it counts for nothing from here on.</summary>
    public void Close(PeerConnection connection, DisconnectReason reason, MonoTime now)
    {
        if (connection.Phase == ConnectionPhase.Closing)
            return;
        bool wasOpening = connection.Phase == ConnectionPhase.Opening;
        Detach(connection, reason, now);
        connection.ClosingReason = reason;
        if (wasOpening)
            _session.Connections.Opened(connection);
        _session.Effects.Send(new PeerCommand(PeerCommandKind.Close, connection.Id) { Reason = reason });
    }

    /// <summary>Dials the peer of a connection to a hybrid's v1 swarm again, by the v2 hash; where it hangs up on that, by the other as before.</summary>
    public void RedialByV2(PeerConnection connection, PeerCandidate candidate, MonoTime now)
    {
        candidate.IsV2 = true;
        Close(connection, DisconnectReason.TorrentStopped, now);
        Schedule(now);
    }

    /// <summary>The pump says that a connection is gone.</summary>
    public void Closed(PeerConnection connection, DisconnectReason reason, MonoTime now)
    {
        bool wasOpening = connection.Phase == ConnectionPhase.Opening;
        if (connection.Phase != ConnectionPhase.Closing)
            Detach(connection, reason, now);
        else
            reason = connection.ClosingReason;
        _session.Connections.Remove(connection, wasOpening);
        _session.Effects.Publish(new PeerClosedNotice(_torrent.Id, connection.Id, connection.Endpoint, reason));
        Schedule(now);
        _session.Dialer.Run(now);
    }

    /// <summary>Bans a peer, on every connection of the torrent.</summary>
    public void Ban(PeerIdentity peer, string why, MonoTime now)
    {
        if (!_session.Bans.Ban(peer))
            return;
        _session.Effects.Publish(new PeerBannedNotice(_torrent.Id, peer.Endpoint, why));
        Candidates.RemoveBanned();
        for (int i = _connections.Count - 1; i >= 0; i--)
        {
            if (i < _connections.Count && _session.Bans.IsBanned(_connections[i].Identity))
                Close(_connections[i], DisconnectReason.Banned, now);
        }
    }

    private static bool WeAreGreater(PeerId ours, PeerId theirs) => ours.Value.Bytes.SequenceCompareTo(theirs.Value.Bytes) > 0;

    private PeerConnection Loser(PeerConnection older, PeerConnection newer, MonoTime now)
    {
        if (older.Id.IsIncoming == newer.Id.IsIncoming || now - older.ReadyAt > SimultaneousOpen)
            return newer;
        bool keepOurs = WeAreGreater(_session.Settings.PeerId, newer.Peer);
        return newer.Id.IsIncoming == keepOurs ? newer : older;
    }

    private void Schedule(MonoTime now)
    {
        if (!_isOpen)
            return;
        MonoTime due = Candidates.NextDue;
        if (_connections.Count >= Limit)
        {
            if (due <= now)
                _places.Wanted(now);
            return;
        }

        if (due <= now)
            _session.Dialer.Want(this, now);
        else
            _nextDial.Set(due);
        if (due.IsNever)
            _torrent.NeedsPeers(now);
    }

    private void Add(PeerConnection connection)
    {
        _session.Touched.Add(_torrent);
        connection.Position = _connections.Count;
        _connections.Add(connection);
        _session.Connections.Add(connection);
    }

    private void Detach(PeerConnection connection, DisconnectReason reason, MonoTime now)
    {
        ConnectionTrack? track = connection.Phase == ConnectionPhase.Ready ? connection.Track(now) : null;
        if (connection.Phase == ConnectionPhase.Ready)
        {
            // The other side may be the first to see that neither wants anything: that is no failure of its.
            if (reason == DisconnectReason.ClosedByPeer && _torrent.WantsNothing && !connection.IsInterestedInUs)
                reason = DisconnectReason.Useless;
            ReadyCount--;
            if (_byPeer.TryGetValue(connection.Peer, out PeerConnection? known) && known == connection)
                _byPeer.Remove(connection.Peer);
            _torrent.Left(connection, now);
            if (track is { Bytes: > 0 })
                Memory.Note(now);
            Exchange.Left(connection, now);
        }

        connection.Phase = ConnectionPhase.Closing;
        connection.Timer.Clear();
        PeerConnection last = _connections[^1];
        _connections[connection.Position] = last;
        last.Position = connection.Position;
        _connections.RemoveAt(_connections.Count - 1);
        _session.Touched.Add(_torrent);
        if (connection.Candidate is { } candidate)
        {
            if (track is null && _approach.Failed(candidate, Candidates, reason, connection.Transport, now))
                return;
            Candidates.Disconnected(candidate, reason, track, now);
        }

        if (_connections.Count == 0)
            _torrent.Slumber.Emptied(now);
    }
}
