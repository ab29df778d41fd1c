using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>
/// Hands the session's right to open connections to the torrents that want one, in turn: bounded at once (half-open), in all, and a second. A torrent
/// that wants none is not in the queue.
/// </summary>
internal sealed class Dialer
{
    private readonly SessionContext _session;
    private readonly Queue<SwarmConnector> _queue = new();
    /// <summary>Connections that are looked at when the session has no place left: near enough to the worst of all, however many there are.</summary>
    private const int TurnoverSample = 64;

    private Deadline? _timer;
    private Deadline? _turnover;
    private double _tokens;
    private MonoTime _filled;
    private bool _isRunning;

    public Dialer(SessionContext session, MonoTime now)
    {
        _session = session;
        _tokens = session.Settings.ConnectsPerSecond;
        _filled = now;
    }

    /// <summary>A torrent has a peer to dial: done at once where the limits allow, else as soon as they do.</summary>
    public void Want(SwarmConnector connector, MonoTime now)
    {
        if (!connector.IsQueued)
        {
            connector.IsQueued = true;
            _queue.Enqueue(connector);
        }

        Run(now);
    }

    /// <summary>Dials as many as the limits allow; called whenever a limit may have room again.</summary>
    public void Run(MonoTime now)
    {
        if (_isRunning || _queue.Count == 0)
            return;
        _isRunning = true;
        Fill(now);
        while (_queue.Count > 0 && HasRoom())
        {
            if (_tokens < 1)
            {
                _timer ??= new Deadline(_session.Deadlines, Run);
                // A millisecond more, so that rounding does not wake us for 0.999 of a token.
                _timer.SetNoLaterThan(now + TimeSpan.FromSeconds(0.001 + ((1 - _tokens) / Math.Max(1, _session.Settings.ConnectsPerSecond))));
                break;
            }

            SwarmConnector connector = _queue.Dequeue();
            connector.IsQueued = false;
            if (!connector.TryDial(now))
                continue;
            _tokens--;
            connector.IsQueued = true;
            _queue.Enqueue(connector);
        }

        _isRunning = false;
        if (_queue.Count > 0 && _session.Connections.Count >= _session.Settings.MaxConnections)
        {
            _turnover ??= new Deadline(_session.Deadlines, TurnOver);
            _turnover.SetNoLaterThan(now + Turnover.Interval);
        }
    }

    /// <summary>Torrents wait for places of the session: the worst connections, of whatever torrents, give theirs.</summary>
    private void TurnOver(MonoTime now)
    {
        if (_queue.Count == 0 || !Turnover.IsFull(_session.Connections.Count, _session.Settings.MaxConnections))
            return;
        PlaceKeeper.CloseWorst([.. _session.Connections.Sample(TurnoverSample, _session.Random).Where(peer => peer.Phase != ConnectionPhase.Closing)], waiting: TurnoverSample, now);
        Run(now);
    }

    private bool HasRoom()
        => _session.Connections.HalfOpen < _session.Settings.MaxHalfOpen && _session.Connections.Count < _session.Settings.MaxConnections;

    private void Fill(MonoTime now)
    {
        int perSecond = Math.Max(1, _session.Settings.ConnectsPerSecond);
        _tokens = Math.Min(perSecond, _tokens + ((now - _filled).TotalSeconds * perSecond));
        _filled = now;
    }
}
