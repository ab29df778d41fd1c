using System.Buffers;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Keeps the request queues of a torrent's peers full: says interested or not, asks for blocks at the end of the iteration in which room came about,
/// and takes back what will not be answered.
/// </summary>
internal sealed class Requester
{
    /// <summary>Blocks chosen in one call of the picker: more than room comes about in most iterations.</summary>
    private const int Batch = 256;

    /// <summary>
    /// Rejects in a row, while the peer does not choke us and brings nothing, after which it is given up (the value of libtorrent): else both sides
    /// would play request and reject as fast as the line allows (THREATS W12).
    /// </summary>
    private const int MaxRejectsInRow = 50;

    /// <summary>So long after a piece that nobody had has turned up more are expected: some rounds of a choker.</summary>
    private static readonly TimeSpan GrowthPause = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What a peer is taken to bring, in bytes a second, until it is known: the eighth part of a slow line. So the first pieces, too, come from one sender each where they
    /// are small, and whose fault it is if one is wrong is clear.
    /// </summary>
    private const long UnknownRate = 16 * 1024;

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private BlockRange[]? _chosen; // made when it is first used: a torrent that only seeds has none
    private MonoTime? _grewAt;
    private bool _wakeIdle;
    private bool _isEndGame;

    public Requester(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
    }

    /// <summary>Whether nothing is to be fetched at the moment: the disk makes trouble.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Blocks became free: peers that had nothing to ask for are looked at again, once, at the end of the iteration.</summary>
    public void WakeIdle()
    {
        _wakeIdle = true;
        _session.Work.Add(_torrent);
    }

    /// <summary>A peer has got a piece that nobody had.</summary>
    public void SwarmGrew(MonoTime now) => _grewAt = now;

    /// <summary>Looks at every peer again.</summary>
    public void WakeAll()
    {
        foreach (PeerConnection peer in _torrent.Connector.Connections)
            _session.Work.Add(peer);
    }

