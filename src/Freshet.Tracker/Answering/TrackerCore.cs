using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Answering;

/// <summary>
/// What announces and scrapes mean, whatever they came over. It has no clock and no sockets: time is an argument, chance has a seed. Several threads may use one,
/// each with a <see cref="SelectedPeers"/> of its own.
/// </summary>
internal sealed class TrackerCore
{
    // What was seen a lifetime before the start has a time above 0.
    private const uint FirstSecond = 1_000_000;

    private readonly TrackerRules _rules;
    private readonly SwarmShards _shards;
    private readonly SipHash _identities;
    private readonly SipHash _jitter;
    private volatile TorrentLists _lists = TorrentLists.All;

    /// <summary>Makes a tracker that knows nobody.</summary>
    /// <param name="rules">Intervals and limits.</param>
    /// <param name="random">Chance, of a secret seed.</param>
    /// <param name="sharesSwarms">Whether <see cref="Record"/> and <see cref="Merge"/> will be used.</param>
    public TrackerCore(TrackerRules rules, SeededRandom random, bool sharesSwarms = false)
    {
        _rules = rules;
        SharesSwarms = sharesSwarms;
        _shards = new SwarmShards(rules.Limits, random);
        _identities = new SipHash(random.NextUInt64(), random.NextUInt64());
        _jitter = new SipHash(random.NextUInt64(), random.NextUInt64());
    }

    /// <summary>Whether other trackers' peers are known too.</summary>
    public bool SharesSwarms { get; }

    /// <summary>Which torrents are served.</summary>
    public TorrentLists Lists
    {
        get => _lists;
        set => _lists = value;
    }

    /// <summary>Takes an announce and answers it.</summary>
    /// <param name="call">The announce.</param>
    /// <param name="now">The time.</param>
    /// <param name="peers">Where the answer's peers go.</param>
    /// <param name="bothFamilies">Whether the answer can carry peers of the other address family too.</param>
    public AnnounceOutcome Announce(in AnnounceCall call, MonoTime now, SelectedPeers peers, bool bothFamilies)
    {
        peers.Clear();
        if (!_lists.Serves(call.Swarm))
            return Refused(call, Refusal.NotServed);
        Span<byte> compact = stackalloc byte[18];
        PeerEntry entry = EntryOf(call, now, compact);
        SwarmShards.Shard shard = _shards.For(call.Swarm);
        lock (shard.Gate)
        {
            Swarm? swarm = Put(shard.Store, call, entry, out bool isFull);
            return isFull ? Refused(call, Refusal.Full) : AnswerLocked(shard.Store, call, swarm, entry, peers, bothFamilies);
        }
    }

    /// <summary>Takes an announce without answering it: where peers are shared the answer waits for <see cref="Merge"/>.</summary>
    /// <param name="call">The announce.</param>
    /// <param name="now">The time.</param>
    /// <param name="wait">Whether the answer is worth waiting for the shared store's.</param>
    /// <returns>What to tell the shared store, or null where there is nothing.</returns>
    public SharedAnnounce? Record(in AnnounceCall call, MonoTime now, out bool wait)
    {
        wait = false;
        if (!_lists.Serves(call.Swarm))
            return null;
        Span<byte> compact = stackalloc byte[18];
        PeerEntry entry = EntryOf(call, now, compact);
        SwarmShards.Shard shard = _shards.For(call.Swarm);
        int completed;
        lock (shard.Gate)
        {
            shard.Store.TryGet(call.Swarm, out Swarm? before);
            completed = before?.Completed ?? 0;
            Swarm? swarm = Put(shard.Store, call, entry, out bool isFull);
            if (isFull)
                return null;
            completed = (swarm?.Completed ?? completed) - completed;
            wait = call.Event != CallEvent.Stopped && swarm?.Shared.FreshUntil <= entry.Seconds;
        }

        return new SharedAnnounce(call.Swarm, call.Port == 0 ? default : compact[..entry.Compact.Length].ToArray(), (SwarmRole)entry.Kind)
        {
            IsGone = call.Event == CallEvent.Stopped,
            HasCompleted = completed > 0,
            Lifetime = _rules.Limits.PeerLifetime,
            Wanted = wait ? AnswerLimits.MaxPeers : 0,
        };
    }

