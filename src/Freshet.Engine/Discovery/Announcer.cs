using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>
/// Keeps the trackers of one torrent informed and hands on the peers that they name: all of all tiers, or one at a time (<see cref="TierOrder"/>), each on a
/// schedule of its own.
/// </summary>
public sealed class Announcer
{
    /// <summary>How long an announce over HTTP may take: trackers under load do take many seconds.</summary>
    public static readonly TimeSpan HttpPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long one over UDP may take, name look-up included: longer than all retransmissions of <see cref="UdpTrackerExchange"/>.</summary>
    public static readonly TimeSpan UdpPatience = TimeSpan.FromMinutes(5);

    /// <summary>How long one over UDP may take where another tracker waits for its turn: three transmissions.</summary>
    public static readonly TimeSpan UdpTurnPatience = TimeSpan.FromSeconds(75);

    /// <summary>How long a stop waits for trackers: a person waits too.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    /// <summary>Trackers of a torrent that are used; the longest honest lists have some hundred (THREATS B12).</summary>
    public const int MaxTrackers = 128;

    /// <summary>Peers asked for at a time; trackers give fewer.</summary>
    private const int MaxPeersWanted = 200;

    private readonly IAnnounceSource _source;
    private readonly IEngineEffects _effects;
    private readonly Func<SessionSettings> _settings;
    private readonly Tracker[] _trackers;
    private readonly uint _key;

    // Made when they are first used: torrents are many, and some have no tracker.
    private TrackerTurns? _turns;
    private Deadline? _timer;
    private Deadline? _stopTimer;
    private Action<MonoTime>? _stopped;
    private bool _isRunning;
    private Tracker? _lastAnswered;
    private TransferFigures _settled;

    /// <summary>Makes the announcer of a torrent; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="source">The torrent.</param>
    /// <param name="exchanges">How trackers are asked; shared by the session.</param>
    /// <param name="settings">Gives the session's present settings.</param>
    /// <param name="tiers">The trackers; URLs that cannot be used are left out with a notice.</param>
    /// <param name="effects">Where notices go.</param>
    public Announcer(
        IAnnounceSource source,
        TrackerExchanges exchanges,
        Func<SessionSettings> settings,
        IReadOnlyList<IReadOnlyList<string>> tiers,
        IEngineEffects effects)
    {
        _source = source;
        _effects = effects;
        _settings = settings;
        Exchanges = exchanges;
        _key = exchanges.NextKey();
        _trackers = [.. Trackers(tiers)];
    }

    /// <summary>Whether trackers are being told that the torrent runs.</summary>
    public bool IsRunning => _isRunning;

    /// <summary>Whether any tracker has answered in this run.</summary>
    public bool HasAnswer { get; private set; }

    internal TrackerExchanges Exchanges { get; }

    /// <summary>The torrent's share of what intervals are spread by: one for all its trackers and families, so that the families of a tracker stay together.</summary>
    internal double Share => (double)_key / uint.MaxValue;

    internal IReadOnlyList<InfoHash> Swarms => _source.Swarms;

    internal bool UsesIPv4 => _settings().UseIPv4;

    internal bool UsesIPv6 => _settings().UseIPv6;

    internal bool IsFetching => _source.IsFetching;

    internal bool IsPartialSeed => _source.IsPartialSeed;

    private bool IsOneByOne => _source.TierOrder == TierOrder.OneByOne;

    private TrackerTurns Turns => _turns ??= new TrackerTurns(_trackers, new SeededRandom(_key));

    private IEnumerable<Tracker> Present => IsOneByOne ? Turns.Present : _trackers;

    /// <summary>Begins a run: every tracker is told that we started.</summary>
    public void Start(MonoTime now)
    {
        if (_stopped is not null)
            FinishStop(now);
        _isRunning = true;
        HasAnswer = false;
        _lastAnswered = null;
        _settled = default;
        foreach (Tracker tracker in _trackers)
            tracker.Restart();
        Run(now);
    }

    /// <summary>The whole torrent has been downloaded in this run.</summary>
    public void Completed(MonoTime now)
    {
        if (!_isRunning)
            return;
        foreach (Tracker tracker in _trackers)
            tracker.Completed();
        Run(now);
    }

    /// <summary>The torrent's <see cref="IAnnounceSource.TierOrder"/> has changed.</summary>
    public void OrderChanged(MonoTime now)
    {
        if (!_isRunning)
            return;
        if (IsOneByOne)
            LeaveOthers(Turns.Present.Last(), now);
        Run(now);
    }