    public void EndIteration()
    {
        if (!_wakeIdle)
            return;
        _wakeIdle = false;
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (peer.IsIdle)
                _session.Work.Add(peer);
        }
    }

    /// <summary>Says whether we are interested, and asks for as many blocks as there is room for.</summary>
    public void TopUp(PeerConnection peer, MonoTime now)
    {
        UpdateInterest(peer);
        if (!peer.AreWeInterested || IsHeld)
            return;
        if (!_session.Storage.Memory.AllowsRequests)
        {
            _session.HoldUntilMemory(peer);
            return;
        }

        peer.Window.Pace = peer.Reads?.Share;
        if (!peer.IsIdle && !peer.Window.IsWorthFilling)
        {
            SetTimer(peer);
            return;
        }

        _torrent.Picker.IsGrowing = now - _grewAt < GrowthPause;
        peer.Window.Begin(scarce: _torrent.Picker.IsGrowing);
        Span<BlockRange> blocks = _chosen ??= new BlockRange[Batch];
        int outstandingBefore = peer.Window.Outstanding;
        while (true)
        {
            int room = Math.Min(peer.Window.Room, Batch);
            if (room == 0)
                break;
            var who = new PickRequest(peer.Id)
            {
                IsChoked = peer.IsChokingUs,
                IsSnubbed = peer.Window.IsSnubbed,
                BytesPerSecond = peer.DownloadRate(now),
                UsualBytesPerSecond = peer.Window.UsualBytesPerSecond,
                IsRateSettled = peer.Window.IsRateSettled,
                IsSuspect = _torrent.Blame.IsSuspect(peer.Identity),
                PrefersWholePieces = BringsWholePieces(peer),
            };
            int count = _torrent.Picker.Pick(who, blocks[..room]);
            foreach (ref readonly BlockRange block in blocks[..count])
            {
                peer.Window.OnRequested(block, now);
                peer.Send(PeerCommandKind.Request, block);
            }

            peer.IsIdle = count < room;
            if (count < room)
                break;
        }

        NoteEndGame();

        // A snubbed peer is asked again and again, and has been waited for all the while.
        if (outstandingBefore == 0 && peer.Window.Outstanding > 0 && !peer.Window.IsSnubbed)
            peer.WaitingSince = now;
        SetTimer(peer);
    }

    /// <summary>A block came that was asked for.</summary>
    public void OnBlock(PeerConnection peer, BlockRange range, BufferLease lease, MonoTime now)
    {
        peer.RejectsInRow = 0;
        peer.WaitingSince = now;
        peer.Reads?.BlockCame();
        peer.CountDownload(range.Length, now);
        peer.Window.OnReceived(range, now);
        _torrent.Figures.CountDownload(range.Length, now);
        ReceiveOutcome outcome = _torrent.Picker.MarkReceived(range, peer.Id);
        for (int i = 0; i < outcome.TwinCount; i++)
            CancelTwin(outcome.Twin(i), range, now);
        if (outcome.Result == ReceiveResult.Accepted)
        {
            _torrent.Keep(peer, range, lease, now);
        }
        else
        {
            _session.Pool.Return(lease);
            CountRedundant(peer, range);
        }

        _session.Work.Add(peer);
    }

    /// <summary>A block came that was not, or no longer, asked for; its bytes are gone.</summary>
    public void OnUnwantedBlock(PeerConnection peer, BlockRange range, MonoTime now)
    {
        peer.CountDownload(range.Length, now);
        _torrent.Figures.CountDownload(range.Length, now);
        CountRedundant(peer, range);
    }

    private void CountRedundant(PeerConnection peer, BlockRange range)
    {
        peer.Redundant += range.Length;
        _torrent.Figures.Redundant += range.Length;
    }

    /// <summary>The peer chokes us. Without BEP 6 our requests are void; with it each is answered by a block or a reject.</summary>
    public void OnChoke(PeerConnection peer)
    {
        peer.IsChokingUs = true;
        if (peer.SupportsFast)
            return;
        TakeBackAll(peer, PeerCommandKind.Forget);
        peer.Window.OnAllDropped();
        SetTimer(peer);
    }

    public void OnUnchoke(PeerConnection peer)
    {
        peer.IsChokingUs = false;
        peer.RejectsInRow = 0;
        _session.Work.Add(peer);
    }

    /// <summary>The peer will not answer a request; false where it has done nothing else for long.</summary>
    public bool OnReject(PeerConnection peer, BlockRange range, MonoTime now)
    {
        // Rejects that answer our own cancels find nothing to take back and are not counted.
        if (Drop(peer, range, now) && !peer.IsChokingUs)
            peer.RejectsInRow++;
        _session.Work.Add(peer);
        return peer.RejectsInRow <= MaxRejectsInRow;
    }

    /// <summary>The time of a connection is up in some respect: requests that wait too long, or a peer that only lets us wait.</summary>
    public void OnTimer(PeerConnection peer, MonoTime now)
    {
        if (!peer.IsReady)
            return;
        if (peer.Reads is { IsOurDelay: true })
        {
            // What it has sent waits in the socket for our own limit.
            peer.WaitingSince = now;
            peer.Window.Postpone(now);
        }

        if (peer.Window.Outstanding > 0 && now - peer.WaitingSince >= _session.Settings.PeerTimeout)
        {
            _torrent.Connector.Close(peer, DisconnectReason.PeerTimeout, now);
            return;
        }

        CheckTimeouts(peer, now);
        SetTimer(peer);
        _session.Work.Add(peer);
    }

    /// <summary>The connection is gone, or going: what was asked of it is free again.</summary>
    public void Left(PeerConnection peer)
    {
        if (peer.Window.Outstanding > 0)
            WakeIdle();
        _torrent.Picker.RemovePeer(peer.Id);
    }

    private bool BringsWholePieces(PeerConnection peer)
    {
        long rate = peer.Window.BytesPerSecond;
        return (rate > 0 ? rate : UnknownRate) * PiecePicker.WholePieceTime.TotalSeconds >= _torrent.Layout.PieceLength;
    }

    private void UpdateInterest(PeerConnection peer)
    {
        bool interested = _torrent.IsFetching && _torrent.Picker.IsInteresting(peer.Id);
        if (interested == peer.AreWeInterested)
            return;
        peer.AreWeInterested = interested;
        peer.Send(interested ? PeerCommandKind.Interested : PeerCommandKind.NotInterested);
    }

    /// <summary>What was asked last may have been the last that nobody was asked for: those who had nothing to do can help from now on.</summary>
    private void NoteEndGame()
    {
        bool was = _isEndGame;
        _isEndGame = _torrent.Picker.IsEndGame;
        if (_isEndGame && !was)
            WakeIdle();
    }

    private void CheckTimeouts(PeerConnection peer, MonoTime now)
    {
        while (true)
        {
            switch (peer.Window.CheckTimeout(now, out PieceIndex piece, out int block))
            {
                case WindowTimeout.Lost:
                    BlockRange lost = _torrent.Layout.Block(piece, block);
                    _torrent.Picker.Abort(lost, peer.Id);
                    peer.Withdraw(PeerCommandKind.Cancel, lost);
                    WakeIdle();
                    break;
                case WindowTimeout.Stalled:
                    TakeBackAll(peer, PeerCommandKind.Cancel);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>What was received of a piece is lost: requests for the rest of it are taken back, and it begins anew.</summary>
    public void DropPiece(PieceIndex piece, MonoTime now)
    {
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (peer.IsGreeted)
                TakeBack(peer, piece, now);
        }

        _torrent.Picker.DropPiece(piece);
        WakeIdle();
    }

    private void TakeBack(PeerConnection peer, PieceIndex piece, MonoTime now)
    {
        int count = _torrent.Picker.OutstandingOf(peer.Id);
        BlockRange[] blocks = ArrayPool<BlockRange>.Shared.Rent(count);
        count = _torrent.Picker.CopyOutstanding(peer.Id, blocks);
        foreach (BlockRange block in blocks.AsSpan(0, count))
        {
            if (block.Piece != piece || !_torrent.Picker.Abort(block, peer.Id))
                continue;
            peer.Window.OnDropped(block, now);
            peer.Withdraw(PeerCommandKind.Cancel, block);
        }

        ArrayPool<BlockRange>.Shared.Return(blocks);
    }

    private void TakeBackAll(PeerConnection peer, PeerCommandKind command)
    {
        int count = _torrent.Picker.OutstandingOf(peer.Id);
        if (count == 0)
            return;
        BlockRange[] blocks = ArrayPool<BlockRange>.Shared.Rent(count);
        count = _torrent.Picker.CopyOutstanding(peer.Id, blocks);
        _torrent.Picker.AbortAll(peer.Id);
        foreach (BlockRange block in blocks.AsSpan(0, count))
            peer.Withdraw(command, block);
        ArrayPool<BlockRange>.Shared.Return(blocks);
        WakeIdle();
    }

    private void CancelTwin(ConnectionId id, BlockRange range, MonoTime now)
    {
        if (_session.Connections.Find(id) is not { IsReady: true } twin)
            return;
        twin.Withdraw(PeerCommandKind.Cancel, range);
        twin.Window.OnDropped(range, now);
        _session.Work.Add(twin);
    }

    private bool Drop(PeerConnection peer, BlockRange range, MonoTime now)
    {
        if (!_torrent.Picker.Abort(range, peer.Id))
            return false;
        peer.Window.OnDropped(range, now);
        WakeIdle();
        return true;
    }

    private void SetTimer(PeerConnection peer)
    {
        if (peer.Window.Outstanding == 0)
        {
            peer.Timer.Clear();
            return;
        }

        MonoTime due = MonoTime.Min(peer.Window.Deadline, peer.WaitingSince + _session.Settings.PeerTimeout);

        // Looked at again when it is due, not moved with every block: a heap operation a block would be waste.
        peer.Timer.SetNoLaterThan(due);
    }
}