    /// <summary>Answers an announce that <see cref="Record"/> took.</summary>
    public AnnounceOutcome Answer(in AnnounceCall call, MonoTime now, SelectedPeers peers, bool bothFamilies)
    {
        peers.Clear();
        if (!_lists.Serves(call.Swarm))
            return Refused(call, Refusal.NotServed);
        Span<byte> compact = stackalloc byte[18];
        PeerEntry entry = EntryOf(call, now, compact);
        SwarmShards.Shard shard = _shards.For(call.Swarm);
        lock (shard.Gate)
        {
            bool isThere = shard.Store.TryGet(call.Swarm, out Swarm? swarm);
            return !isThere && call.Event != CallEvent.Stopped
                ? Refused(call, Refusal.Full)
                : AnswerLocked(shard.Store, call, swarm, entry, peers, bothFamilies);
        }
    }

    /// <summary>Takes what the shared store knows of a swarm.</summary>
    public void Merge(InfoHash hash, SharedSwarm shared, MonoTime now)
    {
        uint seconds = Seconds(now);

        // Of a swarm that fits an answer every newcomer counts: it is read for each announce. A larger one stays as it is for a while.
        bool isLarge = shared.Peers.Count >= AnswerLimits.MaxPeers;
        var view = new SharedView(
            shared.Seeders, shared.PartialSeeds, shared.Leechers, shared.Completed, isLarge ? seconds + (uint)_rules.SharedViewSeconds : seconds);
        // It is not told here when such a peer leaves: it goes soon if it is not named again.
        uint seen = seconds - (uint)Math.Max(0, _rules.Limits.PeerLifetime.TotalSeconds - _rules.SharedPeerSeconds);
        SwarmShards.Shard shard = _shards.For(hash);
        lock (shard.Gate)
        {
            foreach ((ReadOnlyMemory<byte> peer, SwarmRole role) in shared.Peers)
            {
                if (peer.Length is not (6 or 18))
                    continue;
                var entry = new PeerEntry { Compact = peer.Span, PeerId = default, Identity = 0, Kind = (PeerKind)role, Seconds = seen };
                shard.Store.PutIfMissing(hash, entry);
            }

            if (shard.Store.TryGet(hash, out Swarm? swarm))
                swarm.Shared = view;
        }
    }

    /// <summary>A swarm's numbers; zeros where it is not known or not served.</summary>
    public SwarmCounts Scrape(InfoHash hash)
    {
        if (!_lists.Serves(hash))
            return default;
        SwarmShards.Shard shard = _shards.For(hash);
        lock (shard.Gate)
            return shard.Store.TryGet(hash, out Swarm? swarm) ? swarm.Counts : default;
    }

    /// <summary>The numbers of all swarms, at most <see cref="AnswerLimits.MaxFullScrape"/> of them, ordered by info-hash.</summary>
    public List<(InfoHash Hash, SwarmCounts Counts)> ScrapeAll()
    {
        var all = new List<(InfoHash Hash, SwarmCounts Counts)>();
        foreach (SwarmShards.Shard shard in _shards.All)
        {
            lock (shard.Gate)
                all.AddRange(shard.Store.Swarms.Take(AnswerLimits.MaxFullScrape - all.Count).Select(swarm => (swarm.Hash, swarm.Counts)));
        }

        all.Sort((a, b) => a.Hash.Value.Bytes.SequenceCompareTo(b.Hash.Value.Bytes));
        return all;
    }

    /// <summary>Torrents and peers in all.</summary>
    public (int Torrents, int Peers) Totals()
    {
        int torrents = 0, peers = 0;
        foreach (SwarmShards.Shard shard in _shards.All)
        {
            lock (shard.Gate)
            {
                torrents += shard.Store.Torrents;
                peers += shard.Store.Peers;
            }
        }

        return (torrents, peers);
    }

    /// <summary>Forgets who is silent for too long; call it every second or so.</summary>
    public void Advance(MonoTime now)
    {
        foreach (SwarmShards.Shard shard in _shards.All)
        {
            lock (shard.Gate)
                shard.Store.Advance(Seconds(now));
        }
    }

    private static uint Seconds(MonoTime now) => (uint)(now.Nanoseconds / 1_000_000_000) + FirstSecond;

