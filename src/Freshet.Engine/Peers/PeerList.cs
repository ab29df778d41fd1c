using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>The addresses of one torrent's peers, and which to dial next. Dials nobody itself.</summary>
public sealed class PeerList
{
    /// <summary>
    /// The most candidates kept: libtorrent's figure. A tracker's answer has 50 to 200; more addresses than can be dialled in an hour only cost memory (some
    /// 200 bytes each), and let strangers fill it.
    /// </summary>
    public const int MaxCandidates = 3000;

    /// <summary>Failures in a row after which an address is forgotten, unless the user named it; whoever knows it to be alive names it again.</summary>
    public const int MaxFailures = 8;

    // Own addresses are few: interfaces, and what self-connections show. A tracker that names thousands of them is lying.
    private const int MaxOwn = 64;

    // To make room, the worst of so many is pushed out: near enough to the worst of all, and O(1).
    private const int EvictionSample = 16;

    /// <summary>The first back-off; it doubles with each failure.</summary>
    public static readonly TimeSpan MinBackOff = TimeSpan.FromSeconds(10);

    /// <summary>The longest back-off.</summary>
    public static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(30);

    // A peer that closes sooner had no place or no interest: asking again at once is no use.
    private static readonly TimeSpan UsefulConnection = TimeSpan.FromSeconds(30);

    // We are connected to this peer by another address or in the other direction, or neither side wanted anything.
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(10);

    private readonly SeededRandom _random;
    private readonly BanList _bans;
    private readonly Dictionary<PeerKey, PeerCandidate> _byKey;

    // The same in an order that does not depend on hashes.
    private readonly List<PeerCandidate> _all = [];
    private readonly HashSet<PeerKey> _own;
    private readonly OwnAddresses _self;

    private readonly RumourCount _rumours = new();

    // Idle candidates: those whose time has not come, and those who may be dialled, the best on top.
    private readonly CandidateHeap _later = new(IsSooner);
    private readonly CandidateHeap _due = new(IsBetter);

    /// <summary>Makes an empty list.</summary>
    /// <param name="random">For the order of equals and for jitter.</param>
    /// <param name="bans">Who is never listed; shared by all torrents of a session.</param>
    /// <param name="self">Our own addresses, for the priorities of BEP 40; shared by all torrents of a session.</param>
    public PeerList(SeededRandom random, BanList bans, OwnAddresses self)
    {
        _random = random;
        _bans = bans;
        _self = self;
        var comparer = new PeerKey.Comparer(random.NextUInt64());
        _byKey = new Dictionary<PeerKey, PeerCandidate>(comparer);
        _own = new HashSet<PeerKey>(comparer);
    }

    /// <summary>The addresses that are known, connected ones counted, our own not.</summary>
    public int Count => _byKey.Count;

    /// <summary>When the next candidate may be dialled; <see cref="MonoTime.Never"/> when none waits.</summary>
    public MonoTime NextDue => _due.Count > 0 ? _due.Top.NotBefore : _later.Count > 0 ? _later.Top.NotBefore : MonoTime.Never;

    /// <summary>The candidates of a kind, in no order; looks at all of them.</summary>
    public IEnumerable<PeerCandidate> Where(Func<PeerCandidate, bool> isMeant) => _all.Where(isMeant);

    /// <summary>How many could be dialled at a moment.</summary>
    public int CountDue(MonoTime now)
    {
        Ripen(now);
        return _due.Count;
    }

    /// <summary>Tells of a peer. Addresses at which no peer can be, our own and banned ones are dropped.</summary>
    /// <param name="endpoint">The address.</param>
    /// <param name="source">Who tells.</param>
    /// <param name="now">The time.</param>
    /// <param name="isV2">Whether it is in a hybrid's v2 swarm.</param>
    /// <param name="speaksUtp">Whether it is said to speak uTP.</param>
    /// <returns>True where it is new.</returns>
    public bool Add(IPEndPoint endpoint, PeerSources source, MonoTime now, bool isV2 = false, bool speaksUtp = false)
    {
        endpoint = EndpointRules.Normalize(endpoint);
        if (!IsAcceptable(endpoint, source))
            return false;
        PeerKey key = PeerKey.Of(endpoint);
        if (_byKey.TryGetValue(key, out PeerCandidate? known))
        {
            Confirm(known, source, now);
            known.IsV2 |= isV2;
            known.SpeaksUtp |= speaksUtp;
            return false;
        }

        if (Create(endpoint, key, source, now) is not { } created)
            return false;
        created.IsV2 = isV2;
        created.SpeaksUtp = speaksUtp;
        return true;
    }

