using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// While we are the only source of a torrent, each peer but the first is told of few pieces at a time, different ones each, so that no piece leaves us twice
/// before all have left us once. When all are somewhere else, and the peers do not pass on far more than we could add (<see cref="SharingPace"/>), everything is
/// shown. Super-seeding (BEP 16) does so with all peers, strictly, and never ends by itself.
/// </summary>
internal sealed class InitialSeeding : ISwarmView
{
    /// <summary>At the least so many pieces are shown ahead of what a peer has: one on its way, one to go on with.</summary>
    private const int LeastAhead = 2;

    /// <summary>How many pieces all peers are told of at once when everything is shown: at 9 bytes each less than a picture, and none waits for them.</summary>
    private const int RestAtOnce = 4096;

    /// <summary>What a peer is shown ahead of what it has: so long at its rate that it never waits for the next one.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Where nothing has left us for so long, peers claim what they have not got, want nothing of what they are shown, or do not reach each other: everything is shown.
    /// </summary>
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(2);

    /// <summary>A peer without BEP 6 that has nothing need not say so: after this time its silence says it.</summary>
    private static readonly TimeSpan SilencePause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RestPause = TimeSpan.FromSeconds(1);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly Deadline _showRest;
    private readonly Deadline _afterSilence;
    private readonly Deadline _stall;
    private readonly List<PeerConnection> _idle = [];
    private PieceSpread? _spread;
    private SharingPace? _pace;
    private bool _isEnding;
    private int _restFrom;
    private bool _sawSeeder;

    public InitialSeeding(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _showRest = new Deadline(session.Deadlines, ShowRest);
        _stall = new Deadline(session.Deadlines, LookForStall);
        _afterSilence = new Deadline(session.Deadlines, now => Feed(null, now));
    }

    /// <summary>Whether pieces are held back from some peers.</summary>
    public bool IsOn => _spread is not null && !_isEnding;

    /// <summary>A new run begins.</summary>
    public void Opened()
    {
        Forget();
        _sawSeeder = false;
    }

    /// <summary>What a new peer is told that we have.</summary>
    public Bitfield Greet(PeerConnection peer, MonoTime now)
    {
        Bitfield all = _torrent.Picker.Have.Clone();
        if (_spread is null && MayBeginWith(all))
            Begin(peer, now);
        peer.IsShownPart = IsOn;
        if (IsOn)
        {
            _spread!.Add(peer.Id, isShownAll: false);
            if (!peer.SupportsFast)
                _afterSilence.Set(now + SilencePause);
        }

        return peer.IsShownPart ? new Bitfield(all.Length) : all;
    }

    /// <summary>Whether a peer may ask for a piece, as far as it was told.</summary>
    public bool IsShown(PeerConnection peer, PieceIndex piece) => !IsOn || _spread!.IsShown(peer.Id, piece);

    /// <summary>A peer asks for a block that it gets.</summary>
    public void Asked(PeerConnection peer, PieceIndex piece) => _spread?.Asked(peer.Id, piece);

    /// <summary>A peer has said what it has.</summary>
    public void SaidPieces(PeerConnection peer, MonoTime now)
    {
        _sawSeeder |= peer.IsSeeder;
        LookLater();
        if (peer.IsShownPart && !peer.IsSeeder)
            _torrent.Uploader.Wants(peer, now);
    }

    /// <summary>A peer has got a piece, from us or from others.</summary>
    public void Had(PeerConnection peer, PieceIndex piece, MonoTime now)
    {
        if (_spread is null)
            return;
        _sawSeeder |= peer.IsSeeder;
        _spread.Had(peer.Id, piece);
        _pace?.Came(_torrent.Layout.LengthOf(piece));
        LookLater();
        if (_torrent.IsSuperSeeding)
            Feed(null, now);
        else
            Show(peer, now);
    }

    /// <summary>A peer wants nothing of what it was shown: it has it all, though not every client says so piece by piece.</summary>
    public void HasAllShown(PeerConnection peer, MonoTime now)
    {
        _spread?.HadAllShown(peer.Id);
        Show(peer, now);
    }

    /// <summary>A peer may download from us, or may no more.</summary>
    public void SetServed(PeerConnection peer, bool isServed, MonoTime now)
    {
        _spread?.SetServed(peer.Id, isServed);
        Show(peer, now);
    }

    /// <summary>A round of the choker is over: whoever waits in vain for a piece that went to another gets it now.</summary>
    public void RoundOver(MonoTime now)
    {
        _spread?.EndRound();
        foreach (PeerConnection peer in _torrent.Connector.Connections)
            Show(peer, now);
    }

