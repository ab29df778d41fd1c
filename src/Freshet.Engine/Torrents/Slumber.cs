using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Lets a torrent sleep that seeds to nobody, and wakes it when somebody comes: asleep it holds neither metainfo nor anything that is as large. The outside is
/// asked for the metainfo by <see cref="TorrentNeededNotice"/>; who came meanwhile waits.
/// </summary>
internal sealed class Slumber
{
    /// <summary>Addresses that wait with a sleeping torrent: as many as one answer of a tracker has.</summary>
    private const int MaxWaitingPeers = 200;

    private readonly Torrent _torrent;
    private readonly SessionContext _session;

    // Made when it is first set: a torrent that comes back asleep has none.
    private Deadline? _doze;
    private List<(IPEndPoint Endpoint, PeerSources Source, InfoHash Swarm)>? _peers;
    private List<ConnectionId>? _callers;
    private bool _isWaking;
    private bool _isDozing;

    public Slumber(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
    }

    /// <summary>The swarm is open: those who waited come in.</summary>
    public void Opened(MonoTime now)
    {
        foreach ((IPEndPoint endpoint, PeerSources source, InfoHash swarm) in _peers ?? [])
            _torrent.Connector.AddCandidate(endpoint, source, swarm, now);
        _peers = null;
        foreach (ConnectionId caller in _callers ?? [])
        {
            if (_session.Callers.Remove(caller) is not { } handshake)
                continue;
            DisconnectReason refusal = _torrent.Connector.Accept(caller, handshake, now);
            if (refusal != DisconnectReason.None)
                _session.Effects.Send(new PeerCommand(PeerCommandKind.Close, caller) { Reason = refusal });
        }

        _callers = null;
        Emptied(now);
    }

    /// <summary>The last connection is gone, or there was none.</summary>
    public void Emptied(MonoTime now)
    {
        if (!_torrent.Spec.MaySleep || !_torrent.Lifecycle.IsOpen)
            return;
        EndDoze();
        (_doze ??= new Deadline(_session.Deadlines, Doze)).Set(now + _session.Dozing.Patience);
        _session.Dozing.Enter();
        _isDozing = true;
    }

    /// <summary>A peer dialled a torrent that rests.</summary>
    public DisconnectReason Hold(ConnectionId id, PeerHandshake handshake)
    {
        if (_session.Bans.IsBanned(handshake.Endpoint))
            return DisconnectReason.Banned;
        if (!_session.Callers.TryAdd(id, handshake))
            return DisconnectReason.Limit;
        _callers ??= [];

        // A disk may take minutes to wake up, and callers who hang up meanwhile are many.
        if (_callers.Count >= 2 * WaitingCallers.MaxCallers)
            _callers.RemoveAll(caller => !_session.Callers.Contains(caller));
        _callers.Add(id);
        Wake();
        return DisconnectReason.None;
    }

    /// <summary>There are peers to dial for a torrent that rests.</summary>
    public void Hold(IReadOnlyList<IPEndPoint> peers, PeerSources source, InfoHash swarm)
    {
        _peers ??= [];
        foreach (IPEndPoint peer in peers.Take(MaxWaitingPeers - _peers.Count))
            _peers.Add((peer, source, swarm));
        Wake();
    }

    /// <summary>The swarm closes: whoever waits is sent away.</summary>
    public void Dismiss()
    {
        _doze?.Clear();
        EndDoze();
        _peers = null;
        foreach (ConnectionId caller in _callers ?? [])
        {
            if (_session.Callers.Remove(caller) is not null)
                _session.Effects.Send(new PeerCommand(PeerCommandKind.Close, caller) { Reason = DisconnectReason.UnknownTorrent });
        }

        _callers = null;
    }

    /// <summary>The files are closed: nothing more is needed of the parts.</summary>
    public void FallAsleep(MonoTime now)
    {
        _torrent.Drop(now);
        if (_peers is not null || _callers is not null)
            Wake();
    }

    /// <summary>Asks for the metainfo, once.</summary>
    public void Wake()
    {
        if (_isWaking || !_torrent.IsAsleep)
            return;
        _isWaking = true;
        _session.Effects.Publish(new TorrentNeededNotice(_torrent.Id));
    }

    /// <summary>The metainfo is here, or there was none to be had.</summary>
    public void Answered() => _isWaking = false;

    private void EndDoze()
    {
        if (_isDozing)
            _session.Dozing.Leave();
        _isDozing = false;
    }

    private void Doze(MonoTime now)
    {
        EndDoze();
        if (_torrent.IsAwake && _torrent.Sharing.IsGiving)
        {
            Emptied(now);
            return;
        }

        if (_torrent.Lifecycle.IsOpen && _torrent.Connector.Connections.Count == 0 && _torrent.IsWhole && _torrent.Lifecycle.State == TorrentState.Seeding)
            _torrent.Lifecycle.Rest(now);
    }
}
