using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Picking;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>How far a connection has come.</summary>
internal enum ConnectionPhase : byte
{
    /// <summary>We dialled, or accepted; the handshakes are not through.</summary>
    Opening,

    /// <summary>Messages flow.</summary>
    Ready,

    /// <summary>We told the pump to close; nothing that still comes counts.</summary>
    Closing,
}

/// <summary>What the engine knows of one connection: state, no policy.</summary>
internal sealed class PeerConnection
{
    // Mutable structs: not readonly.
    private RateMeter _download;
    private RateMeter _upload;
    private MessageBudget _flaps = MessageBudget.OfFruitless;
    private MessageBudget _cancels = MessageBudget.OfFruitless;
    private MessageBudget _hashBudget = MessageBudget.OfHashes;
    private MessageBudget _metadataBudget = MessageBudget.OfMetadata;
    private FastAllowance _fastAllowance;
    private MonoTime _judgedAt = MonoTime.Zero;
    private long _judgedBytes;
    private int _lastMixedRound;

    public PeerConnection(Torrent torrent, SwarmConnector connector, ConnectionId id, IPEndPoint endpoint, PeerCandidate? candidate, MonoTime now)
    {
        Torrent = torrent;
        Connector = connector;
        Id = id;
        Identity = new PeerIdentity(endpoint);
        Candidate = candidate;
        OpenedAt = now;
        SharesLine = AddressRules.Classify(endpoint.Address) is AddressScope.Global or AddressScope.Special;
        Uploads = new UploadQueue(this);
        SessionSettings settings = torrent.Session.Settings;
        Window = new RequestWindow(settings.Pipeline, settings.RequestTimeout);
        Timer = new Deadline(torrent.Session.Deadlines, at => Torrent.Requester.OnTimer(this, at));
    }

    public Torrent Torrent { get; }

    /// <summary>Who counts it; may outlive the torrent's awake time by the moment that a pump takes to close.</summary>
    public SwarmConnector Connector { get; }

    public ConnectionId Id { get; }

    /// <summary>Who answers for what comes over the connection.</summary>
    public PeerIdentity Identity { get; }

    public IPEndPoint Endpoint => Identity.Endpoint;

    /// <summary>The entry of the peer list that the connection belongs to; null for an incoming one whose listen port is not known.</summary>
    public PeerCandidate? Candidate { get; set; }

    public ConnectionPhase Phase { get; set; }

    /// <summary>Why we close, while <see cref="Phase"/> is Closing.</summary>
    public DisconnectReason ClosingReason { get; set; }

    public MonoTime OpenedAt { get; }

    public MonoTime ReadyAt { get; set; }

    /// <summary>Place in the session's table of connections.</summary>
    public int TableIndex { get; set; } = -1;

    /// <summary>When the last block came, or the first request after a pause went out: what "waiting for the peer" is counted from.</summary>
    public MonoTime WaitingSince { get; set; }

    public PeerId Peer { get; set; }

    public string? Client { get; set; }

    public bool SupportsFast { get; set; }

    /// <summary>How its payload is written, where message stream encryption came first.</summary>
    public MsePayload Encryption { get; set; }

    /// <summary>What carries it; meant once its handshakes are through.</summary>
    public PeerTransport Transport { get; set; }

    /// <summary>Whether it is beyond the local network, so that it shares our line with all others there.</summary>
    public bool SharesLine { get; }

    /// <summary>The round of <see cref="MixedMode"/> in which payload was last sent to it.</summary>
    public ref int LastMixedRound => ref _lastMixedRound;

    public bool SupportsExtensions { get; set; }

    public bool SupportsDht { get; set; }

    /// <summary>Whether it has told of its node of the DHT: more than one it has not.</summary>
    public bool HasToldNode { get; set; }

    /// <summary>BEP 21: the peer downloads nothing more.</summary>
    public bool IsUploadOnly { get; set; }

    /// <summary>Whether the picker, the choker and the rest know the connection.</summary>
    public bool IsGreeted { get; set; }

    /// <summary>The peer has said what it has (or that it has nothing), so that a later BITFIELD is a breach.</summary>
    public bool HasSaidPieces { get; set; }

    public bool IsChokingUs { get; set; } = true;

    public bool AreWeInterested { get; set; }

    public bool IsChokedByUs { get; set; } = true;

    public bool IsInterestedInUs { get; set; }

    /// <summary>Whether the swarm that both sides agreed on is that of v2 (BEP 52): such a peer may be asked for hashes.</summary>
    public bool IsV2 { get; set; }

    /// <summary>What peer exchange knows of it; null while the peer has not shown that it speaks it.</summary>
    public ExchangeSeat? Exchange { get; set; }

    /// <summary>Hash requests of ours that it has not answered.</summary>
    public int HashesAsked { get; set; }

    /// <summary>The hashes that it may still ask for.</summary>
    public ref MessageBudget HashBudget => ref _hashBudget;

    /// <summary>BEP 9: whether it gives metadata.</summary>
    public bool GivesMetadata { get; set; }

    /// <summary>BEP 9: the size of the metadata, as it says; null where it has said none that makes sense.</summary>
    public int? MetadataSize { get; set; }

