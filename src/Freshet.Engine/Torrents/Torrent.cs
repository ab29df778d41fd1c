using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Engine.Reuse;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// One torrent: its parts, and what passes between them. When it runs and when it does not is its <see cref="TorrentLifecycle"/>'s business, policy that of the
/// parts.
/// </summary>
internal sealed class Torrent
{
    private Metainfo? _metainfo;
    private AwakeTorrent? _awake;
    private SwarmConnector? _connector;

    // A mutable struct: not readonly.
    private LocalSeat _localSeat;

    public Torrent(SessionContext session, TorrentId id, TorrentSpec spec)
    {
        Session = session;
        Id = id;
        Summary = spec.Summary;
        IsSuperSeeding = spec.SuperSeeding;

        // What is large is held by the parts, and by the lifecycle until it is used.
        Spec = spec.Metainfo is null && spec.Resume is null ? spec : spec with { Metainfo = null, Resume = null };
        Figures = new TorrentFigures(this);
        Selection = new Selection(this);
        Trackers = new TorrentTrackers(this, session);
        Dht = new TorrentDht(this, session);
        Rates = new TorrentRates(this, session, spec.Limits);
        Slumber = new Slumber(this, session);
        MetadataServer = new MetadataServer(this);
        Arrivals = new Arrivals(this, session);
        Lifecycle = new TorrentLifecycle(this, session, spec.Resume);
        if (spec.Metainfo is { } metainfo)
        {
            MakeParts(metainfo);
        }
        else if (!Summary.HasMetadata)
        {
            _connector = new SwarmConnector(this, session);
            Fetch = new MetadataFetch(this, session);
        }
    }

    public SessionContext Session { get; }

    /// <summary>What local discovery knows of it.</summary>
    public ref LocalSeat LocalSeat => ref _localSeat;

    public TorrentId Id { get; }

    /// <summary>What it was added with; neither the metainfo nor the record.</summary>
    public TorrentSpec Spec { get; private set; }

    /// <summary>What is known of it even while it sleeps.</summary>
    public TorrentSummary Summary { get; private set; }

    /// <summary>Whether it seeds as BEP 16 says.</summary>
    public bool IsSuperSeeding { get; private set; }

    public InfoHashes Hashes => Summary.Hashes;

    public TorrentRates Rates { get; }

    public Selection Selection { get; }

    public TorrentTrackers Trackers { get; }

    public TorrentDht Dht { get; }

    public TorrentLifecycle Lifecycle { get; }

    public Slumber Slumber { get; }

    public TorrentFigures Figures { get; }

    public Arrivals Arrivals { get; }

    public MetadataServer MetadataServer { get; }

    /// <summary>Fetches its metadata; null where that is known, if only to the outside.</summary>
    public MetadataFetch? Fetch { get; private set; }

    /// <summary>Fetches the piece layers of a torrent whose metadata is all that is wanted; null where nobody has asked for them.</summary>
    public LayerFetch? LayerFetch { get; private set; }

    /// <summary>Whether it has all of the parts below.</summary>
    public bool IsAwake => _awake is not null;

    /// <summary>Whether it has none of the parts below although its metadata is known: it only seeds, and nobody is connected or dialled.</summary>
    public bool IsAsleep => _awake is null && Fetch is null;

    /// <summary>Whether it may be connected to anybody: it is awake, or its metadata is fetched.</summary>
    public bool HasConnector => _connector is not null;

    /// <summary>Whether all of it is here, not just what is wanted. Asleep it is, as far as is known.</summary>
    public bool IsWhole => _awake is { } awake ? awake.Wanted.DonePieces.IsFull : IsAsleep;

    /// <summary>Bytes of the pieces that are wanted.</summary>
    public long WantedBytes => _awake?.Wanted.Bytes ?? Summary.TotalBytes;

    public AwakeTorrent Awake => _awake ?? throw new InvalidOperationException("The torrent is asleep.");

    public Metainfo Metainfo => _metainfo ?? throw new InvalidOperationException("The torrent is asleep.");

    /// <summary>Its metainfo, where it is at hand.</summary>
    public Metainfo? KnownMetainfo => _metainfo;

    public PieceLayout Layout => Metainfo.Layout;

    public WantedPieces Wanted => Awake.Wanted;

    public PiecePicker Picker => Awake.Picker;

    public Blame Blame => Awake.Blame;

    /// <summary>The hash trees of the v2 side; null where there is none.</summary>
    public HashTrees? Trees => Awake.Trees;

    public SwarmConnector Connector => _connector ?? throw new InvalidOperationException("The torrent is asleep.");

    public Requester Requester => Awake.Requester;

    public Uploader Uploader => Awake.Uploader;

    public InitialSeeding InitialSeeding => Awake.InitialSeeding;

    public FileSharing Sharing => Awake.Sharing;

    public PeerMessages Messages => Awake.Messages;

    /// <summary>Peer exchange (BEP 11).</summary>
    public PeerExchange Exchange => Connector.Exchange;

