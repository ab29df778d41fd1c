using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Discovery;

/// <summary>An exchange that waits for a place, or has one.</summary>
public interface ITrackerPlaceHolder
{
    /// <summary>The tracker's host and port: what has a queue of its own.</summary>
    string Host { get; }

    /// <summary>Where in its host's queue it waits, so that it leaves without a search; for <see cref="TrackerPlaces"/> alone.</summary>
    LinkedListNode<ITrackerPlaceHolder>? Waiting { get; set; }

    /// <summary>The place is there: go on. Must not enter or leave before it returns.</summary>
    void Granted(MonoTime now);
}

/// <summary>
/// Who may talk to trackers at once: one queue a host, across torrents, and a cap on all. A host whose last exchange failed gets one place at a
/// time, and all such hosts together half of the places, so that dead trackers never delay live ones. A host that answers at once is not flooded either: its exchanges
/// begin at a pace.
/// </summary>
public sealed class TrackerPlaces
{
    /// <summary>Exchanges with one host at once (limits of THREATS section 5).</summary>
    public const int PerHost = 8;

    /// <summary>HTTP exchanges in all: each is a connection (limits of THREATS section 5).</summary>
    public const int HttpInAll = 50;

    /// <summary>UDP exchanges in all: each is a datagram now and then, but may take minutes.</summary>
    public const int UdpInAll = 400;

    /// <summary>Exchanges with one host that begin in a second: 100,000 torrents that announce to one tracker every half an hour need 56.</summary>
    public const int PerSecond = 100;

    /// <summary>Exchanges with one host that begin without a pace: a session of few torrents does not wait at all.</summary>
    public const int Burst = 20;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1) / PerSecond;
    private static readonly TimeSpan BurstTime = Step * (Burst - 1);

    private readonly Dictionary<string, HostQueue> _hosts = new(StringComparer.Ordinal);
    private readonly List<HostQueue> _waiting = [];
    private readonly int _inAll;
    private readonly Deadline _paced;
    private int _busy;
    private int _busyDoubtful;

    /// <summary>Starts with all places free.</summary>
    /// <param name="inAll">How many there are.</param>
    /// <param name="deadlines">What wakes those whom only the pace holds back.</param>
    public TrackerPlaces(int inAll, DeadlineQueue deadlines)
    {
        _inAll = inAll;
        _paced = new Deadline(deadlines, Grant);
    }

    /// <summary>Exchanges that have a place.</summary>
    public int Busy => _busy;

    /// <summary>Takes a place at once or waits in the host's queue; <see cref="ITrackerPlaceHolder.Granted"/> says when.</summary>
    public void Enter(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (!_hosts.TryGetValue(holder.Host, out HostQueue? host))
            _hosts.Add(holder.Host, host = new HostQueue());
        holder.Waiting = host.Waiting.AddLast(holder);
        if (host.Waiting.Count == 1)
            _waiting.Add(host);
        Grant(now);
    }

    /// <summary>Stops waiting; whoever does not wait may say so too.</summary>
    public void Withdraw(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (holder.Waiting is not { } node)
            return;
        holder.Waiting = null;
        HostQueue host = _hosts[holder.Host];
        host.Waiting.Remove(node);
        if (host.Waiting.Count > 0)
            return;
        _waiting.Remove(host);
        Forget(holder.Host, host, now);
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

        Forget(holder.Host, host, now);
        Grant(now);
    }

    private void Grant(MonoTime now)
    {
        MonoTime paced = MonoTime.Never;
        for (int i = 0; i < _waiting.Count && _busy < _inAll;)
        {
            HostQueue host = _waiting[i];
            bool hasPlace = HasPlace(host);
            if (!hasPlace || host.NextAt > now)
            {
                paced = MonoTime.Min(paced, hasPlace ? host.NextAt : MonoTime.Never);
                i++;
                continue;
            }

            ITrackerPlaceHolder next = host.Waiting.First!.Value;
            host.Waiting.RemoveFirst();
            next.Waiting = null;
            host.Busy++;
            host.Began(now);
            _busy++;
            if (host.IsDoubtful)
                _busyDoubtful++;

            // Behind the other hosts, so that the places go round.
            _waiting.RemoveAt(i);
            if (host.Waiting.Count > 0)
                _waiting.Add(host);
            next.Granted(now);
        }

        _paced.Set(paced);
    }

    private bool HasPlace(HostQueue host)
        => host.IsDoubtful ? host.Busy < 1 && _busyDoubtful < _inAll / 2 : host.Busy < PerHost;

    private void Forget(string name, HostQueue host, MonoTime now)
    {
        // A host that is doubtful, or was asked just now, is remembered: there are no more of them than trackers that torrents name.
        if (host.Busy == 0 && host.Waiting.Count == 0 && !host.IsDoubtful && host.AllAt <= now)
            _hosts.Remove(name);
    }

    private sealed class HostQueue
    {
        public LinkedList<ITrackerPlaceHolder> Waiting { get; } = new();

        public int Busy { get; set; }

        public bool IsDoubtful { get; set; }

        /// <summary>When the next exchange may begin.</summary>
        public MonoTime NextAt => AllAt - BurstTime;

        /// <summary>When a whole burst may begin again.</summary>
        public MonoTime AllAt { get; private set; }

        public void Began(MonoTime now) => AllAt = MonoTime.Max(AllAt, now) + Step;
    }
}
