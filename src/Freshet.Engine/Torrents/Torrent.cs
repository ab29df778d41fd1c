using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Picking;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// One torrent: its parts, what passes between them, and what storage says. When it runs and when it does not is its <see cref="TorrentLifecycle"/>'s
/// business, policy that of the parts.
/// </summary>
internal sealed partial class Torrent : ITorrentStorageOwner, IAnnounceSource
{
    /// <summary>
    /// How often every peer is looked at again while something is missing (THREATS F10). Every known cause wakes the right peers by itself; this is for the
    /// unknown ones, and costs one look a connection.
    /// </summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(10);

    private readonly Deadline _watch;
    private TierOrder? _tiers;
    private Metainfo? _metainfo;
    private AwakeTorrent? _awake;

    public Torrent(SessionContext session, TorrentId id, TorrentSpec spec)
    {
        Session = session;
        Id = id;
        Summary = spec.Summary;
        Priorities = spec.Priorities;
        Strategy = spec.Strategy;
        IsSuperSeeding = spec.SuperSeeding;
        CustomPicker = spec.Picker;
        _tiers = spec.Tiers;

        // What is large is held by the parts, and by the lifecycle until it is used.
        Spec = spec with { Metainfo = null, Resume = null };
        Announcer = new Announcer(this, session.Trackers, () => session.Settings, Tiers(), session.Effects);
        Rates = new TorrentRates(this, session, spec.Limits);
        Slumber = new Slumber(this, session);
        Lifecycle = new TorrentLifecycle(this, session, spec.Resume);
        _watch = new Deadline(session.Deadlines, Watch);
        if (spec.Metainfo is { } metainfo)
            MakeParts(metainfo);
    }

    public SessionContext Session { get; }

    public TorrentId Id { get; }

    /// <summary>What it was added with; neither the metainfo nor the record.</summary>
    public TorrentSpec Spec { get; }

    /// <summary>What is known of it even while it sleeps.</summary>
    public TorrentSummary Summary { get; }

    /// <summary>How much each file is wanted, by index; null: all are normal.</summary>
    public IReadOnlyList<FilePriority>? Priorities { get; private set; }

    /// <summary>Which files are wanted, by index; null: all.</summary>
    public IReadOnlyList<bool>? WantedFiles
        => Priorities is { } priorities && priorities.Contains(FilePriority.Skip) ? [.. priorities.Select(static priority => priority != FilePriority.Skip)] : null;

    /// <summary>The order in which pieces are begun.</summary>
    public PickStrategy Strategy { get; private set; }

    /// <summary>Somebody else's choice of pieces, asked first; null: none, or none any more.</summary>
    public IPiecePicker? CustomPicker { get; private set; }

    /// <summary>Whether it seeds as BEP 16 says.</summary>
    public bool IsSuperSeeding { get; private set; }

    public InfoHashes Hashes => Summary.Hashes;

    public TorrentRates Rates { get; }

    public Announcer Announcer { get; }

    public TorrentLifecycle Lifecycle { get; }

    public Slumber Slumber { get; }

    public TorrentFigures Figures { get; } = new();

    /// <summary>Whether it has none of the parts below: it only seeds, and nobody is connected or dialled.</summary>
    public bool IsAsleep => _awake is null;

    /// <summary>Whether all of it is here, not just what is wanted. Asleep it is, as far as is known.</summary>
    public bool IsWhole => _awake is not { } awake || awake.Wanted.DonePieces.IsFull;

    /// <summary>Bytes of the pieces that are wanted.</summary>
    public long WantedBytes => _awake?.Wanted.Bytes ?? Summary.TotalBytes;

    public Metainfo Metainfo => _metainfo ?? throw new InvalidOperationException("The torrent is asleep.");

    public PieceLayout Layout => Metainfo.Layout;

    public WantedPieces Wanted => Awake.Wanted;

    public PiecePicker Picker => Awake.Picker;

    public Blame Blame => Awake.Blame;

    public SwarmConnector Connector => Awake.Connector;

    public Requester Requester => Awake.Requester;

    public Uploader Uploader => Awake.Uploader;

    public InitialSeeding InitialSeeding => Awake.InitialSeeding;

    public PeerMessages Messages => Awake.Messages;

    /// <summary>The storage of the present run; null where none runs.</summary>
    public TorrentStorage? Storage => Lifecycle.Storage;

    /// <summary>Whether something has changed since somebody looked.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether the torrent waits for the end of the iteration.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether something is to be fetched.</summary>
    public bool IsFetching => Lifecycle.IsOpen && !Picker.IsComplete;

    /// <inheritdoc/>
    InfoHash IAnnounceSource.Swarm => Hashes.Primary;