    /// <summary>The storage of the present run; null where none runs.</summary>
    public TorrentStorage? Storage => Lifecycle.Storage.Current;

    /// <summary>Whether something has changed since somebody looked.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether the torrent waits for the end of the iteration.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether something is to be fetched.</summary>
    public bool IsFetching => Lifecycle.IsOpen && !Picker.IsComplete;

    /// <summary>Whether the torrent runs and has all that is wanted.</summary>
    public bool WantsNothing => Lifecycle.IsOpen && Picker.IsComplete;

    /// <summary>Tells of peers.</summary>
    /// <param name="peers">Where they are.</param>
    /// <param name="source">Who tells.</param>
    /// <param name="swarm">The swarm that they were found in.</param>
    /// <param name="now">The time.</param>
    public void AddPeers(IReadOnlyList<IPEndPoint> peers, PeerSources source, InfoHash swarm, MonoTime now)
    {
        if (Lifecycle.TakesCallers)
        {
            Slumber.Hold(peers, source, swarm);
            return;
        }

        foreach (IPEndPoint peer in peers)
            _connector?.AddCandidate(peer, source, swarm, now);
        if (source == PeerSources.Tracker && peers.Count > 0)
            _connector?.Memory.Note(now);
    }

    /// <summary>A peer dialled us and named this torrent: accept it, have it wait, or refuse it.</summary>
    public DisconnectReason Accept(ConnectionId id, PeerHandshake handshake, MonoTime now)
    {
        if (Lifecycle.TakesCallers)
            return Slumber.Hold(id, handshake);
        return _connector?.Accept(id, handshake, now) ?? DisconnectReason.UnknownTorrent;
    }

    /// <summary>Something happened on a connection that we have not begun to close.</summary>
    public void Handle(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        if (peer.IsGreeted)
            Messages.Handle(peer, happened, now);
        else
            Arrivals.Handle(peer, happened, now);
    }

    /// <summary>A connection that was ready is gone, or going.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        if (peer.IsGreeted)
            Messages.Left(peer, now);
        else
            Arrivals.Left(peer, now);
    }

    /// <summary>A copy of which pieces are done.</summary>
    public Bitfield DonePieces()
    {
        if (_awake is { } awake)
            return awake.Wanted.DonePieces.Clone();
        var pieces = new Bitfield(Summary.PieceCount);
        if (IsWhole)
            pieces.SetAll();
        return pieces;
    }

    /// <summary>Its metadata is known, and nothing but the piece layers is wanted besides.</summary>
    public void FetchLayers(Metainfo metainfo, MonoTime now)
    {
        EndLayers();
        if (Fetch is not null)
            LayerFetch = new LayerFetch(this, Session, metainfo, now);
    }

    /// <summary>The run ends: nobody is asked for layers any more.</summary>
    public void EndLayers()
    {
        LayerFetch?.End();
        LayerFetch = null;
    }

    /// <summary>Its metadata is known: it is a torrent as any other from here on, on the connections that it has.</summary>
    public void Resolve(ResolvedTorrent resolved, MonoTime now)
    {
        if (Fetch is not { } fetch)
            return;
        fetch.End();
        Fetch = null;
        EndLayers();
        Metainfo metainfo = resolved.Metainfo;
        Summary = TorrentSummary.Of(metainfo) with { Trackers = Summary.Trackers };
        Spec = Spec with { Summary = Summary, MaySleep = resolved.MaySleep, Relatives = resolved.Relatives };
        Selection.Begin(resolved.Priorities, resolved.Picker);
        MakeParts(metainfo);
        if (metainfo.IsPrivate)
        {
            Dht.Stop(now);
            Connector.KeepOnly(PeerSources.Tracker | PeerSources.User, now);
        }

        Session.Touched.Add(this);
        Lifecycle.Resolved(resolved.Resume, now);
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
    public void Drop(MonoTime now)
    {
        _awake?.Sharing.Gone(now);
        _awake = null;
        _connector = null;
        _metainfo = null;
    }

    /// <summary>There is nobody left to dial.</summary>
    public void NeedsPeers(MonoTime now)
    {
        if (_connector is not { IsShortOfPeers: true })
            return;
        Trackers.Announcer.PeersNeeded(now);
        Dht.PeersNeeded(now);
    }

    /// <summary>Seeds as BEP 16 says from now on, or no more. Who was told of everything is not told otherwise.</summary>
    public void SetSuperSeeding(bool isOn, MonoTime now)
    {
        if (isOn == IsSuperSeeding)
            return;
        IsSuperSeeding = isOn;
        _awake?.InitialSeeding.End(now);
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
        Awake.News.Gone(piece);
        Requester.WakeAll();
        Lifecycle.Health.PieceVanished(error, now);
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
        awake.Sharing.EndIteration(now);
        awake.News.Tell();
        awake.Requester.EndIteration();
    }

    private void MakeParts(Metainfo metainfo)
    {
        // Known before its parts are made, which look at it.
        _metainfo = metainfo;
        _connector ??= new SwarmConnector(this, Session);
        _awake = new AwakeTorrent(this, Session);
    }
}