    /// <summary>An address of our own (where we listen, or what a self-connection showed): never dialled (again).</summary>
    public void MarkSelf(IPEndPoint endpoint)
    {
        PeerKey key = PeerKey.Of(endpoint);
        if (_own.Count < MaxOwn)
            _own.Add(key);
        if (_byKey.TryGetValue(key, out PeerCandidate? known))
            Remove(known);
    }

    /// <summary>Takes the candidate to dial now; it counts as connecting from here on, until <see cref="Connected"/> or <see cref="Disconnected"/>.</summary>
    public bool TryTakeDue(MonoTime now, out PeerCandidate? candidate)
    {
        Ripen(now);
        while (_due.Count > 0)
        {
            candidate = _due.Top;
            if (_bans.IsBanned(candidate.Endpoint))
            {
                Remove(candidate);
                continue;
            }

            _due.Remove(candidate);
            candidate.State = CandidateState.Connecting;
            return true;
        }

        candidate = null;
        return false;
    }

    /// <summary>Both handshakes with a candidate that was dialled are through.</summary>
    public void Connected(PeerCandidate candidate, MonoTime now)
    {
        if (candidate.State != CandidateState.Connecting)
            return;
        candidate.State = CandidateState.Connected;
        candidate.ConnectedAt = now;
        candidate.IsTriedBothWays = false;
    }

    /// <summary>A peer that connected to us says where it listens (<c>p</c> of BEP 10): it is listed as connected, so that it is not dialled too.</summary>
    /// <param name="remote">Where the connection comes from.</param>
    /// <param name="listenPort">The port it named.</param>
    /// <param name="now">The time.</param>
    /// <returns>The candidate to hand to <see cref="Disconnected"/> later, or null where the address is not one to dial or another connection has it.</returns>
    public PeerCandidate? ConnectedIncoming(IPEndPoint remote, int listenPort, MonoTime now)
    {
        if (listenPort is <= 0 or > ushort.MaxValue)
            return null;
        IPEndPoint endpoint = EndpointRules.Normalize(new IPEndPoint(remote.Address, listenPort));
        if (!IsAcceptable(endpoint, PeerSources.Incoming))
            return null;
        PeerKey key = PeerKey.Of(endpoint);
        if (!_byKey.TryGetValue(key, out PeerCandidate? candidate))
            candidate = Create(endpoint, key, PeerSources.Incoming, now);
        if (candidate is not { State: CandidateState.Idle })
            return null;
        candidate.Heap?.Remove(candidate);
        candidate.Sources |= PeerSources.Incoming;
        candidate.State = CandidateState.Connected;
        candidate.ConnectedAt = now;
        return candidate;
    }

    /// <summary>
    /// A candidate hung up on our first words: once it is dialled again at once, plain where they were encrypted and encrypted where they were plain.
    /// </summary>
    /// <returns>False where that was tried.</returns>
    public bool TryOtherWay(PeerCandidate candidate, MonoTime now)
    {
        if (candidate.State != CandidateState.Connecting)
            return false;
        candidate.IsPlain = !candidate.IsPlain;
        candidate.IsTriedBothWays = !candidate.IsTriedBothWays;
        if (!candidate.IsTriedBothWays)
            return false;
        Wait(candidate, now);
        return true;
    }

