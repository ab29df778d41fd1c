using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// The way between a torrent and its swarm, which the queue opens and closes: while it is open pieces come and go, trackers know of it, and it is found out
/// whether the torrent moves anything and whether it has given enough.
/// </summary>
internal sealed class SwarmGate : IQueueMember
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly PaceWatch _pace;
    private bool _hasFirstPeers;

    public SwarmGate(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        Seat = new QueueSeat(this);
        Goals = new GoalWatch(torrent, session) { Own = torrent.Spec.Goals };
        _pace = new PaceWatch(Seat, torrent.Figures, session);
    }

    /// <summary>The torrent's seat in the session's queue.</summary>
    public QueueSeat Seat { get; }

    public GoalWatch Goals { get; }

    /// <summary>Whether pieces may come and go.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Asks the queue for a place, or gives one back; what needs it goes on as soon as there is one.</summary>
    public void Want(QueueKind kind, MonoTime now)
    {
        bool isSame = Seat.Wants == kind;
        _session.Queue.Want(Seat, kind, now);
        if (isSame || Seat.IsAdmitted)
            return;
        Close(now);
        _torrent.Lifecycle.Show();
    }

    /// <summary>Gives the place back, and closes, for the end of a run.</summary>
    public void Leave(MonoTime now)
    {
        _session.Queue.Want(Seat, QueueKind.None, now);
        Close(now);
    }

    /// <summary>
    /// Lets peers in and dials them, and tells trackers and the DHT of it. For a torrent that rests only they are told; one whose metadata is fetched, or whose files are looked
    /// at after that, has connections and no open swarm.
    /// </summary>
    public void Open(MonoTime now)
    {
        if (_torrent.Lifecycle.IsReady)
            OpenToPeers(now);
        else if (_torrent.HasConnector && !_torrent.Lifecycle.IsResting)
            Connect(now);
        _torrent.Trackers.Start(now);
        _torrent.Dht.Start(now);
    }

    /// <summary>Sends away who is here and who waits, and tells trackers of it.</summary>
    public void Close(MonoTime now)
    {
        IsOpen = false;
        _pace.End();
        Goals.End();
        _torrent.Figures.SetSeeding(false, now);
        _torrent.Slumber.Dismiss();
        _torrent.Fetch?.End();
        _torrent.EndLayers();
        LocalDiscovery.Stop(_torrent);
        if (_torrent.HasConnector)
            _torrent.Connector.CloseAll(DisconnectReason.TorrentStopped, now);
        _torrent.Trackers.Stop(now, _torrent.Lifecycle.TrackersTold);
        _torrent.Dht.Stop(now);
    }

    /// <summary>Dials nobody any more, for a torrent that falls asleep: who comes from here on waits for it to wake. It keeps its place.</summary>
    public void Rest(MonoTime now)
    {
        IsOpen = false;
        LocalDiscovery.Stop(_torrent);
        _torrent.Connector.CloseAll(DisconnectReason.TorrentStopped, now);
    }

    /// <summary>The queue has other limits.</summary>
    public void LimitsChanged(MonoTime now) => _pace.LimitsChanged(now);

    /// <summary>Payload came in or went out.</summary>
    public void PayloadMoved(MonoTime now)
    {
        _pace.Moved(now);
        Goals.Moved(now);
    }

    /// <inheritdoc/>
    void IQueueMember.Admitted(MonoTime now)
    {
        if (Seat.Wants == QueueKind.Check)
        {
            _torrent.Storage?.Check(now);
        }
        else
        {
            if (!IsOpen)
                Open(now);
            _pace.Begin(now);
            _torrent.Figures.SetSeeding(Seat.Wants == QueueKind.Seed, now);
            if (Seat.Wants == QueueKind.Seed)
                Goals.Begin(now);
            else
                Goals.End();
        }

        _torrent.Lifecycle.Show();
    }

    /// <inheritdoc/>
    void IQueueMember.Suspended(MonoTime now)
    {
        Close(now);
        _torrent.Lifecycle.Show();
    }

    /// <inheritdoc/>
    void IQueueMember.Moved() => _session.Touched.Add(_torrent);

    private void OpenToPeers(MonoTime now)
    {
        IsOpen = true;
        _torrent.Requester.IsHeld = _torrent.Lifecycle.Health.Trouble is not null;
        _torrent.Uploader.Opened();
        _torrent.InitialSeeding.Opened();
        _torrent.Awake.RequestWatch.Begin(now);
        _torrent.Arrivals.Opened(now);
        Connect(now);
    }

    /// <summary>Dials peers and lets them in, whatever can be spoken of with them yet.</summary>
    private void Connect(MonoTime now)
    {
        _torrent.Connector.Open(now);
        _session.LocalDiscovery?.Start(_torrent, now);
        _torrent.Fetch?.Begin();
        if (_hasFirstPeers)
            return;

        // Once: whoever of them was of use is known when it opens again.
        _hasFirstPeers = true;
        _torrent.Connector.Memory.Begin();
        _torrent.AddPeers(_torrent.Spec.Peers, PeerSources.User, _torrent.Hashes.Primary, now);
    }
}
