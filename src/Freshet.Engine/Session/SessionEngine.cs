using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Picking;
using Freshet.Engine.Statistics;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>
/// A whole BitTorrent session without I/O: torrents, peers, trackers and storage policy. One loop makes every call, events and commands alike;
/// no call blocks, and what is to be done comes out through <see cref="IEngineEffects"/>. The same calls with the same seed give the same effects.
/// After each batch of events or commands call <see cref="Advance"/>.
/// </summary>
public sealed class SessionEngine : IEngine
{
    private readonly SessionContext _session;
    private readonly List<TorrentId> _order = [];

    // Only ever looked up by key, never enumerated: their order decides nothing.
    private readonly Dictionary<TorrentId, Torrent> _torrents = [];
    private readonly Dictionary<InfoHash, Torrent> _swarms = [];
    private readonly MaskedSwarms _masked = new();
    private int _lastTorrent;
    private bool _isShuttingDown;

    /// <summary>Starts a session without torrents.</summary>
    /// <param name="settings">What it may do.</param>
    /// <param name="effects">Who carries effects out.</param>
    /// <param name="pool">The blocks that payload waits in, shared with pumps and disk workers.</param>
    /// <param name="random">The source of every random choice of policy.</param>
    /// <param name="secret">At least 16 secret random bytes: numbers that strangers must not guess come from them.</param>
    /// <param name="now">The time.</param>
    public SessionEngine(
        SessionSettings settings, IEngineEffects effects, BlockPool pool, SeededRandom random, ReadOnlySpan<byte> secret, MonoTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 16, nameof(secret));
        _session = new SessionContext(settings, effects, pool, random, secret, now) { Stopped = Forget, FindSwarm = swarm => _swarms.GetValueOrDefault(swarm) };
        _session.Dht?.Begin(now);
    }

    /// <summary>What the session may do.</summary>
    public SessionSettings Settings => _session.Settings;

    /// <summary>The torrents, in the order in which they were added.</summary>
    public IReadOnlyList<TorrentId> Torrents => _order;

    /// <summary>Whether something has changed in any torrent since <see cref="TakeTouched"/>.</summary>
    public bool HasTouched => !_session.Touched.IsEmpty;

    /// <summary>What the session has done so far: what is idle adds nothing to it.</summary>
    public EngineWork Work => new(_session.Deadlines.Runs, _session.Work.Torrents, _session.Work.Peers, _session.Touched.Count);

    /// <summary>Whether no torrent has anything open or under way: all are stopped, saved and closed.</summary>
    public bool IsQuiet => _session.Runs == 0;

    /// <inheritdoc/>
    public MonoTime NextDeadline
        => _session.Work.IsEmpty ? MonoTime.Min(_session.Deadlines.Next, _session.Storage.NextDeadline) : MonoTime.Zero;

    /// <summary>Puts other settings into force. The peer id, the user agent and the part in the DHT stay as they are.</summary>
    public void Apply(SessionSettings settings, MonoTime now)
    {
        bool isOtherOrder = settings.Tiers != Settings.Tiers;
        _session.Settings = settings with { PeerId = Settings.PeerId, UserAgent = Settings.UserAgent, Dht = Settings.Dht, LocalDiscovery = Settings.LocalDiscovery };
        _session.OwnAddresses.ListenPort = settings.ListenPort;
        bool limitsChange = _session.Rates.Apply(settings.Limits, now);
        _session.Queue.Apply(settings.Queue, now);
        foreach (TorrentId id in _order)
        {
            Torrent torrent = _torrents[id];
            torrent.Lifecycle.LimitsChanged(now);
            torrent.Lifecycle.Goals.Changed(now);
            if (torrent.IsAwake)
                torrent.Uploader.Apply(settings, now);
            if (isOtherOrder)
                torrent.Trackers.Announcer.OrderChanged(now);
            if (limitsChange)
                torrent.Rates.Refresh(now);
        }

        _session.Dialer.Run(now);
    }

    /// <summary>Adds a torrent, and starts it if so wished.</summary>
    public AddOutcome AddTorrent(TorrentSpec spec, MonoTime now)
    {
        if (_isShuttingDown)
            return new AddOutcome(default, AddRefusal.ShuttingDown);
        InfoHashes hashes = spec.Summary.Hashes;
        foreach (InfoHash swarm in hashes.Swarms)
        {
            if (_swarms.TryGetValue(swarm, out Torrent? known))
                return new AddOutcome(known.Id, AddRefusal.Duplicate);
        }

        var torrent = new Torrent(_session, new TorrentId(++_lastTorrent), spec);
        _torrents.Add(torrent.Id, torrent);
        _order.Add(torrent.Id);
        _session.Touched.Add(torrent);
        _session.Queue.Add(torrent.Lifecycle.Seat, spec.QueuePosition);
        if (spec.IsForced)
            _session.Queue.SetForced(torrent.Lifecycle.Seat, true, now);
        foreach (InfoHash swarm in torrent.Hashes.Swarms)
            _swarms.Add(swarm, torrent);
        _masked.Add(torrent);
        if (spec.Start)
            torrent.Lifecycle.Start(now);
        return new AddOutcome(torrent.Id, AddRefusal.None);
    }

    /// <summary>Stops a torrent as <see cref="Stop"/> does, then forgets it and says so by <see cref="TorrentRemovedNotice"/>; its data stay.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool RemoveTorrent(TorrentId id, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Lifecycle.Remove(now);
        return torrent is not null;
    }

    /// <summary>Starts a torrent: checks what is on disk as far as needed, then fetches and gives. Also leaves an error state.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Start(TorrentId id, MonoTime now)
    {
        Torrent? torrent = _isShuttingDown ? null : Find(id);
        torrent?.Lifecycle.Start(now);
        return torrent is not null;
    }

    /// <summary>
    /// Stops a torrent: connections close, trackers are told (for at most 3 s), files are synced and closed and the state saved; the
    /// <see cref="TorrentStateNotice"/> of <see cref="TorrentState.Stopped"/> comes when all that is done.
    /// </summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Stop(TorrentId id, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Lifecycle.Stop(now);
        return torrent is not null;
    }

    /// <summary>Stops every torrent and takes no more; <see cref="IsQuiet"/> says when all is done.</summary>
    public void Shutdown(MonoTime now)
    {
        _isShuttingDown = true;
        _session.Dht?.Shutdown(now);
        foreach (TorrentId id in _order.ToArray())
            Stop(id, now);
    }

    /// <summary>Hashes everything on disk again, then goes on as before.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Recheck(TorrentId id, MonoTime now)
    {
        Torrent? torrent = _isShuttingDown ? null : Find(id);
        torrent?.Lifecycle.Recheck(now);
        return torrent is not null;
    }

    /// <summary>Tells a torrent of peers; the first are dialled at once.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool AddPeers(TorrentId id, IReadOnlyList<IPEndPoint> peers, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.AddPeers(peers, PeerSources.User, torrent.Hashes.Primary, now);
        return torrent is not null;
    }

    /// <summary>Answers a <see cref="PeersWantedNotice"/>.</summary>
    public void AddCachedPeers(TorrentId id, InfoHash swarm, IReadOnlyList<IPEndPoint> peers, MonoTime now)
    {
        // It may have turned out to be private meanwhile, or have fallen asleep.
        if (Find(id) is { HasConnector: true, Summary.IsPrivate: false } torrent)
            torrent.AddPeers(peers, PeerSources.Cache, swarm, now);
    }

    /// <summary>Asks every tracker of a torrent again as soon as the 30 s rule allows.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Reannounce(TorrentId id, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Trackers.Announcer.Hurry(now);
        return torrent is not null;
    }

    /// <summary>Scrapes every tracker of a torrent, running or not, as soon as rules allow; the snapshot shows what they count.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Scrape(TorrentId id, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Trackers.Announcer.Scrape(now);
        return torrent is not null;
    }

    /// <summary>Announces in another order from now on.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="tiers">Which trackers are announced to, or null for what the session says.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetTiers(TorrentId id, TierOrder? tiers, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Trackers.SetOrder(tiers, now);
        return torrent is not null;
    }

    /// <summary>Wants the files of a torrent more or less than before.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="priorities">By file index, one for each; null: all are normal.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetPriorities(TorrentId id, IReadOnlyList<FilePriority>? priorities, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Selection.SetPriorities(priorities, now);
        return torrent is not null;
    }

    /// <summary>How much each file of a torrent is wanted, by index; null: all are normal, or there is no such torrent.</summary>
    public IReadOnlyList<FilePriority>? GetPriorities(TorrentId id) => Find(id)?.Selection.Priorities;

    /// <summary>
    /// Begins the pieces of a torrent in another order from now on; what is open is finished. A <see cref="TorrentSpec.Picker"/> is not asked any more.
    /// </summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetStrategy(TorrentId id, PickStrategy strategy)
    {
        Torrent? torrent = Find(id);
        torrent?.Selection.SetStrategy(strategy);
        return torrent is not null;
    }

    /// <summary>Seeds a torrent as BEP 16 says from now on, or no more; peers that were told of everything stay so.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetSuperSeeding(TorrentId id, bool isOn, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.SetSuperSeeding(isOn, now);
        return torrent is not null;
    }

    /// <summary>Has a torrent run whatever the limits of active torrents are, or no longer.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetForced(TorrentId id, bool isForced, MonoTime now)
    {
        Torrent? torrent = Find(id);
        if (torrent is not null)
            _session.Queue.SetForced(torrent.Lifecycle.Seat, isForced, now);
        return torrent is not null;
    }

    /// <summary>Moves a torrent in the queue.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Move(TorrentId id, QueueMove move, MonoTime now)
    {
        Torrent? torrent = Find(id);
        if (torrent is not null)
            _session.Queue.Move(torrent.Lifecycle.Seat, move, now);
        return torrent is not null;
    }

    /// <summary>Gives a torrent goals of its own, or with null those of the session.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool SetGoals(TorrentId id, SeedGoals? goals, MonoTime now)
    {
        Torrent? torrent = Find(id);
        if (torrent is null)
            return false;
        torrent.Lifecycle.Goals.Own = goals;
        torrent.Lifecycle.Goals.Changed(now);
        return true;
    }

    /// <summary>Answers a <see cref="TorrentNeededNotice"/>.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="metainfo">Its metainfo.</param>
    /// <param name="resume">What is remembered of its data, or null.</param>
    /// <param name="now">The time.</param>
    public void Wake(TorrentId id, Metainfo metainfo, ResumeRecord? resume, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        Find(id)?.Wake(metainfo, resume, now);
    }

    /// <summary>Answers a <see cref="TorrentNeededNotice"/> where there is no metainfo to be had: the torrent stops with an error.</summary>
    public void WakeFailed(TorrentId id, string reason, MonoTime now)
    {
        if (Find(id) is not { IsAsleep: true } torrent)
            return;
        torrent.Slumber.Answered();
        torrent.Lifecycle.Fail(reason, now);
    }

    /// <summary>Answers a <see cref="MetadataFetchedNotice"/>: the torrent becomes one as any other, on the connections that it has.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="resolved">What came of its metadata.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentException">The metainfo has other hashes than the torrent.</exception>
    public void Resolve(TorrentId id, ResolvedTorrent resolved, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        if (Find(id) is not { } torrent)
            return;
        if (torrent.Hashes != resolved.Metainfo.Hashes)
            throw new ArgumentException("The metainfo is another torrent's.", nameof(resolved));
        torrent.Resolve(resolved, now);
    }

    /// <summary>Answers a <see cref="MetadataFetchedNotice"/>: only a torrent file is to be made of it. The piece layers are fetched; a <see cref="PieceLayersFetchedNotice"/> follows.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="metainfo">What was made of the metadata; one with a v2 side.</param>
    /// <param name="now">The time.</param>
    public void FetchLayers(TorrentId id, Metainfo metainfo, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        Find(id)?.FetchLayers(metainfo, now);
    }

    /// <summary>Answers a <see cref="MetadataFetchedNotice"/> where nothing can be made of the metadata: the torrent stops with an error.</summary>
    public void ResolveFailed(TorrentId id, string reason, MonoTime now)
    {
        if (Find(id) is { Fetch: not null } torrent)
            torrent.Lifecycle.Fail(reason, now);
    }

    /// <summary>Limits a torrent, and each of its peers, from now on.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Limit(TorrentId id, TorrentLimits limits, MonoTime now)
    {
        Torrent? torrent = Find(id);
        torrent?.Rates.Apply(limits, now);
        return torrent is not null;
    }

    /// <summary>
    /// Adds to a list the torrents in which something has changed since the last call: their state, their place, a peer, a byte. Rates fall without that, and a check
    /// goes on.
    /// </summary>
    public void TakeTouched(List<TorrentId> touched)
    {
        ArgumentNullException.ThrowIfNull(touched);
        _session.Touched.TakeTo(touched);
    }

    /// <summary>A torrent at this moment, or null.</summary>
    public TorrentSnapshot? GetStatus(TorrentId id, MonoTime now) => Find(id) is { } torrent ? Snapshots.Of(torrent, now) : null;

    /// <summary>The trackers of a torrent at this moment, tier by tier; empty where there is no such torrent.</summary>
    public IReadOnlyList<TrackerSnapshot> GetTrackers(TorrentId id, MonoTime now) => Find(id)?.Trackers.Announcer.Snapshot(now) ?? [];

    /// <summary>The connections of a torrent at this moment, in an order of no meaning; empty where there is no such torrent.</summary>
    public IReadOnlyList<PeerSnapshot> GetPeers(TorrentId id, MonoTime now)
        => Find(id) is { HasConnector: true } torrent ? [.. torrent.Connector.Connections.Select(peer => Snapshots.Of(peer, now))] : [];

    /// <summary>The session's part in the DHT at this moment; null where it takes none.</summary>
    public DhtSnapshot? GetDht(MonoTime now) => _session.Dht?.Snapshot(now);

    /// <summary>The session's nodes of the DHT, for questions that no torrent asks; null where it takes no part.</summary>
    public LocalNodes? DhtNodes => _session.Dht?.Nodes;

    /// <summary>A copy of which pieces of a torrent are done, or null.</summary>
    public Bitfield? GetPieces(TorrentId id) => Find(id)?.DonePieces();

    /// <inheritdoc/>
    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
        if (peerEvent.Kind == PeerEventKind.Incoming)
        {
            Accept(peerEvent, now);
            return;
        }

        if (peerEvent.Kind == PeerEventKind.Masked)
        {
            _session.Effects.Send(_masked.Answer(peerEvent, Settings.EncryptIncoming));
            return;
        }

        PeerConnection? connection = _session.Connections.Find(peerEvent.Connection);
        if (peerEvent.Kind == PeerEventKind.Closed && connection is null)
            _session.Callers.Remove(peerEvent.Connection);
        else if (peerEvent.Kind == PeerEventKind.Closed)
            Closed(connection!, peerEvent, now);
        else if (peerEvent.Kind == PeerEventKind.CreditLeft)
            connection?.Reads?.IsDrained(peerEvent.Value);
        else if (connection is null || connection.Phase == ConnectionPhase.Closing)
            _session.Pool.Return(peerEvent.Lease);
        else
            connection.Torrent.Handle(connection, peerEvent, now);
    }

    /// <inheritdoc/>
    public void Handle(DiskJob job, MonoTime now) => _session.Storage.Handle(job, now);

    /// <inheritdoc/>
    public void Handle(HttpFetchResult result, MonoTime now) => _session.Trackers.Handle(result, now);

    /// <inheritdoc/>
    public void Handle(ResolveResult result, MonoTime now) => _session.Trackers.Handle(result, now);

    /// <inheritdoc/>
    public void Handle(in Datagram datagram, MonoTime now)
    {
        // A message of the DHT is a bencoded dictionary; what a tracker answers begins with a zero (BEP 15).
        if (datagram.Bytes.Span is [(byte)'d', ..])
            _session.Dht?.Handle(datagram, now);
        else
            _session.Trackers.Handle(datagram, now);
    }

    /// <inheritdoc/>
    public void HandleLocal(in Datagram datagram, MonoTime now) => _session.LocalDiscovery?.Handle(datagram, now);

    /// <inheritdoc/>
    public void HandleSaved(long ticket, string? error, MonoTime now) => _session.Storage.HandleSaved(ticket, error, now);

    /// <inheritdoc/>
    public void Advance(MonoTime now)
    {
        _session.Storage.Advance(now);
        _session.Deadlines.Run(now);
        _session.ReleaseHeld();
        _session.Work.Run(now);
    }

    private Torrent? Find(TorrentId id) => _torrents.GetValueOrDefault(id);

    private static void Closed(PeerConnection connection, in PeerEvent closed, MonoTime now)
    {
        connection.Reads?.Closed();
        connection.Transport = closed.Transport;
        connection.Connector.Closed(connection, closed.Reason, now);
    }

    private void Accept(in PeerEvent peerEvent, MonoTime now)
    {
        var handshake = (PeerHandshake)peerEvent.Payload!;
        if (handshake.Encryption == MsePayload.None && Settings.EncryptIncoming == EncryptionUse.Require)
        {
            _session.Effects.Send(new PeerCommand(PeerCommandKind.Close, peerEvent.Connection) { Reason = DisconnectReason.Encryption });
            return;
        }

        DisconnectReason refusal = _swarms.TryGetValue(handshake.Swarm, out Torrent? torrent)
            ? torrent.Accept(peerEvent.Connection, handshake, now)
            : DisconnectReason.UnknownTorrent;
        if (refusal != DisconnectReason.None)
            _session.Effects.Send(new PeerCommand(PeerCommandKind.Close, peerEvent.Connection) { Reason = refusal });
    }

    private void Forget(Torrent torrent, MonoTime now)
    {
        _session.Queue.Remove(torrent.Lifecycle.Seat, now);
        if (torrent.IsAwake)
            torrent.Sharing.Gone(now);
        _torrents.Remove(torrent.Id);
        _order.Remove(torrent.Id);
        foreach (InfoHash swarm in torrent.Hashes.Swarms)
            _swarms.Remove(swarm);
        _masked.Remove(torrent);
        _session.Effects.Publish(new TorrentRemovedNotice(torrent.Id));
    }
}