    /// <summary>The connection is gone, or could not be opened. Decides when to try again, or never.</summary>
    /// <param name="candidate">Whose connection it was.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="track">How it went; null where it was not opened.</param>
    /// <param name="now">The time.</param>
    public void Disconnected(PeerCandidate candidate, DisconnectReason reason, ConnectionTrack? track, MonoTime now)
    {
        if (candidate.State is not (CandidateState.Connecting or CandidateState.Connected))
            return;
        Judge(candidate, reason, track);
        bool wasUseful = candidate.State == CandidateState.Connected && now - candidate.ConnectedAt >= UsefulConnection;
        switch (reason)
        {
            case DisconnectReason.SelfConnection:
                MarkSelf(candidate.Endpoint);
                return;
            case DisconnectReason.Banned:
                Remove(candidate);
                return;
            case DisconnectReason.TorrentStopped or DisconnectReason.Shutdown or DisconnectReason.TrackerChanged:
                Wait(candidate, now);
                return;
            case DisconnectReason.Duplicate or DisconnectReason.Useless:
                Wait(candidate, now + Jittered(LongPause));
                return;
            case DisconnectReason.Limit when candidate.State == CandidateState.Connected:
                // Others do more for us, or shall have their chance.
                Wait(candidate, now + Jittered(LongPause));
                return;
            case DisconnectReason.Limit:
                Wait(candidate, now + Jittered(MinBackOff));
                return;
            case DisconnectReason.None or DisconnectReason.ClosedByPeer or DisconnectReason.PeerTimeout or DisconnectReason.SocketError when wasUseful:
                candidate.Failures = 0;
                Wait(candidate, now + Jittered(MinBackOff));
                return;
            default:
                Fail(candidate, now);
                return;
        }
    }

    /// <summary>
    /// Lets every candidate be dialled that waits without having failed: what made it useless (nobody wanted anything) may hold no longer, as when a check
    /// found data to be missing.
    /// </summary>
    public void EndPauses(MonoTime now)
    {
        // Who rises changes places with those above, which have been looked at.
        for (int i = 0; i < _later.Count; i++)
        {
            PeerCandidate candidate = _later[i];
            if (candidate.Failures > 0 || candidate.NotBefore <= now)
                continue;
            candidate.NotBefore = now;
            _later.Rise(candidate);
        }
    }

    /// <summary>Forgets every address that none of these has named.</summary>
    public void KeepOnly(PeerSources sources)
    {
        for (int i = _all.Count - 1; i >= 0; i--)
        {
            if ((_all[i].Sources & sources) == 0)
                Remove(_all[i]);
        }
    }

    /// <summary>Takes out the candidates that are banned and wait; those that are connected leave when their connection does.</summary>
    public void RemoveBanned()
    {
        for (int i = _all.Count - 1; i >= 0; i--)
        {
            if (_all[i].State == CandidateState.Idle && _bans.IsBanned(_all[i].Endpoint))
                Remove(_all[i]);
        }
    }

    private bool IsAcceptable(IPEndPoint endpoint, PeerSources source)
    {
        if (!EndpointRules.IsDialable(endpoint) || _own.Contains(PeerKey.Of(endpoint)) || _bans.IsBanned(endpoint))
            return false;
        // Strangers' gossip must not make us knock at our own machine's doors; what peers tell of loopback is judged where it is known who tells it.
        return !RumourCount.IsRumour(source)
            || (EndpointRules.IsPeersPort(endpoint.Port) && (source == PeerSources.Pex || AddressRules.Classify(endpoint.Address) != AddressScope.Loopback));
    }

    private void Confirm(PeerCandidate known, PeerSources source, MonoTime now)
    {
        bool waits = known.State == CandidateState.Idle;
        if (waits)
            known.Heap?.Remove(known);
        known.Sources |= source;
        if (!RumourCount.Counts(source))
            EndRumour(known);
        if (waits && source == PeerSources.User)
        {
            // The user says that it is there now.
            known.Failures = 0;
            known.NotBefore = MonoTime.Min(known.NotBefore, now);
        }

        if (waits)
            _later.Add(known);
    }

    private void EndRumour(PeerCandidate candidate)
    {
        if (candidate.IsRumour)
            _rumours.Remove(candidate.Endpoint.Address);
        candidate.IsRumour = false;
    }

    private PeerCandidate? Create(IPEndPoint endpoint, PeerKey key, PeerSources source, MonoTime now)
    {
        var candidate = new PeerCandidate(endpoint) { Sources = source, NotBefore = now, Salt = (uint)_random.NextUInt64() };
        candidate.IsRumour = RumourCount.Counts(source);
        if (candidate.IsRumour && !_rumours.TryAdd(endpoint.Address))
            return null;
        if (_byKey.Count >= MaxCandidates && !MakeRoom(candidate))
        {
            EndRumour(candidate);
            return null;
        }

        _byKey.Add(key, candidate);
        candidate.Position = _all.Count;
        _all.Add(candidate);
        _later.Add(candidate);
        return candidate;
    }