    /// <inheritdoc/>
    TransferFigures IAnnounceSource.Transfer
        => new(
            Figures.Uploaded - Lifecycle.UploadedAtStart,
            Figures.Downloaded - Lifecycle.DownloadedAtStart,
            BytesLeft,
            Figures.Corrupt - Lifecycle.CorruptAtStart,
            Figures.Redundant - Lifecycle.RedundantAtStart);

    /// <inheritdoc/>
    TierOrder IAnnounceSource.TierOrder => Summary.IsPrivate ? TierOrder.OneByOne : _tiers ?? Session.Settings.Tiers;

    /// <inheritdoc/>
    bool IAnnounceSource.IsPartialSeed => WantsNothing && !IsWhole;

    /// <inheritdoc/>
    void IAnnounceSource.SeenAs(IPAddress tracker, IPAddress address) => Session.OwnAddresses.Seen(tracker, address);

    /// <inheritdoc/>
    void IAnnounceSource.TrackerChanged(MonoTime now)
    {
        // BEP 27: nobody may bridge the swarms of two trackers, as of a torrent whose list a stranger has altered.
        if (Summary.IsPrivate)
            _awake?.Connector.StartOver(now);
    }

    /// <inheritdoc/>
    int IAnnounceSource.PeersWanted => _awake?.Connector.PeersWanted ?? 0;

    /// <inheritdoc/>
    bool IAnnounceSource.IsShortOfPeers => _awake?.Connector.IsShortOfPeers ?? false;

    /// <inheritdoc/>
    bool IAnnounceSource.WantsLeechersOnly => IsAsleep;

    /// <inheritdoc/>
    void IAnnounceSource.PeersFound(IReadOnlyList<IPEndPoint> peers, MonoTime now) => AddPeers(peers, PeerSources.Tracker, now);

    public void AddPeers(IReadOnlyList<IPEndPoint> peers, PeerSources source, MonoTime now)
    {
        if (Lifecycle.TakesCallers)
        {
            Slumber.Hold(peers, source);
            return;
        }

        foreach (IPEndPoint peer in peers)
            _awake?.Connector.AddCandidate(peer, source, now);
    }

    /// <summary>Announces in another order.</summary>
    public void SetTiers(TierOrder? tiers, MonoTime now)
    {
        _tiers = tiers;
        Announcer.OrderChanged(now);
    }

    /// <summary>A peer dialled us and named this torrent: accept it, have it wait, or refuse it.</summary>
    public DisconnectReason Accept(ConnectionId id, PeerHandshake handshake, MonoTime now)
    {
        if (Lifecycle.TakesCallers)
            return Slumber.Hold(id, handshake);
        return _awake?.Connector.Accept(id, handshake, now) ?? DisconnectReason.UnknownTorrent;
    }

    /// <summary>A copy of which pieces are done.</summary>
    public Bitfield DonePieces()
    {
        if (_awake is { } awake)
            return awake.Wanted.DonePieces.Clone();
        var all = new Bitfield(Summary.PieceCount);
        all.SetAll();
        return all;
    }

    /// <summary>Has its parts again, or for the first time.</summary>
    public void Wake(Metainfo metainfo, ResumeRecord? resume, MonoTime now)
    {
        Slumber.Answered();
        if (_awake is not null)
            return;
        MakeParts(metainfo);
        Lifecycle.Woken(resume, now);
    }

    /// <summary>Lets go of everything that is as large as the metainfo.</summary>
    public void Drop()
    {
        _awake = null;
        _metainfo = null;
    }

    /// <summary>There is nobody left to dial.</summary>
    public void NeedsPeers(MonoTime now)
    {
        if (Lifecycle.IsOpen && Connector.IsShortOfPeers)
            Announcer.PeersNeeded(now);
    }

    /// <summary>Begins pieces in another order from now on, and asks no other picker.</summary>
    public void SetStrategy(PickStrategy strategy)
    {
        Strategy = strategy;
        CustomPicker = null;
        if (_awake is not { } awake)
            return;
        awake.Picker.Strategy = strategy;
        awake.Picker.Custom = null;
    }

    /// <summary>Somebody else's picker is given up.</summary>
    public void PickerFailed(string reason)
    {
        Strategy = PickStrategy.RarestFirst;
        CustomPicker = null;
        Session.Effects.Publish(new PickerFailedNotice(Id, reason));
    }

    /// <summary>Seeds as BEP 16 says from now on, or no more. Who was told of everything is not told otherwise.</summary>
    public void SetSuperSeeding(bool isOn, MonoTime now)
    {
        if (isOn == IsSuperSeeding)
            return;
        IsSuperSeeding = isOn;
        _awake?.InitialSeeding.End(now);
    }

