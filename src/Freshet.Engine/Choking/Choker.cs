using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>
/// Shares a torrent's upload slots out: most by a rule, some in turn. Every ten seconds, and at once where a slot falls free. Costs nothing while nobody is
/// interested.
/// </summary>
public sealed class Choker : IChoker
{
    /// <summary>How long a round lasts (BEP 3), and how long a slot is kept at the least: shorter turns bring a peer no whole piece.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    /// <summary>How long a slot that goes round stays with a peer (BEP 3): time to show what it gives.</summary>
    public static readonly TimeSpan OptimisticTime = TimeSpan.FromSeconds(30);

    // BEP 3: who has never been served is three times as likely to be next, having nothing complete to trade with yet.
    private const int NewcomerFactor = 3;

    // Who has a regular slot keeps it against one that is not clearly better: rates are noisy, and each change costs a round trip and requests that are void.
    private const double Incumbency = 1.25;

    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<ConnectionId, SlotSeeker> _byId = [];
    private readonly List<SlotSeeker> _peers = [];
    private readonly List<SlotSeeker> _ranking = [];
    private readonly HashSet<SlotSeeker> _chosen = [];
    private readonly AutomaticSlots _automatic = new();
    private readonly IChokeTarget _target;
    private readonly Comparison<SlotSeeker> _byClaim;
    private int? _fixedSlots;
    private MonoTime _roundStart;
    private MonoTime _roundBefore;
    private MonoTime _now;