    private bool MakeRoom(PeerCandidate newcomer)
    {
        PeerCandidate? worst = null;
        int idle = _later.Count + _due.Count;
        for (int i = 0; i < EvictionSample && idle > 0; i++)
        {
            int index = _random.Next(idle);
            PeerCandidate one = index < _later.Count ? _later[index] : _due[index - _later.Count];
            if (worst is null || one.Rank < worst.Rank || (one.Rank == worst.Rank && (one.Failures, -one.Score.Value).CompareTo((worst.Failures, -worst.Score.Value)) > 0))
                worst = one;
        }

        // Gossip never pushes out what a better source named, and one untried address is as good as another.
        if (worst is null || worst.Rank > newcomer.Rank || (worst.Rank == newcomer.Rank && worst.Failures == 0 && worst.Score.Value >= 0))
            return false;
        Remove(worst);
        return true;
    }

    private static void Judge(PeerCandidate candidate, DisconnectReason reason, ConnectionTrack? track)
    {
        if (track is { } shown)
            candidate.MutableScore.Add(shown);
        else if (reason is not (DisconnectReason.TorrentStopped or DisconnectReason.Shutdown or DisconnectReason.TrackerChanged or DisconnectReason.Duplicate or DisconnectReason.Limit))
            candidate.MutableScore.AddFailure();
    }

    private static bool IsSooner(PeerCandidate a, PeerCandidate b) => a.NotBefore != b.NotBefore ? a.NotBefore < b.NotBefore : a.Salt < b.Salt;

    /// <summary>The user's own first, then who has failed less, then who did better, then whose word is behind it, then BEP 40.</summary>
    private static bool IsBetter(PeerCandidate a, PeerCandidate b)
    {
        if (a.Rank != b.Rank && (a.Rank == PeerCandidate.UserRank || b.Rank == PeerCandidate.UserRank))
            return a.Rank > b.Rank;
        if (a.Failures != b.Failures)
            return a.Failures < b.Failures;
        double difference = a.Score.Value - b.Score.Value;
        return difference != 0 ? difference > 0
            : a.Rank != b.Rank ? a.Rank > b.Rank
            : a.Priority != b.Priority ? a.Priority > b.Priority
            : a.Salt < b.Salt;
    }

    /// <summary>Those whose time has come may be dialled; each moves once.</summary>
    private void Ripen(MonoTime now)
    {
        while (_later.Count > 0 && _later.Top.NotBefore <= now)
        {
            PeerCandidate candidate = _later.Top;
            _later.Remove(candidate);
            candidate.Priority = _self.PriorityOf(candidate.Endpoint);
            _due.Add(candidate);
        }
    }

    private void Fail(PeerCandidate candidate, MonoTime now)
    {
        candidate.Failures++;
        bool isUsers = (candidate.Sources & PeerSources.User) != 0;
        if (candidate.Failures >= MaxFailures && !isUsers)
        {
            candidate.IsRumour = false;
            Remove(candidate);
            return;
        }

        int doublings = Math.Min(candidate.Failures - 1, MaxFailures);
        TimeSpan backOff = MinBackOff * (1 << doublings);
        Wait(candidate, now + Jittered(backOff < MaxBackOff ? backOff : MaxBackOff));
    }

    /// <summary>Up to a quarter less or more, so that what failed together is not tried together.</summary>
    private TimeSpan Jittered(TimeSpan duration) => duration * (0.75 + (_random.NextDouble() / 2));

    private void Wait(PeerCandidate candidate, MonoTime until)
    {
        candidate.State = CandidateState.Idle;
        candidate.NotBefore = until;
        _later.Add(candidate);
    }

    private void Remove(PeerCandidate candidate)
    {
        candidate.Heap?.Remove(candidate);
        candidate.State = CandidateState.Gone;
        EndRumour(candidate);
        _byKey.Remove(PeerKey.Of(candidate.Endpoint));
        PeerCandidate last = _all[^1];
        _all[candidate.Position] = last;
        last.Position = candidate.Position;
        _all.RemoveAt(_all.Count - 1);
    }
}