    /// <summary>The pieces of metadata that it may still ask for.</summary>
    public ref MessageBudget MetadataBudget => ref _metadataBudget;

    /// <summary>Whether it was told that nothing is here, before that was known: a bitfield comes too late.</summary>
    public bool IsToldNothing { get; set; }

    /// <summary>Whether it was told of some of our pieces only (<see cref="InitialSeeding"/>).</summary>
    public bool IsShownPart { get; set; }

    /// <summary>Whether the peer waits for its queue to be filled at the end of this iteration.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether the connection waits for memory.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether there was nothing to ask for the last time: blocks that become free wake it.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Place in the torrent's list of connections.</summary>
    public int Position { get; set; } = -1;

    /// <summary>Rejects in a row while the peer did not choke us.</summary>
    public int RejectsInRow { get; set; }

    public RequestWindow Window { get; }

    /// <summary>What the peer may have while we choke it.</summary>
    public ref FastAllowance FastAllowance => ref _fastAllowance;

    public UploadQueue Uploads { get; }

    /// <summary>What limits the bytes that come in; null where nothing does.</summary>
    public ReadLimit? Reads { get; private set; }

    public Deadline Timer { get; }

    public bool IsReady => Phase == ConnectionPhase.Ready;

    public bool IsSeeder => Torrent.Picker.PeerPieceCount(Id) == Torrent.Layout.PieceCount;

    public long Downloaded => _download.Total;

    public long Uploaded => _upload.Total;

    /// <summary>Bytes of blocks that came in vain: twice, or unasked for.</summary>
    public long Redundant { get; set; }

    /// <summary>Pieces with a wrong hash that it sent a part of.</summary>
    public int HashFailures { get; set; }

    public long DownloadRate(MonoTime now) => _download.BytesPerSecond(now);

    public long UploadRate(MonoTime now) => _upload.BytesPerSecond(now);

    /// <summary>How the connection has gone, for the candidate's score.</summary>
    public ConnectionTrack Track(MonoTime now)
        => new(Downloaded + Uploaded, now - ReadyAt, Id.IsIncoming ? null : ReadyAt - OpenedAt);

    /// <summary>What speaks for the connection: what it has carried since it was judged last.</summary>
    public PeerStanding Standing(MonoTime now)
    {
        MonoTime since = MonoTime.Max(ReadyAt, _judgedAt);
        double seconds = Math.Max(1, (now - since).TotalSeconds);
        return new PeerStanding(
            (long)((Downloaded + Uploaded - _judgedBytes) / seconds),
            now - ReadyAt,
            AreWeInterested || IsInterestedInUs,
            !IsReady || Candidate is { IsUsers: true },
            Torrent.Session.OwnAddresses.PriorityOf(Candidate?.Endpoint ?? Endpoint));
    }

    /// <summary>What it has carried so far counts no more.</summary>
    public void BeginStanding(MonoTime now)
    {
        _judgedAt = now;
        _judgedBytes = Downloaded + Uploaded;
    }

    public void CountDownload(int bytes, MonoTime now) => _download.Add(bytes, now);

    public void CountUpload(int bytes, MonoTime now) => _upload.Add(bytes, now);

    /// <summary>Counts a message that brings nothing; false where the peer sent too many.</summary>
    public bool MayFlap(MonoTime now) => _flaps.TrySpend(1, now);

    /// <summary>Counts a cancel; false where the peer sent too many to look for them all (THREATS W2).</summary>
    public bool MayCancel(MonoTime now) => _cancels.TrySpend(1, now);

    /// <summary>Has these buckets limit what comes in from now on; none of them: nothing does.</summary>
    public void LimitReads(ReadOnlySpan<RateBucket> row)
    {
        bool wasLimited = Reads is not null;
        Reads?.End();
        Reads = row.IsEmpty ? null : new ReadLimit(this, row);
        if (Reads is not null)
            Send(PeerCommandKind.ReadCredit, 0);
        else if (wasLimited)
            Send(PeerCommandKind.ReadFreely);
    }

    public void Send(PeerCommandKind kind) => Torrent.Session.Effects.Send(new PeerCommand(kind, Id));

    public void Send(PeerCommandKind kind, int value)
        => Torrent.Session.Effects.Send(new PeerCommand(kind, Id) { Value = value });

    public void Send(PeerCommandKind kind, PieceIndex piece)
        => Torrent.Session.Effects.Send(new PeerCommand(kind, Id) { Range = new BlockRange(piece, 0, 0) });

    public void Send(PeerCommandKind kind, BlockRange range)
        => Torrent.Session.Effects.Send(new PeerCommand(kind, Id) { Range = range });

    /// <summary>Takes a request back, by Cancel or Forget; its block may be on the way all the same.</summary>
    public void Withdraw(PeerCommandKind kind, BlockRange range)
    {
        Reads?.RequestWithdrawn();
        Send(kind, range);
    }

    public void Send(PeerCommandKind kind, object? payload)
        => Torrent.Session.Effects.Send(new PeerCommand(kind, Id) { Payload = payload });
}
