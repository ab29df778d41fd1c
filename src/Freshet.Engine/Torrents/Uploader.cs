using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;
using Freshet.Engine.Session;
using Freshet.Protocol.Wire;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Answers a torrent's peers: who may download is the choker's choice, and nobody else gets a byte but for allowed-fast pieces (BEP 6).
/// </summary>
internal sealed class Uploader : IChokeTarget
{
    /// <summary>How often a block of the allowed-fast set is served to a peer that is choked (THREATS W6).</summary>
    private const int ServingsWhileChoked = 2;

    /// <summary>The pause after which a refused read is tried again: short beside a disk's latency under load.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whoever holds our requests so long and gives nothing has no claim to a slot (BEP 3's anti-snubbing).</summary>
    private static readonly TimeSpan SnubTime = TimeSpan.FromMinutes(1);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly Choker _choker;
    private readonly TitForTat _whileLeeching = new();
    private readonly SeederTurns _whileSeeding;
    private readonly Deadline _rechoke;
    private readonly Queue<PeerConnection> _stuck = new();
    private readonly Deadline _retry;
    private bool _hasReadFailed;

    public Uploader(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _whileSeeding = new SeederTurns(torrent.Layout.PieceLength);
        _choker = new Choker(session.Settings.UploadSlots, _whileLeeching, this);
        _rechoke = new Deadline(session.Deadlines, Rechoke);
        _retry = new Deadline(session.Deadlines, ServeStuck);
    }

    /// <summary>Takes other settings into account.</summary>
    public void Apply(SessionSettings settings, MonoTime now) => _choker.SetSlots(settings.UploadSlots, now);

    public void OnInterested(PeerConnection peer, MonoTime now)
    {
        if (peer.IsInterestedInUs)
            return;
        peer.IsInterestedInUs = true;
        Wants(peer, now);
    }

    /// <summary>A peer wants something of us, or would if it knew what we have.</summary>
    public void Wants(PeerConnection peer, MonoTime now)
    {
        TakeRole();
        _choker.Interested(peer.Id, now);
        ScheduleRechoke();
    }

    /// <summary>A peer knows what we have and wants nothing of it.</summary>
    public void WantsNoMore(PeerConnection peer, MonoTime now)
    {
        _choker.NotInterested(peer.Id, now);
        ScheduleRechoke();
    }

    public void OnNotInterested(PeerConnection peer, MonoTime now)
    {
        if (!peer.IsInterestedInUs)
            return;
        peer.IsInterestedInUs = false;
        if (peer.IsShownPart)
            _torrent.InitialSeeding.HasAllShown(peer, now);
        else
            WantsNoMore(peer, now);
    }

    /// <summary>A peer asks for a block; the reason to close where it breaks a rule, else None.</summary>
    public DisconnectReason OnRequest(PeerConnection peer, BlockRange range, MonoTime now)
    {
        bool isServed = _torrent.Picker.Have[range.Piece] && _torrent.InitialSeeding.IsShown(peer, range.Piece) && range.Length <= BlockRange.BlockLength && IsServed(peer, range.Piece);
        if (isServed && peer.IsChokedByUs)
            isServed = peer.FastAllowance.TryServe(range.Piece, _torrent.Layout.BlocksIn(range.Piece) * ServingsWhileChoked);
        if (isServed && peer.Uploads.TryAdd(range))
        {
            _torrent.InitialSeeding.Asked(peer, range.Piece);
            peer.Uploads.Serve(now);
            return DisconnectReason.None;
        }

        if (peer.SupportsFast)
        {
            peer.Send(PeerCommandKind.Reject, range);
            return DisconnectReason.None;
        }

        // Requests that cross our choke on their way are no breach; asking on and on is.
        return isServed || !peer.MayFlap(now) ? DisconnectReason.Limit : DisconnectReason.None;
    }

    /// <summary>Whether a peer may have blocks of a piece now.</summary>
    public bool IsServed(PeerConnection peer, PieceIndex piece) => !peer.IsChokedByUs || peer.FastAllowance.Contains(piece);