    /// <summary>Asks every tracker again as soon as the 30 s rule allows.</summary>
    public void Hurry(MonoTime now)
    {
        if (!_isRunning)
            return;
        foreach (Tracker tracker in _trackers)
            tracker.Hurry(now);
        Reschedule(now);
    }

    /// <summary>Asks every tracker what it counts, running or not: at most every 30 s, and as seldom as it wants itself.</summary>
    public void Scrape(MonoTime now)
    {
        foreach (Tracker tracker in _trackers)
            tracker.Scrape(now);
    }

    /// <summary>The torrent has run out of peers to dial: trackers that name a minimum interval may be asked earlier.</summary>
    public void PeersNeeded(MonoTime now)
    {
        if (_isRunning)
            Reschedule(now);
    }

    /// <summary>Ends a run: trackers that may know us are told, for <see cref="StopPatience"/> at the most.</summary>
    /// <param name="stopped">Called when that is over; may be at once.</param>
    /// <param name="now">The time.</param>
    public void Stop(Action<MonoTime> stopped, MonoTime now)
    {
        if (!_isRunning)
        {
            stopped(now);
            return;
        }

        _isRunning = false;
        _timer?.Clear();
        _stopped = stopped;
        foreach (Tracker tracker in _trackers)
            tracker.Stop(now);
        if (Array.Exists(_trackers, static tracker => tracker.IsBusy))
            (_stopTimer ??= new Deadline(Exchanges.Deadlines, FinishStop)).Set(now + StopPatience);
        else
            FinishStop(now);
    }

    /// <summary>The trackers at this moment.</summary>
    public IReadOnlyList<TrackerSnapshot> Snapshot(MonoTime now)
    {
        bool wantsPeers = _source.IsShortOfPeers;
        HashSet<Tracker> present = [.. Present];
        return [.. _trackers.Select(tracker => tracker.Snapshot(_isRunning && present.Contains(tracker), wantsPeers, now))];
    }

    /// <summary>Where one tracker is told at a time, it is told what the others have not been.</summary>
    internal void OpenAccount(Tracker tracker) => tracker.Account.Open(IsOneByOne ? _settled : default);

    /// <summary>A tracker has taken note of the figures.</summary>
    internal void Settle(TransferFigures told) => _settled = told;

    /// <summary>A tracker has taken note of the completion.</summary>
    internal void CompletedTold(Tracker teller, InfoHash swarm)
    {
        foreach (Tracker tracker in _trackers)
        {
            if (tracker == teller || IsOneByOne)
                tracker.CompletionTold(swarm);
        }
    }

    internal TimeSpan PatienceFor(Tracker tracker)
        => tracker.Url.Protocol != TrackerProtocol.Udp ? HttpPatience : IsOneByOne ? UdpTurnPatience : UdpPatience;

    internal AnnounceRequest MakeRequest(
        TrackerRoute route, AnnounceEvent why, ReadOnlyMemory<byte>? trackerId, out TransferFigures told, MonoTime now)
    {
        TransferFigures transfer = route.Tracker.Account.At(_source.Transfer, route.Swarm, out told, now);
        SessionSettings settings = _settings();
        return new AnnounceRequest(route.Swarm, settings.PeerId, settings.ListenPort)
        {
            Event = why,
            Uploaded = transfer.Uploaded,
            Downloaded = transfer.Downloaded,
            Left = transfer.Left,
            Corrupt = transfer.Corrupt,
            Redundant = transfer.Redundant,
            PeersWanted = why == AnnounceEvent.Stopped ? 0 : Math.Min(_source.PeersWanted, MaxPeersWanted),
            Key = _key,
            TrackerId = trackerId,
            Encryption = settings.EncryptIncoming,
        };
    }

