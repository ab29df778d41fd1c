using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Engine.Statistics;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>One tracker of one torrent: a URL, the address families it has, the swarms that it is told of, and what came of asking it.</summary>
internal sealed class Tracker
{
    private readonly Announcer _announcer;
    private readonly List<TrackerRoute> _routes = new(1);

    // Only while its addresses are not known; torrents are many.
    private TrackerSchedule? _lookup;
    private bool _isLookingUp;
    private string? _trouble;
    private int _run;
    private readonly SwarmTally[] _tallies;
    private HashSet<InfoHash>? _owesCompleted;
    private MonoTime _scrapeAt = MonoTime.Zero;

    public Tracker(Announcer announcer, TrackerUrl url, int tier)
    {
        _announcer = announcer;
        Url = url;
        Tier = tier;
        _tallies = [.. announcer.Swarms.Select(swarm => new SwarmTally(this, swarm))];
    }

    public TrackerUrl Url { get; }

    public int Tier { get; }

    /// <summary>Whether somebody asked for an announce ahead of time.</summary>
    public bool IsHurried { get; private set; }

    /// <summary>Whether the URL cannot be used at all.</summary>
    public bool IsDisabled { get; private set; }

    public IReadOnlyList<TrackerRoute> Routes => _routes;

    /// <summary>What the tracker is told of the transfer.</summary>
    public TrackerAccount Account { get; } = new();

    /// <summary>Whether it is looked for or asked at the moment.</summary>
    public bool IsBusy => _isLookingUp || _routes.Exists(route => route.IsBusy);

    /// <summary>Whether the tracker knows us, or may.</summary>
    public bool HasSession => _routes.Exists(route => route.IsAnnounced || route.IsBusy);

    /// <summary>The most that is counted in a swarm: a hybrid's peers are in both, so they are not added up.</summary>
    private SwarmCounts? Counts => _tallies.Select(tally => tally.Counts).MaxBy(counts => counts is { } known ? known.Seeders + known.Leechers : -1);

    /// <summary>Whether the tracker was asked, and could be reached over no family the last time.</summary>
    public bool IsFailing
        => IsDisabled || (_routes.Count == 0 ? _lookup is { Failures: > 0 } : _routes.TrueForAll(route => route.Schedule is { Failures: > 0 } or { IsNever: true }));

    /// <summary>When something is to be done.</summary>
    public MonoTime DueAt(bool wantsPeers)
    {
        if (IsDisabled || _isLookingUp)
            return MonoTime.Never;
        if (_routes.Count == 0)
            return _lookup is null ? MonoTime.Zero : IsHurried ? MonoTime.Min(_lookup.NextAt, _lookup.HurriedAt) : _lookup.NextAt;
        MonoTime due = MonoTime.Never;
        foreach (TrackerRoute route in _routes)
            due = MonoTime.Min(due, route.DueAt(wantsPeers));
        return due;
    }

    /// <summary>Does what is due.</summary>
    public void Run(bool wantsPeers, MonoTime now)
    {
        if (_routes.Count == 0)
        {
            LookUp(now);
            return;
        }

        foreach (TrackerRoute route in _routes)
        {
            if (route.DueAt(wantsPeers) <= now)
                route.Announce(now);
        }
    }

    /// <summary>Somebody asks for an announce ahead of time.</summary>
    public void Hurry(MonoTime now)
    {
        IsHurried = true;
        foreach (TrackerRoute route in _routes)
            route.Hasten(now);
    }

    /// <summary>An announce has ended: nobody waits for one any more.</summary>
    public void HurryOver() => IsHurried = false;

    /// <summary>A new run begins: look for the tracker's addresses anew.</summary>
    public void Restart()
    {
        _run++;
        _isLookingUp = false;
        _lookup?.Restart();
        _routes.Clear();
        IsHurried = false;
        _owesCompleted = null;
    }

    public void Completed()
    {
        (_owesCompleted ??= []).UnionWith(_announcer.Swarms);
        foreach (TrackerRoute route in _routes)
            route.Hurry();
    }

    /// <summary>Whether the tracker is still to hear that the download is complete, in a swarm: each counts its completions.</summary>
    public bool OwesCompleted(InfoHash swarm) => _owesCompleted is { } owed && owed.Contains(swarm);

    /// <summary>The tracker, or another in its place, has heard of the completion.</summary>
    public void CompletionTold(InfoHash swarm) => _owesCompleted?.Remove(swarm);

    /// <summary>The family that tells in a swarm what is told once; null while none knows the tracker.</summary>
    public TrackerRoute? SpeakerOf(InfoHash swarm)
        => _routes.Find(route => route.Swarm == swarm && route.IsAnnounced && route.Schedule is { Failures: 0, IsNever: false });