    /// <summary>Tells a new peer which pieces it may have while choked (BEP 6), those that we have.</summary>
    public void OfferFast(PeerConnection peer)
    {
        // While we are the only source, what goes to those without a slot would be the same few pieces again and again.
        if (!peer.SupportsFast || _torrent.Picker.Have.IsEmpty || _torrent.InitialSeeding.IsOn)
            return;

        // By the hash that the two have agreed on, as libtorrent does: a peer that computes its set knows the one of the swarm that it is in.
        InfoHash swarm = peer.IsV2 ? _torrent.Hashes.V2Swarm!.Value : _torrent.Hashes.Primary;
        foreach (PieceIndex piece in AllowedFastSet.Compute(peer.Endpoint.Address, swarm, _torrent.Layout.PieceCount))
        {
            if (!_torrent.Picker.Have[piece])
                continue;
            peer.FastAllowance.Add(piece);
            peer.Send(PeerCommandKind.AllowedFast, piece);
        }
    }

    /// <summary>The connection is gone, or going.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        peer.Uploads.Clear();
        _choker.Left(peer.Id, now);
        ScheduleRechoke();
    }

    /// <summary>The disk could not give a block: said once, not with every request.</summary>
    public void ReadFailed(DiskError error)
    {
        if (_hasReadFailed)
            return;
        _hasReadFailed = true;
        _session.Effects.Publish(new DiskNotice(_torrent.Id, error, WillRetry: false));
    }

    /// <summary>A new run begins.</summary>
    public void Opened() => _hasReadFailed = false;

    /// <summary>The storage refused a read for this peer.</summary>
    public void AddStuck(PeerConnection peer, MonoTime now)
    {
        // A read that returns serves the next; where none is out, because memory is short, only time helps.
        _retry.SetNoLaterThan(now + RetryPause);
        if (peer.Uploads.IsStuck)
            return;
        peer.Uploads.IsStuck = true;
        _stuck.Enqueue(peer);
    }

    /// <summary>Goes on with peers that the storage refused, in the order in which it did.</summary>
    public void ServeStuck(MonoTime now)
    {
        for (int i = _stuck.Count; i > 0; i--)
        {
            PeerConnection peer = _stuck.Dequeue();
            peer.Uploads.IsStuck = false;
            if (peer.IsReady)
                peer.Uploads.Serve(now);
            if (peer.Uploads.IsStuck)
                return;
        }
    }

    /// <inheritdoc/>
    void IChokeTarget.Unchoke(ConnectionId peer, MonoTime now)
    {
        if (_session.Connections.Find(peer) is not { IsReady: true } connection)
            return;
        connection.IsChokedByUs = false;
        connection.Send(PeerCommandKind.Unchoke);
        _torrent.InitialSeeding.SetServed(connection, isServed: true, now);
    }

    /// <inheritdoc/>
    void IChokeTarget.Choke(ConnectionId peer, MonoTime now)
    {
        if (_session.Connections.Find(peer) is not { IsReady: true } connection)
            return;
        connection.IsChokedByUs = true;
        connection.Send(PeerCommandKind.Choke);
        connection.Uploads.Choked();
        _torrent.InitialSeeding.SetServed(connection, isServed: false, now);
    }

    /// <inheritdoc/>
    ChokeFigures IChokeTarget.Measure(ConnectionId peer, MonoTime now)
    {
        if (_session.Connections.Find(peer) is not { } connection)
            return default;
        bool isWaitedFor = connection.Window.Outstanding > 0 || (connection.Window.IsSnubbed && !connection.IsChokingUs);
        return new ChokeFigures(connection.Downloaded, connection.Uploaded)
        {
            IsSnubbing = isWaitedFor && now - connection.WaitingSince >= SnubTime,
            IsUploadOnly = connection.IsUploadOnly,
        };
    }

    private void Rechoke(MonoTime now)
    {
        TakeRole();
        _choker.Rechoke(now);
        ScheduleRechoke();
        _torrent.InitialSeeding.RoundOver(now);
    }

    private void TakeRole() => _choker.Rule = _torrent.IsFetching ? _whileLeeching : _whileSeeding;

    private void ScheduleRechoke() => _rechoke.Set(_choker.NextRechoke);
}