    internal void RouteAnnounced(TrackerRoute route, TrackerOutcome outcome, MonoTime now)
    {
        Tracker tracker = route.Tracker;
        tracker.HurryOver();
        TimeSpan next = route.Schedule.NextAt.IsNever ? TimeSpan.MaxValue : route.Schedule.NextAt - now;
        if (outcome.Answer is { Failure: null } answer)
        {
            HasAnswer = true;
            if (answer.ExternalAddress is { } seen && outcome.Remote is { } remote)
                _source.SeenAs(remote, seen);
            if (IsOneByOne)
                TakeTurn(tracker, now);
            _lastAnswered = tracker;
            IPEndPoint[] peers = [.. answer.Peers.Where(peer => peer.Address is not null).Select(peer => new IPEndPoint(peer.Address!, peer.Port))];
            _effects.Publish(new TrackerNotice(_source.Id, tracker.Url.ToString(), peers.Length, next, null, route.Message));
            if (peers.Length > 0 && !(answer.Incomplete == 0 && _source.WantsLeechersOnly))
                _source.PeersFound(peers, route.Swarm, now);
        }
        else if (!tracker.Routes.Any(other => other != route && other.HasAnswer && other.Schedule.Failures == 0))
        {
            // Where the other family works, a person need not know that this one does not.
            _effects.Publish(new TrackerNotice(_source.Id, tracker.Url.ToString(), 0, next, route.Message ?? "no answer", null));
        }

        Reschedule(now);
    }

    internal void TrackerFailed(Tracker tracker, string error, MonoTime nextAt, MonoTime now)
    {
        TimeSpan next = nextAt.IsNever || tracker.IsDisabled ? TimeSpan.MaxValue : nextAt - now;
        _effects.Publish(new TrackerNotice(_source.Id, tracker.Url.ToString(), 0, next, error, null));
        Reschedule(now);
    }

    internal void RouteStopped(MonoTime now)
    {
        if (_stopped is not null && !Array.Exists(_trackers, static tracker => tracker.IsBusy))
            FinishStop(now);
    }

    internal void Reschedule(MonoTime now)
    {
        if (!_isRunning)
            return;
        bool wantsPeers = _source.IsShortOfPeers;
        MonoTime due = MonoTime.Never;
        foreach (Tracker tracker in Present)
            due = MonoTime.Min(due, MayAsk(tracker) ? tracker.DueAt(wantsPeers) : MonoTime.Never);

        // What is due already is done when the deadlines are run, at the end of this very iteration.
        if (!due.IsNever)
            (_timer ??= new Deadline(Exchanges.Deadlines, Run)).Set(MonoTime.Max(due, now));
        else
            _timer?.Clear();
    }

    private void Run(MonoTime now)
    {
        bool wantsPeers = _source.IsShortOfPeers;
        foreach (Tracker tracker in Present)
        {
            if (MayAsk(tracker) && tracker.DueAt(wantsPeers) <= now)
                tracker.Run(wantsPeers, now);
        }

        Reschedule(now);
    }

    private List<Tracker> Trackers(IReadOnlyList<IReadOnlyList<string>> tiers)
    {
        var trackers = new List<Tracker>();
        var known = new HashSet<TrackerUrl>();
        for (int tier = 0; tier < tiers.Count; tier++)
        {
            foreach (string text in tiers[tier])
            {
                if (trackers.Count >= MaxTrackers)
                    return trackers;
                if (!Exchanges.Urls.TryRead(text, out TrackerUrl? url, out string? refusal))
                    _effects.Publish(new TrackerNotice(_source.Id, UrlSecrets.RedactUrl(text), 0, TimeSpan.MaxValue, $"not used: {refusal}", null));
                else if (known.Add(url))
                    trackers.Add(new Tracker(this, url, tier));
            }
        }

        return trackers;
    }

    /// <summary>One by one means also that no second tracker is asked while a first has not answered: what the two are told would overlap.</summary>
    private bool MayAsk(Tracker tracker) => !IsOneByOne || !Array.Exists(_trackers, other => other != tracker && other.IsBusy);

    private void TakeTurn(Tracker tracker, MonoTime now)
    {
        Turns.Promote(tracker);
        if (tracker == _lastAnswered)
            return;
        LeaveOthers(tracker, now);
        if (_lastAnswered is not null)
            _source.TrackerChanged(now);
    }

    /// <summary>Ends the sessions with all trackers but one.</summary>
    private void LeaveOthers(Tracker stays, MonoTime now)
    {
        foreach (Tracker tracker in _trackers)
        {
            if (tracker != stays && tracker.HasSession)
                tracker.Leave(now);
        }
    }

    private void FinishStop(MonoTime now)
    {
        Action<MonoTime>? stopped = _stopped;
        _stopped = null;
        _stopTimer?.Clear();
        foreach (Tracker tracker in _trackers)
            tracker.Cancel(now);
        stopped?.Invoke(now);
    }
}
