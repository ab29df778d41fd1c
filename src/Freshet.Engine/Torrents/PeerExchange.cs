using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;
using Freshet.Protocol.Extensions;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Peer exchange (BEP 11) of one torrent: peers that speak it are told whom we are connected to, and then, at most once a minute, who came and who went. Nothing is due
/// while nobody came or went.
/// </summary>
internal sealed class PeerExchange
{
    /// <summary>The least time between two messages to one peer.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>How long a first message waits, so that it holds more than the one peer that came just before.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Peers that are told at once, so that ten thousand do not hold up everybody else; the others a moment later, and apart from then on.</summary>
    private const int Batch = 64;

    private static readonly TimeSpan BatchPause = TimeSpan.FromMilliseconds(20);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly SwarmNews _news;

    // Of its own, so that whom it tells of does not shift what is chosen elsewhere.
    private readonly SeededRandom _random;
    private readonly Deadline _round;

    // Each in the order of times and of what is known: who is new, who is to have its first message, who had one. Who is gone leaves when its turn comes.
    private readonly Queue<PeerConnection> _fresh = new();
    private readonly Queue<PeerConnection> _waiting = new();
    private readonly Queue<PeerConnection> _told = new();

    public PeerExchange(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _news = new SwarmNews(session.HashSeed);
        _random = new SeededRandom(session.HashSeed ^ (ulong)torrent.Id.Value);
        _round = new Deadline(session.Deadlines, Tell);
    }

    /// <summary>Whether peers are told, and believed: never for private torrents (BEP 27).</summary>
    public bool IsOn => _session.Settings.UsePeerExchange && !_torrent.Summary.IsPrivate;

    /// <summary>It may be known by now where a peer listens: others may be told of it then.</summary>
    public void Met(PeerConnection peer, MonoTime now)
    {
        if (!IsOn || !peer.IsReady || peer.Candidate is not { } candidate)
            return;
        _news.Joined(peer, candidate.Endpoint);
        Schedule(now);
    }

    /// <summary>A peer says whether it wants to be told.</summary>
    public void Offered(PeerConnection peer, bool wants, MonoTime now)
    {
        if (!IsOn || (!wants && peer.Exchange is null))
            return;
        ExchangeSeat seat = peer.Exchange ??= new ExchangeSeat { Due = now + Settling };
        seat.Wants = wants;
        if (!wants || seat.IsQueued)
            return;
        seat.IsQueued = true;

        // Who switched it off and on again is not told sooner for that.
        seat.Due = MonoTime.Max(seat.Due, now + Settling);
        (seat.IsGreeted ? _told : _fresh).Enqueue(peer);
        Schedule(now);
    }

    /// <summary>A peer is gone.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        if (peer.Candidate is not { } candidate)
            return;
        _news.Left(peer, candidate.Endpoint);
        Schedule(now);
    }

    /// <summary>A peer tells us of others. What it says is a rumour: bounded, and checked like any other.</summary>
    public DisconnectReason OnMessage(PeerConnection peer, PexMessage message, MonoTime now)
    {
        ExchangeSeat seat = peer.Exchange ??= new ExchangeSeat();
        if (!seat.MayTell(now))
            return DisconnectReason.ProtocolError;
        if (!IsOn)
            return DisconnectReason.None;
        InfoHash swarm = peer.IsV2 ? _torrent.Hashes.V2Swarm!.Value : _torrent.Hashes.Primary;
        foreach (PexPeer told in message.Added)
        {
            // Two who both have everything are of no use to each other.
            if ((told.Flags & PexFlags.Seed) != 0 && _torrent.WantsNothing)
                continue;
            if (!EndpointRules.MayBeTold(told.Endpoint.Address, peer.Endpoint.Address))
                continue;
            if (!seat.MayName(now))
                break;
            _torrent.Connector.AddCandidate(told.Endpoint, PeerSources.Pex, swarm, now, speaksUtp: (told.Flags & PexFlags.Utp) != 0);
        }

        return DisconnectReason.None;
    }

    private void Tell(MonoTime now)
    {
        // It may have been switched off, or the torrent have turned out to be private.
        if (!IsOn)
            return;
        int left = Batch;
        Tell(_told, ref left, now);
        Tell(_waiting, ref left, now);
        Tell(_fresh, ref left, now);
        Schedule(now, soonest: left == 0 ? now + BatchPause : now);
    }

    private void Tell(Queue<PeerConnection> queue, ref int left, MonoTime now)
    {
        while (left > 0 && queue.TryPeek(out PeerConnection? peer))
        {
            ExchangeSeat seat = peer.Exchange!;
            bool isHere = peer.IsReady && seat.Wants;

            // Whoever is behind in the queue was told later, and knows no less.
            if (isHere && (seat.Due > now || seat.Told == _news.Latest))
                return;
            queue.Dequeue();
            seat.IsQueued = isHere;
            if (!isHere)
                continue;
            left--;
            bool isTold = Tell(peer, seat);
            seat.Due = now + (isTold ? Interval : Settling);
            (isTold ? _told : _waiting).Enqueue(peer);
        }
    }

    /// <summary>Tells a peer what is new to it; false where that is nothing.</summary>
    private bool Tell(PeerConnection peer, ExchangeSeat seat)
    {
        var draft = new PexDraft(peer);
        if (seat.IsGreeted)
            _news.Since(seat.Told, draft.Add);
        else
            _news.Sample(_random, PexCodec.MaxPeers + 1, draft.Add); // It may be among them itself.
        seat.Told = _news.Latest;
        seat.IsGreeted = true;
        if (draft.IsEmpty)
            return false;
        peer.Send(PeerCommandKind.PeerExchange, draft.Message);
        return true;
    }

    private void Schedule(MonoTime now) => Schedule(now, now);

    /// <summary>Sets the time at which somebody may be told something that it does not know.</summary>
    private void Schedule(MonoTime now, MonoTime soonest)
    {
        MonoTime next = MonoTime.Min(NextOf(_told), MonoTime.Min(NextOf(_waiting), NextOf(_fresh)));
        if (next.IsNever || !IsOn)
            _round.Clear();
        else
            _round.Set(MonoTime.Max(MonoTime.Max(next, soonest), now));
    }

    private MonoTime NextOf(Queue<PeerConnection> queue)
        => queue.TryPeek(out PeerConnection? first) && first.Exchange!.Told < _news.Latest ? first.Exchange.Due : MonoTime.Never;
}