    /// <summary>A peer is gone: what was on its way to it, or is nowhere now, is for the others.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        _spread?.Remove(peer.Id);
        Feed(peer, now);
    }

    /// <summary>Shows everything to everybody, from now on.</summary>
    public void End(MonoTime now)
    {
        if (!IsOn)
            return;
        _isEnding = true;
        _restFrom = 0;
        ShowRest(now);
    }

    /// <summary>Does once what a batch of events has left.</summary>
    public void EndIteration(MonoTime now)
    {
        ReleaseIdle(now);
        if (IsOn && !MayGoOn)
            End(now);
    }

    int ISwarmView.AvailabilityOf(PieceIndex piece) => _torrent.Picker.AvailabilityOf(piece);

    bool ISwarmView.PeerHas(ConnectionId peer, PieceIndex piece) => _torrent.Picker.PeerHas(peer, piece);

    private bool MayGoOn => !_torrent.IsFetching && (_torrent.IsSuperSeeding || (!_sawSeeder && (!_spread!.IsSpread || _pace!.IsAmple)));

    /// <summary>With one peer alone there is nothing to spread, and no time to lose.</summary>
    private bool MayBeginWith(Bitfield have)
        => have.IsFull && (_torrent.IsSuperSeeding || (!_sawSeeder && _torrent.Picker.PeerCount > 1));

    private void Begin(PeerConnection newest, MonoTime now)
    {
        if (!_torrent.IsSuperSeeding)
        {
            _pace = new SharingPace(_torrent.Figures.Uploaded);
            _stall.Set(now + StallTime);
        }

        _spread = new PieceSpread(_torrent.Layout, _session.Random, this, _torrent.IsSuperSeeding);
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (!peer.IsGreeted || peer == newest)
                continue;
            _spread.Add(peer.Id, isShownAll: true);
            _spread.SetServed(peer.Id, !peer.IsChokedByUs);
        }
    }

    private void LookForStall(MonoTime now)
    {
        bool isSpread = _spread!.IsSpread;
        bool hasGiven = _pace!.Look(_torrent.Figures.Uploaded, isSpread);
        if (MayGoOn && (hasGiven || isSpread))
            _stall.Set(now + StallTime);
        else
            End(now);
    }

    private void LookLater()
    {
        if (IsOn && !MayGoOn)
            _session.Work.Add(_torrent);
    }

    private void Show(PeerConnection peer, MonoTime now)
    {
        if (!IsOn || !peer.IsShownPart || peer.IsChokedByUs)
            return;
        long ahead = Math.Max((long)LeastAhead * _torrent.Layout.PieceLength, (long)(peer.UploadRate(now) * Ahead.TotalSeconds));
        while (_spread!.PendingBytes(peer.Id) < ahead && _spread.TryShow(peer.Id, out PieceIndex piece))
            peer.Send(PeerCommandKind.Have, piece);

        // Later: the choker may be sharing slots out at this moment.
        if (_spread.PendingBytes(peer.Id) == 0 && !peer.IsInterestedInUs)
        {
            _idle.Add(peer);
            _session.Work.Add(_torrent);
        }
    }

    /// <summary>Who has nothing to do with a slot leaves it to others.</summary>
    private void ReleaseIdle(MonoTime now)
    {
        for (int i = 0; i < _idle.Count; i++)
        {
            PeerConnection peer = _idle[i];
            if (peer.IsReady && IsOn && peer.IsShownPart && !peer.IsInterestedInUs && _spread!.PendingBytes(peer.Id) == 0)
                _torrent.Uploader.WantsNoMore(peer, now);
        }

        _idle.Clear();
    }

    /// <summary>Tells peers of what they were not told, a part at a time: a million pieces at once would be minutes of their line.</summary>
    private void ShowRest(MonoTime now)
    {
        if (_spread is null)
            return;
        Bitfield have = _torrent.Picker.Have;
        int end = Math.Min(have.Length, _restFrom + RestAtOnce);
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            for (int piece = have.NextSet(_restFrom); peer.IsShownPart && piece >= 0 && piece < end; piece = have.NextSet(piece + 1))
            {
                var index = new PieceIndex(piece);
                if (!_spread.IsShown(peer.Id, index) && !_torrent.Picker.PeerHas(peer.Id, index))
                    peer.Send(PeerCommandKind.Have, index);
            }
        }

        _restFrom = end;
        if (end < have.Length)
        {
            _showRest.Set(now + RestPause);
            return;
        }

        Forget();
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (!peer.IsShownPart)
                continue;
            peer.IsShownPart = false;
            if (!peer.IsInterestedInUs)
                _torrent.Uploader.WantsNoMore(peer, now);
        }
    }

    /// <summary>There may be something to show to somebody who had all there was.</summary>
    private void Feed(PeerConnection? except, MonoTime now)
    {
        if (!IsOn)
            return;
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (peer == except || !peer.IsShownPart || !peer.IsReady || peer.IsSeeder)
                continue;
            _torrent.Uploader.Wants(peer, now);
            Show(peer, now);
        }
    }

    private void Forget()
    {
        _spread = null;
        _pace = null;
        _isEnding = false;
        _showRest.Clear();
        _afterSilence.Clear();
        _stall.Clear();
    }
}
