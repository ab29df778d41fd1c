using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>An exchange that waits for a place, or has one.</summary>
public interface ITrackerPlaceHolder
{
    /// <summary>The tracker's host and port: what has a queue of its own.</summary>
    string Host { get; }

    /// <summary>The place is there: go on. Must not enter or leave before it returns.</summary>
    void Granted(MonoTime now);
}

/// <summary>
/// Who may talk to trackers at once: one queue a host, across torrents, and a cap on all. A host whose last exchange failed gets one place at a
/// time, and all such hosts together half of the places, so that dead trackers never delay live ones.
/// </summary>
public sealed class TrackerPlaces
{
    /// <summary>Exchanges with one host at once (limits of THREATS section 5).</summary>
    public const int PerHost = 8;

    /// <summary>HTTP exchanges in all: each is a connection (limits of THREATS section 5).</summary>
    public const int HttpInAll = 50;

    /// <summary>UDP exchanges in all: each is a datagram now and then, but may take minutes.</summary>
    public const int UdpInAll = 400;

    private readonly Dictionary<string, HostQueue> _hosts = new(StringComparer.Ordinal);
    private readonly List<HostQueue> _waiting = [];
    private readonly int _inAll;
    private int _busy;
    private int _busyDoubtful;

    /// <summary>Starts with all places free.</summary>
    /// <param name="inAll">How many there are.</param>
    public TrackerPlaces(int inAll) => _inAll = inAll;

    /// <summary>Exchanges that have a place.</summary>
    public int Busy => _busy;

    /// <summary>Takes a place at once or waits in the host's queue; <see cref="ITrackerPlaceHolder.Granted"/> says when.</summary>
    public void Enter(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (!_hosts.TryGetValue(holder.Host, out HostQueue? host))
            _hosts.Add(holder.Host, host = new HostQueue());
        host.Waiting.AddLast(holder);
        if (host.Waiting.Count == 1)
            _waiting.Add(host);
        Grant(now);
    }

    /// <summary>Stops waiting.</summary>
    public void Withdraw(ITrackerPlaceHolder holder)
    {
        if (_hosts.TryGetValue(holder.Host, out HostQueue? host) && host.Waiting.Remove(holder) && host.Waiting.Count == 0)
        {
            _waiting.Remove(host);
            Forget(holder.Host, host);
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="holder">Who had it.</param>
    /// <param name="answered">Whether the host answered, with whatever; null where that was not found out.</param>
    /// <param name="now">The time.</param>
    public void Leave(ITrackerPlaceHolder holder, bool? answered, MonoTime now)
    {
        HostQueue host = _hosts[holder.Host];
        host.Busy--;
        _busy--;
        if (host.IsDoubtful)
            _busyDoubtful--;
        if (answered is { } well && host.IsDoubtful == well)
        {
            host.IsDoubtful = !well;
            _busyDoubtful += well ? -host.Busy : host.Busy;
        }

        Forget(holder.Host, host);
        Grant(now);
    }

    private void Grant(MonoTime now)
    {
        for (int i = 0; i < _waiting.Count && _busy < _inAll;)
        {
            HostQueue host = _waiting[i];
            if (!HasPlace(host))
            {
                i++;
                continue;
            }

            ITrackerPlaceHolder next = host.Waiting.First!.Value;
            host.Waiting.RemoveFirst();
            host.Busy++;
            _busy++;
            if (host.IsDoubtful)
                _busyDoubtful++;

            // Behind the other hosts, so that the places go round.
            _waiting.RemoveAt(i);
            if (host.Waiting.Count > 0)
                _waiting.Add(host);
            next.Granted(now);
        }
    }

    private bool HasPlace(HostQueue host)
        => host.IsDoubtful ? host.Busy < 1 && _busyDoubtful < _inAll / 2 : host.Busy < PerHost;

    private void Forget(string name, HostQueue host)
    {
        // A doubtful host is remembered: there are no more of them than trackers that torrents name.
        if (host.Busy == 0 && host.Waiting.Count == 0 && !host.IsDoubtful)
            _hosts.Remove(name);
    }

    private sealed class HostQueue
    {
        public LinkedList<ITrackerPlaceHolder> Waiting { get; } = new();

        public int Busy { get; set; }

        public bool IsDoubtful { get; set; }
    }
}