    /// <summary>Starts with free slots.</summary>
    /// <param name="slots">How many peers are unchoked at once; null: as many as keep the line busy.</param>
    /// <param name="rule">Who gets a regular slot.</param>
    /// <param name="target">Who chokes and unchokes.</param>
    public Choker(int? slots, IChokeRule rule, IChokeTarget target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slots ?? 0, nameof(slots));
        _fixedSlots = slots;
        _target = target;
        _byClaim = CompareClaims;
        Rule = rule;
    }

    /// <summary>Who gets a regular slot; a change counts from the next round on.</summary>
    public IChokeRule Rule { get; set; }

    /// <summary>How many peers may be unchoked at once at this moment.</summary>
    public int Slots => _fixedSlots ?? _automatic.Count;

    /// <inheritdoc/>
    public MonoTime NextRechoke { get; private set; } = MonoTime.Never;

    /// <summary>Puts another number of slots into force at once; null: as many as keep the line busy.</summary>
    public void SetSlots(int? slots, MonoTime now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slots ?? 0, nameof(slots));
        if (slots == _fixedSlots)
            return;
        _fixedSlots = slots;
        Share(now);
    }

    /// <inheritdoc/>
    public void Interested(ConnectionId peer, MonoTime now)
    {
        if (!_byId.TryGetValue(peer, out SlotSeeker? seeker))
        {
            seeker = new SlotSeeker(peer, _target.Measure(peer, now), now);
            _byId.Add(peer, seeker);
            _peers.Add(seeker);
        }

        if (seeker.IsInterested)
            return;
        seeker.IsInterested = true;

        // Whoever lost interest and its place comes after those who have waited since.
        seeker.WaitingSince = now;
        if (NextRechoke.IsNever)
            BeginRounds(now);
        FillFree(now);
    }

    /// <inheritdoc/>
    public void NotInterested(ConnectionId peer, MonoTime now)
    {
        if (!_byId.TryGetValue(peer, out SlotSeeker? seeker) || !seeker.IsInterested)
            return;
        seeker.IsInterested = false;
        seeker.IsOptimistic = false;
        FillFree(now);
        StopWhereNobodyAsks();
    }

    /// <inheritdoc/>
    public void Left(ConnectionId peer, MonoTime now)
    {
        if (!_byId.Remove(peer, out SlotSeeker? seeker))
            return;
        _peers.Remove(seeker);
        FillFree(now);
        StopWhereNobodyAsks();
    }

    /// <inheritdoc/>
    public void Rechoke(MonoTime now)
    {
        TimeSpan length = now - _roundStart;
        foreach (SlotSeeker peer in _peers)
            peer.EndRound(_target.Measure(peer.Peer, now), length);
        if (_fixedSlots is null)
            _automatic.EndRound(_peers, (peer, rounds) => peer.UnchokedAt <= (rounds == 1 ? _roundStart : _roundBefore), Count(static peer => peer.IsWaiting));
        (_roundBefore, _roundStart) = (_roundStart, now);
        NextRechoke = now + Round;
        Share(now);
        StopWhereNobodyAsks();
    }

    private void BeginRounds(MonoTime now)
    {
        _roundStart = _roundBefore = now;
        NextRechoke = now + Round;
        foreach (SlotSeeker peer in _peers)
            peer.BeginRound(_target.Measure(peer.Peer, now));
    }

    private void StopWhereNobodyAsks()
    {
        if (!_peers.Exists(static peer => peer.IsInterested))
            NextRechoke = MonoTime.Never;
    }

    /// <summary>Shares all slots out anew.</summary>
    private void Share(MonoTime now)
    {
        int slots = Slots;
        int optimistic = Rule.OptimisticOf(slots);
        Rank(now);
        _chosen.Clear();
        foreach (SlotSeeker peer in _ranking)
        {
            if (_chosen.Count >= slots - optimistic || Rule.ClaimOf(peer, now) == SlotClaim.None)
                break;
            _chosen.Add(peer);
            peer.IsOptimistic = false;
        }

        KeepOptimistic(slots, optimistic, now);
        while (optimistic > Optimistic() && _chosen.Count < slots && NextInTurn(now) is { } next)
        {
            next.IsOptimistic = true;
            _chosen.Add(next);
        }

        foreach (SlotSeeker peer in _peers)
        {
            if (peer.IsServed && !_chosen.Contains(peer))
                Choke(peer, now);
        }

        foreach (SlotSeeker peer in _peers)
        {
            if (_chosen.Contains(peer) && !peer.IsUnchoked)
                Unchoke(peer, now);
        }

        ChokeIdle(now);
    }

    /// <summary>Those who go round and whose time is not up stay, and so do those who have only just got a slot: they are on trial from now on.</summary>
    private void KeepOptimistic(int slots, int optimistic, MonoTime now)
    {
        int kept = 0;
        foreach (SlotSeeker peer in _peers)
        {
            if (!peer.IsServed || _chosen.Contains(peer))
                continue;
            bool stays = peer.IsOptimistic ? now - peer.UnchokedAt < OptimisticTime : IsFresh(peer);
            peer.IsOptimistic = stays && kept < optimistic && _chosen.Count < slots;
            if (!peer.IsOptimistic)
                continue;
            kept++;
            _chosen.Add(peer);
        }
    }

    private int Optimistic() => Count(static peer => peer.IsOptimistic);

    private int Count(Predicate<SlotSeeker> which)
    {
        int count = 0;
        foreach (SlotSeeker peer in _peers)
            count += which(peer) ? 1 : 0;
        return count;
    }

    /// <summary>Of those who get nothing the one that has waited longest, newcomers counted three times; those who lose their slot now come last.</summary>
    private SlotSeeker? NextInTurn(MonoTime now)
    {
        SlotSeeker? best = null;
        TimeSpan longest = TimeSpan.MinValue;
        foreach (SlotSeeker peer in _peers)
        {
            if (!peer.IsInterested || _chosen.Contains(peer))
                continue;
            TimeSpan waited = peer.IsUnchoked ? TimeSpan.Zero : now - peer.WaitingSince;
            if (!peer.HasBeenServed)
                waited *= NewcomerFactor;
            if (waited <= longest)
                continue;
            longest = waited;
            best = peer;
        }

        return best;
    }

    /// <summary>A slot that falls free between rounds goes to the best of those who wait.</summary>
    private void FillFree(MonoTime now)
    {
        int served = Count(static peer => peer.IsServed);
        while (served < Slots && NextForFree(now) is { } next)
        {
            Unchoke(next, now);
            served++;
        }

        ChokeIdle(now);
    }

    private SlotSeeker? NextForFree(MonoTime now)
    {
        _chosen.Clear();
        SlotSeeker? best = null;
        foreach (SlotSeeker peer in _peers)
        {
            if (peer.IsWaiting && Rule.ClaimOf(peer, now) != SlotClaim.None && (best is null || IsBefore(peer, best)))
                best = peer;
        }

        if (best is not null || Optimistic() >= Rule.OptimisticOf(Slots) || NextInTurn(now) is not { IsUnchoked: false } next)
            return best;
        next.IsOptimistic = true;
        return next;
    }

    private bool IsBefore(SlotSeeker peer, SlotSeeker other)
    {
        long difference = Rule.WorthOf(peer) - Rule.WorthOf(other);
        return difference != 0 ? difference > 0 : peer.WaitingSince < other.WaitingSince;
    }

    /// <summary>Who lost interest keeps its slot until another one needs it.</summary>
    private void ChokeIdle(MonoTime now)
    {
        int over = Count(static peer => peer.IsUnchoked) - Slots;
        for (int i = 0; i < _peers.Count && over > 0; i++)
        {
            if (!_peers[i].IsUnchoked || _peers[i].IsInterested)
                continue;
            Choke(_peers[i], now);
            over--;
        }
    }

    private void Rank(MonoTime now)
    {
        _now = now;
        _ranking.Clear();
        foreach (SlotSeeker peer in _peers)
        {
            if (peer.IsInterested)
                _ranking.Add(peer);
        }

        _ranking.Sort(_byClaim);
    }

    private int CompareClaims(SlotSeeker a, SlotSeeker b)
    {
        SlotClaim claimOfA = Rule.ClaimOf(a, _now);
        SlotClaim claimOfB = Rule.ClaimOf(b, _now);
        if (claimOfA != claimOfB)
            return claimOfB.CompareTo(claimOfA);
        bool isANew = IsFresh(a);
        if (isANew != IsFresh(b))
            return isANew ? -1 : 1;
        int byWorth = Standing(b).CompareTo(Standing(a));
        if (byWorth != 0)
            return byWorth;
        if (a.IsUnchoked != b.IsUnchoked)
            return a.IsUnchoked ? -1 : 1;
        int byWait = a.IsUnchoked ? a.UnchokedAt.CompareTo(b.UnchokedAt) : a.WaitingSince.CompareTo(b.WaitingSince);
        return byWait != 0 ? byWait : a.Peer.Value.CompareTo(b.Peer.Value);
    }

    /// <summary>Whether a peer got a regular slot so lately that it must not lose it yet.</summary>
    private bool IsFresh(SlotSeeker peer) => peer.IsUnchoked && !peer.IsOptimistic && _now - peer.UnchokedAt < Round;

    private double Standing(SlotSeeker peer) => Rule.WorthOf(peer) * (peer.IsUnchoked && !peer.IsOptimistic ? Incumbency : 1);

    private void Unchoke(SlotSeeker peer, MonoTime now)
    {
        peer.Unchoke(_target.Measure(peer.Peer, now), now);
        _target.Unchoke(peer.Peer, now);
    }

    private void Choke(SlotSeeker peer, MonoTime now)
    {
        peer.Choke(now);
        _target.Choke(peer.Peer, now);
    }
}
