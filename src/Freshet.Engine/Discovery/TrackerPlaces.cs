using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Discovery;

/// <summary>An exchange that waits for a place, or has one.</summary>
public interface ITrackerPlaceHolder
{
    /// <summary>The tracker's host and port: what has a queue of its own.</summary>
    string Host { get; }

    /// <summary>Whether somebody waits for what the exchange brings: it goes before those that only keep a tracker informed.</summary>
    bool IsUrgent { get; }

    /// <summary>Where in its host's queue it waits, so that it leaves without a search; for <see cref="TrackerPlaces"/> alone.</summary>
    LinkedListNode<ITrackerPlaceHolder>? Waiting { get; set; }

    /// <summary>The place is there: go on. Must not enter or leave before it returns.</summary>
    void Granted(MonoTime now);
}

/// <summary>
/// Who may talk to trackers at once: one queue a host, across torrents, and a cap on all. A host whose last exchange failed gets one place at a
/// time, and all such hosts together half of the places, so that dead trackers never delay live ones. A host that answers at once is not flooded either: its exchanges
/// begin at a pace, and those that are urgent before the others.
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

    /// <summary>
    /// Exchanges that begin together where only the pace holds them back: waking up costs more than the exchange itself, so they come in small groups with a pause between,
    /// no more than a host has <see cref="PerHost"/> at once anyway.
    /// </summary>
    public const int Group = PerHost;

    /// <summary>A host that was asked within this time will be asked again soon.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(5);

    /// <summary>Hosts remembered because they were asked lately; a session has fewer trackers.</summary>
    private const int MaxRemembered = 1000;

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

    /// <summary>Whether another exchange with the same host is near: others wait, or the last one was a moment ago. For one that has a place.</summary>
    public bool IsAskedOften(ITrackerPlaceHolder holder) => _hosts[holder.Host].IsAskedOften;

    /// <summary>Takes a place at once or waits in the host's queue; <see cref="ITrackerPlaceHolder.Granted"/> says when.</summary>
    public void Enter(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (!_hosts.TryGetValue(holder.Host, out HostQueue? host))
            _hosts.Add(holder.Host, host = new HostQueue());
        host.Add(holder);
        if (host.Waiting == 1)
            _waiting.Add(host);
        Grant(now);
    }

    /// <summary>Stops waiting; whoever does not wait may say so too.</summary>
    public void Withdraw(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (holder.Waiting is null)
            return;
        HostQueue host = _hosts[holder.Host];
        host.Remove(holder);
        if (host.Waiting > 0)
            return;
        _waiting.Remove(host);
        Forget(holder.Host, host, now);
    }

    /// <summary>Has one that waits wait where it belongs by now, because it has become urgent; whoever does not wait may say so too.</summary>
    public void Hasten(ITrackerPlaceHolder holder, MonoTime now)
    {
        if (holder.Waiting is null)
            return;
        HostQueue host = _hosts[holder.Host];
        host.Remove(holder);
        host.Add(holder);
        Grant(now);
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
            if (!hasPlace || host.ReadyAt(now) > now)
            {
                paced = MonoTime.Min(paced, hasPlace ? host.ReadyAt(now) : MonoTime.Never);
                i++;
                continue;
            }

            ITrackerPlaceHolder next = host.Next();
            host.Busy++;
            host.Began(now);
            _busy++;
            if (host.IsDoubtful)
                _busyDoubtful++;

            // Behind the other hosts, so that the places go round.
            _waiting.RemoveAt(i);
            if (host.Waiting > 0)
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
        bool isRecent = _hosts.Count <= MaxRemembered ? host.AskedAt + Lately > now : host.AllAt > now;
        if (host.Busy == 0 && host.Waiting == 0 && !host.IsDoubtful && !isRecent)
            _hosts.Remove(name);
    }

    private sealed class HostQueue
    {
        private readonly LinkedList<ITrackerPlaceHolder> _urgent = new();
        private readonly LinkedList<ITrackerPlaceHolder> _others = new();
        private MonoTime _groupAt = MonoTime.Zero;

        public int Waiting => _urgent.Count + _others.Count;

        public int Busy { get; set; }

        public bool IsDoubtful { get; set; }

        /// <summary>When the last exchange began.</summary>
        public MonoTime AskedAt { get; private set; } = MonoTime.Never;

        public bool IsAskedOften { get; private set; }

        /// <summary>When a whole burst may begin again.</summary>
        public MonoTime AllAt { get; private set; }

        /// <summary>When the next exchange may begin.</summary>
        private MonoTime NextAt => AllAt - BurstTime;

        public void Add(ITrackerPlaceHolder holder) => holder.Waiting = (holder.IsUrgent ? _urgent : _others).AddLast(holder);

        public void Remove(ITrackerPlaceHolder holder)
        {
            holder.Waiting!.List!.Remove(holder.Waiting);
            holder.Waiting = null;
        }

        public ITrackerPlaceHolder Next()
        {
            ITrackerPlaceHolder next = (_urgent.First ?? _others.First)!.Value;
            Remove(next);
            return next;
        }

        /// <summary>When the next that waits may begin: who is urgent as soon as the pace allows, the others when it allows for a group of them.</summary>
        public MonoTime ReadyAt(MonoTime now)
        {
            MonoTime nextAt = NextAt;
            if (_urgent.Count > 0)
                return nextAt;
            if (nextAt > now && _groupAt <= now)
                _groupAt = nextAt + (Step * (Math.Min(_others.Count, Group) - 1));
            return MonoTime.Max(nextAt, _groupAt);
        }

        public void Began(MonoTime now)
        {
            IsAskedOften = Waiting > 0 || (!AskedAt.IsNever && now - AskedAt <= Lately);
            AskedAt = now;
            AllAt = MonoTime.Max(AllAt, now) + Step;
        }
    }
}