    /// <summary>Wants files more or less than before.</summary>
    public void SetPriorities(IReadOnlyList<FilePriority>? priorities, MonoTime now)
    {
        Priorities = priorities;
        if (IsAsleep)
        {
            // Made of the priorities when it wakes.
            Slumber.Wake();
            return;
        }

        bool wasComplete = Picker.IsComplete;
        Wanted.SetFiles(priorities);
        Storage?.Choose(WantedFiles, now);
        Picker.SetPriorities(Wanted.Priorities);
        Requester.WakeAll();
        Lifecycle.WantedChanged(now);
        Session.Touched.Add(this);
        if (!wasComplete || !IsFetching)
            return;
        Messages.WantMore();
        Connector.EndPauses(now);
    }

    /// <summary>A block that the picker accepted goes to storage, and its sender answers for it.</summary>
    public void Keep(PeerConnection peer, BlockRange range, BufferLease lease, MonoTime now)
    {
        Blame.BlockReceived(range, peer.Identity);
        if (Storage is { } storage)
        {
            storage.Accept(range, lease, peer.Id, now);
        }
        else
        {
            Session.Pool.Return(lease);
        }
    }

    /// <summary>Whether the torrent runs and has all that is wanted.</summary>
    public bool WantsNothing => Lifecycle.IsOpen && Picker.IsComplete;

    /// <summary>
    /// The disk could not give a block of a piece that we have. Where its bytes are gone (the file was cut or deleted, the device cannot read them) the piece is
    /// fetched again like any other that is missing, and whoever thinks that we have it is told (BEP 54).
    /// </summary>
    public void ReadFailed(PieceIndex piece, DiskError error, MonoTime now)
    {
        Uploader.ReadFailed(error);
        if (error.Kind is not (DiskErrorKind.Missing or DiskErrorKind.Device) || Storage is not { } storage || !storage.Forget(piece, now))
            return;
        Picker.Unhave(piece);
        InitialSeeding.End(now);
        Wanted.Undo(piece);
        bool isUntold = Awake.NewPieces.Remove(piece);
        foreach (PeerConnection peer in Connector.Connections)
        {
            if (!isUntold && peer.IsGreeted && peer.SupportsExtensions)
                peer.Send(PeerCommandKind.DontHave, piece);
        }

        Requester.WakeAll();
        Lifecycle.PieceVanished(error, now);
    }

    /// <summary>Whether neither side wants anything of the other, now or later.</summary>
    public bool IsUseless(PeerConnection peer)
        => WantsNothing && !peer.IsInterestedInUs && (peer.IsUploadOnly || peer.IsSeeder);

    /// <summary>Does once what a batch of events has left.</summary>
    public void EndIteration(MonoTime now)
    {
        if (_awake is not { } awake)
            return;
        awake.InitialSeeding.EndIteration(now);
        if (awake.NewPieces.Count > 0)
        {
            foreach (PeerConnection peer in awake.Connector.Connections)
                AnnouncePieces(peer);
            awake.NewPieces.Clear();
        }

        awake.Requester.EndIteration();
    }

    private AwakeTorrent Awake => _awake ?? throw new InvalidOperationException("The torrent is asleep.");

    private long BytesLeft => _awake is { } awake ? Layout.TotalLength - awake.Wanted.DoneBytes : 0;

    private void MakeParts(Metainfo metainfo)
    {
        // Known before its parts are made, which look at it.
        _metainfo = metainfo;
        _awake = new AwakeTorrent(this, Session);
    }

    private IReadOnlyList<IReadOnlyList<string>> Tiers()
    {
        if (!Spec.UseTrackers)
            return [];
        if (!Summary.IsPrivate)
            return Spec.ExtraTrackers.Count == 0 ? Summary.Trackers : [.. Summary.Trackers, .. Spec.ExtraTrackers.Select(tracker => (IReadOnlyList<string>)[tracker])];
        foreach (string tracker in Spec.ExtraTrackers)
        {
            Session.Effects.Publish(new TrackerNotice(
                Id, UrlSecrets.RedactUrl(tracker), 0, TimeSpan.MaxValue, "not used: the torrent is private, and only its own trackers may know of it", null));
        }

        return Summary.Trackers;
    }

    private void AnnouncePieces(PeerConnection peer)
    {
        // Also those who say that they want nothing more: they may want more again, and must know then what is here.
        if (!peer.IsGreeted)
            return;

        // Also those who have the piece: a source that shows its pieces one by one waits for our word. Only who has everything needs none of it.
        foreach (PieceIndex piece in Awake.NewPieces)
        {
            if (!peer.IsSeeder)
                peer.Send(PeerCommandKind.Have, piece);
        }

        // Whoever had only these pieces to offer is not interesting any more.
        Session.Work.Add(peer);
    }

    private void Watch(MonoTime now)
    {
        if (IsFetching)
            Requester.WakeAll();
        if (Lifecycle.IsOpen)
            _watch.Set(now + WatchInterval);
    }
}