    private static Swarm? Put(SwarmStore store, in AnnounceCall call, in PeerEntry entry, out bool isFull)
    {
        isFull = false;
        Swarm? swarm;
        if (call.Event == CallEvent.Stopped)
        {
            store.Remove(call.Swarm, entry, out swarm);
            return swarm;
        }

        if (call.Port == 0)
        {
            // Nobody could connect to it: it is given peers and is none.
            store.TryGet(call.Swarm, out swarm);
            return swarm;
        }

        PeerKind? before = store.Put(call.Swarm, entry, out swarm);
        isFull = swarm is null;
        if (swarm is not null && call.Event == CallEvent.Completed && call.Left == 0 && before != PeerKind.Seeder)
            swarm.Completed++;
        return swarm;
    }

    private AnnounceOutcome AnswerLocked(SwarmStore store, in AnnounceCall call, Swarm? swarm, in PeerEntry entry, SelectedPeers peers, bool bothFamilies)
    {
        if (swarm is null)
            return new AnnounceOutcome(Refusal.None, default, IntervalFor(call), _rules.MinIntervalSeconds);
        int wanted = call.Event == CallEvent.Stopped ? 0 : Math.Min(call.Wanted < 0 ? AnswerLimits.DefaultPeers : call.Wanted, AnswerLimits.MaxPeers);
        bool isIPv6 = entry.IsIPv6;
        if (!bothFamilies && isIPv6)
            wanted = Math.Min(wanted, AnswerLimits.MaxUdpPeersIPv6);
        if (wanted > 0)
        {
            bool withIds = call.WantsList && !call.WithoutPeerIds;
            int own = store.Choose(swarm, isIPv6, entry.Compact, entry.Kind, wanted, peers.RoomFor(isIPv6), withIds ? peers.RoomForIds(isIPv6) : []);
            peers.SetCount(isIPv6, own);
            if (bothFamilies && own < wanted)
            {
                int others = store.Choose(
                    swarm, !isIPv6, [], entry.Kind, wanted - own, peers.RoomFor(!isIPv6), withIds ? peers.RoomForIds(!isIPv6) : []);
                peers.SetCount(!isIPv6, others);
            }
        }

        return new AnnounceOutcome(Refusal.None, swarm.Counts, IntervalFor(call), _rules.MinIntervalSeconds);
    }

    private AnnounceOutcome Refused(in AnnounceCall call, Refusal refusal) => new(refusal, default, IntervalFor(call), _rules.MinIntervalSeconds);

    private PeerEntry EntryOf(in AnnounceCall call, MonoTime now, Span<byte> compact)
    {
        PeerAddress address = call.Source;
        if (_rules.TrustsLocalAddresses && call.Claimed is { } claimed && claimed.IsIPv6 == address.IsIPv6 && address.IsLocal)
            address = claimed;
        int length = address.WriteCompact(call.Port, compact);
        return new PeerEntry
        {
            Compact = compact[..length],
            PeerId = call.PeerId,
            Identity = IdentityOf(call),
            Kind = call.Kind,
            Seconds = Seconds(now),
        };
    }

    // Only with its secret key is a client known again: peer ids are seen by every peer.
    private ulong IdentityOf(in AnnounceCall call)
    {
        if (call.Key == 0)
            return 0;
        Span<byte> both = stackalloc byte[Sha1Hash.Length + sizeof(ulong)];
        call.PeerId.Bytes.CopyTo(both);
        BitConverter.TryWriteBytes(both[Sha1Hash.Length..], call.Key);
        return _identities.Hash(both);
    }

    // Up to a tenth more, the same for a client each time: what came at one moment does not come back at one.
    private int IntervalFor(in AnnounceCall call)
    {
        int spread = _rules.IntervalSeconds / 10;
        return spread == 0 ? _rules.IntervalSeconds : _rules.IntervalSeconds + (int)(_jitter.Hash(call.PeerId.Bytes) % (ulong)(spread + 1));
    }
}

/// <summary>What a tracker asks of its clients and allows them.</summary>
internal sealed record TrackerRules
{
    public int IntervalSeconds { get; init; } = 1800;

    public int MinIntervalSeconds { get; init; } = 900;

    /// <summary>Whether a client in a local network may name its address itself.</summary>
    public bool TrustsLocalAddresses { get; init; }

    /// <summary>How long the shared store's word on a large swarm is good.</summary>
    public int SharedViewSeconds { get; init; } = 10;

    /// <summary>How long a peer that the shared store named is named on without being named again.</summary>
    public int SharedPeerSeconds { get; init; } = 120;

    public SwarmLimits Limits { get; init; } = new();
}