    /// <summary>Ends the session with the tracker: it is told where it may know us.</summary>
    public void Stop(MonoTime now)
    {
        _run++;
        _isLookingUp = false;
        Account.Renew();
        foreach (TrackerRoute route in _routes)
            route.Stop(now);
    }

    /// <summary>Another tracker has the turn.</summary>
    public void Leave(MonoTime now)
    {
        foreach (TrackerRoute route in _routes)
            route.Leave(now);
    }

    public void Cancel(MonoTime now)
    {
        foreach (TrackerRoute route in _routes)
            route.Cancel(now);
    }

    /// <summary>An announce was answered: what it says of the swarm is as good as a scrape.</summary>
    public void Counted(InfoHash swarm, AnnounceAnswer answer) => Array.Find(_tallies, tally => tally.Swarm == swarm)?.Counted(answer);

    /// <summary>Somebody wants to know what the tracker counts.</summary>
    public void Scrape(MonoTime now)
    {
        if (IsDisabled || now < _scrapeAt || !TrackerExchanges.CanScrape(Url))
            return;
        _scrapeAt = now + TrackerSchedule.Floor;
        foreach (SwarmTally tally in _tallies)
            _announcer.Exchanges.Scraper.Wish(tally, now);
    }

    /// <summary>The tracker wants not to be scraped so soon again.</summary>
    public void ScrapeAgainIn(TimeSpan least, MonoTime now) => _scrapeAt = MonoTime.Max(_scrapeAt, now + least);

    public TrackerSnapshot Snapshot(bool isRunning, bool wantsPeers, MonoTime now)
    {
        MonoTime due = isRunning ? DueAt(wantsPeers) : MonoTime.Never;
        SwarmCounts? counts = Counts;
        TrackerRoute? best = _routes.Find(route => route.HasAnswer && route.Schedule.Failures == 0)
            ?? _routes.Find(route => route.HasAnswer)
            ?? _routes.FirstOrDefault();
        return new TrackerSnapshot(
            Url.ToString(),
            Tier,
            Status(isRunning, best),
            due.IsNever ? null : due > now ? due - now : TimeSpan.Zero,
            _routes.Sum(route => route.PeersNamed),
            counts?.Seeders,
            counts?.Leechers,
            best?.Schedule.Failures ?? _lookup?.Failures ?? 0,
            best?.Message ?? _trouble,
            counts?.Completed);
    }

    private TrackerStatus Status(bool isRunning, TrackerRoute? best)
    {
        if (IsDisabled || (_routes.Count > 0 && _routes.TrueForAll(route => route.Schedule.IsNever)))
            return TrackerStatus.Disabled;
        if (!isRunning)
            return TrackerStatus.Idle;
        if (_isLookingUp || _routes.Exists(route => route.IsAsking))
            return TrackerStatus.Announcing;
        if (_routes.Exists(route => route.IsBusy))
            return TrackerStatus.Queued;
        if (best is null)
            return _lookup is { Failures: > 0 } ? TrackerStatus.Failing : TrackerStatus.Idle;
        return best.Schedule.Failures > 0 ? TrackerStatus.Failing : !best.HasAnswer ? TrackerStatus.Idle : TrackerStatus.Working;
    }

    private void LookUp(MonoTime now)
    {
        _isLookingUp = true;
        (_lookup ??= new TrackerSchedule()).Asked(now);
        int run = _run;
        _announcer.Exchanges.Lookups.Find(Url.Host, (addresses, error, at) => LookedUp(run, addresses, error, at), now);
    }

    private void LookedUp(int run, IReadOnlyList<IPAddress> addresses, string? error, MonoTime now)
    {
        if (run != _run)
            return;
        _isLookingUp = false;
        if (TrackerUrlRules.RefusesAddresses(Url, addresses) is { } refusal)
        {
            IsDisabled = true;
            error = refusal;
        }
        else if (error is null)
        {
            AddRoute(AddressFamily.InterNetwork, addresses, _announcer.UsesIPv4);
            AddRoute(AddressFamily.InterNetworkV6, addresses, _announcer.UsesIPv6);
            if (_routes.Count == 0)
                error = "the tracker has no address of a family that this session uses";
        }

        _trouble = error;
        if (error is not null)
        {
            _lookup!.Failed(null, isNewTorrent: !_announcer.HasAnswer, now);
            _announcer.TrackerFailed(this, error, _lookup.NextAt, now);
            return;
        }

        _lookup = null;

        // They are due at once, where it is this tracker's turn.
        _announcer.Reschedule(now);
    }

    private void AddRoute(AddressFamily family, IReadOnlyList<IPAddress> addresses, bool isUsed)
    {
        if (!isUsed || !addresses.Any(address => address.AddressFamily == family))
            return;
        foreach (InfoHash swarm in _announcer.Swarms)
            _routes.Add(new TrackerRoute(_announcer, this, family, swarm));
    }
}
