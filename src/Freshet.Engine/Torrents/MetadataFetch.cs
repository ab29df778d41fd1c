using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Metadata;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Fetches the info dictionary of a torrent that was added without (BEP 9): from all peers at once that say the same size. Where what they give together is wrong, each
/// gives all of it by itself, so that a liar stands alone with its lie; and when the truth is known it tells who lied before (THREATS B7).
/// </summary>
internal sealed class MetadataFetch
{
    /// <summary>Pieces asked of a peer at once: libtorrent declines when ten wait to be sent.</summary>
    public const int LargestWindow = 8;

    /// <summary>Attempts at once: peers that say wrong sizes must not keep the right one waiting, nor may each claim 32 MiB.</summary>
    private const int MaxDrafts = 3;

    /// <summary>A piece is 16 KiB: who gives none in this time gives none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>After which another peer is asked for the last pieces too.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(1);

    /// <summary>Who was silent, or declines all, is asked again after this.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    /// <summary>Who has given pieces and declines one has too much to do.</summary>
    private static readonly TimeSpan ShortRest = TimeSpan.FromMilliseconds(500);

    /// <summary>Requests in a row that who has given before may decline.</summary>
    private const int MaxDeclined = 2 * LargestWindow;

    /// <summary>How long an attempt may take before it gives its place to one that waits; doubles each time, so that the slow come through.</summary>
    private static readonly TimeSpan FirstTurn = TimeSpan.FromSeconds(15);

    private const string Lie = "sent wrong metadata";

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly Deadline _timer;
    private readonly List<MetadataSource> _sources = [];
    private readonly List<MetadataSizeGroup> _groups = [];

    // Oldest first.
    private readonly List<(MetadataDraft Draft, MonoTime Since)> _drafts = [];
    private TimeSpan _turn = FirstTurn;
    private ReadOnlyMemory<byte>? _found;

    public MetadataFetch(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _timer = new Deadline(session.Deadlines, Advance);
    }

    /// <summary>How much of the most complete attempt is here, from 0 to 1; null: nobody has said how much there is.</summary>
    public double? Progress => _found is not null ? 1 : _drafts.Count == 0 ? null : _drafts.Max(static draft => (double)draft.Draft.Received / draft.Draft.Size);

    /// <summary>A run begins. What an earlier one has found is told again: whoever was told may have failed to use it.</summary>
    public void Begin()
    {
        if (_found is { } info)
            _session.Effects.Publish(new MetadataFetchedNotice(_torrent.Id, info));
    }

    /// <summary>The run ends, or the metadata is in use.</summary>
    public void End()
    {
        _timer.Clear();
        _sources.Clear();
        _groups.Clear();
        while (_drafts.Count > 0)
            Drop(_drafts[^1].Draft);
    }

    /// <summary>A peer has said what it knows of the metadata.</summary>
    public void Heard(PeerConnection peer, MonoTime now)
    {
        MetadataSource? known = Find(peer);
        bool isUseful = peer is { GivesMetadata: true, MetadataSize: > 0 and <= MetadataPieces.MaxSize } && _found is null;
        if (known is not null && (!isUseful || known.Group.Size != peer.MetadataSize))
        {
            Remove(known);
            known = null;
        }

        if (known is not null || !isUseful)
            return;
        MetadataSizeGroup? group = _groups.Find(one => one.Size == peer.MetadataSize);
        if (group is null)
            _groups.Add(group = new MetadataSizeGroup(peer.MetadataSize!.Value));
        group.Votes++;
        _sources.Add(new MetadataSource(peer, group, now));
        Advance(now);
    }

    /// <summary>A peer is gone.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        if (Find(peer) is not { } source)
            return;
        Remove(source);
        _timer.SetNoLaterThan(now);
    }

    /// <summary>A peer gives a piece that it was asked for.</summary>
    public void OnPiece(PeerConnection peer, MetadataPiece piece, MonoTime now)
    {
        if (Find(peer) is not { } source)
            return;
        source.Remove(piece.Index);
        if (source.Draft is not { } draft)
            return;
        if (piece.TotalSize != draft.Size)
        {
            LetRest(source, now + Rest);
            Advance(now);
            return;
        }

        source.WaitingSince = now;
        source.Given++;
        source.Declined = 0;
        draft.Add(piece.Index, piece.Bytes, peer.Identity);
        _session.Touched.Add(_torrent);
        if (draft.Missing == 0)
            Judge(draft, now);
        else
            Feed(source, now);
    }

    /// <summary>A peer declines.</summary>
    public void OnReject(PeerConnection peer, int piece, MonoTime now)
    {
        if (Find(peer) is not { } source || !source.Remove(piece))
            return;
        source.Draft?.Free(piece);
        source.Window = Math.Max(1, source.Window / 2);
        if (source.Given > 0 && ++source.Declined <= MaxDeclined)
            source.RestsUntil = now + ShortRest;
        else
            LetRest(source, now + Rest);
        Advance(now);
    }

    private MetadataSource? Find(PeerConnection peer) => _sources.Find(source => source.Peer == peer);

    private void Judge(MetadataDraft draft, MonoTime now)
    {
        byte[] info = draft.Join();
        IReadOnlyList<Peers.PeerIdentity> senders = draft.Senders;
        switch (MetadataCheck.Judge(_torrent.Hashes, info))
        {
            case MetadataVerdict.Right:
                Found(info, now);
                return;
            case MetadataVerdict.Conflict:
                End();
                _torrent.Lifecycle.Fail("the link's v1 and v2 hashes are those of different torrents: take a link with one of them", now);
                return;
        }

        _session.Effects.Publish(new MetadataFailedNotice(_torrent.Id, draft.Size, senders.Count));
        MetadataSizeGroup? group = _groups.Find(one => one.Size == draft.Size);
        if (senders.Count > 1 && group is not null)
            group.Failed = draft.Fail();
        Drop(draft);
        if (senders.Count == 1)
            _torrent.Connector.Ban(senders[0], Lie, now);
        Advance(now);
    }

    private void Found(byte[] info, MonoTime now)
    {
        Peers.PeerIdentity[] liars = [.. _groups.SelectMany(group => group.Failed?.Liars(info) ?? []).Distinct()];
        End();
        _found = info;
        foreach (Peers.PeerIdentity liar in liars)
            _torrent.Connector.Ban(liar, Lie, now);
        _session.Touched.Add(_torrent);
        _session.Effects.Publish(new MetadataFetchedNotice(_torrent.Id, info));
    }

    private void Advance(MonoTime now)
    {
        foreach (MetadataSource source in _sources)
        {
            if (source.Asked.Count > 0 && source.WaitingSince + Patience <= now)
                LetRest(source, now + Rest);
        }

        // Those who have shown that they give go first: a liar among them is found out sooner, too.
        foreach (MetadataSource source in _sources.OrderByDescending(static source => source.Given).ToArray())
            Feed(source, now);
        MonoTime due = MonoTime.Never;
        foreach (MetadataSource source in _sources)
        {
            MonoTime next = source.Rests(now) ? source.RestsUntil
                : source.Asked.Count == 0 ? now + Overdue
                : source.WaitingSince + Patience;
            due = MonoTime.Min(due, next);
        }

        _timer.Set(due);
    }

    private void Feed(MetadataSource source, MonoTime now)
    {
        if (source.Rests(now) || !source.Peer.IsReady || !HasDraft(source, now))
            return;
        MetadataDraft draft = source.Draft!;
        while (source.Asked.Count < source.Window && draft.TryTake(out int piece))
            Ask(source, piece, now);

        // The last pieces may be at somebody who will never give them.
        if (source.Asked.Count == 0 && TryFindOverdue(draft, now, out int late))
            Ask(source, late, now);
    }

    private void Ask(MetadataSource source, int piece, MonoTime now)
    {
        if (source.Asked.Count == 0)
            source.WaitingSince = now;
        source.Asked.Add((piece, now));
        source.Peer.Send(PeerCommandKind.MetadataRequest, piece);
        _timer.SetNoLaterThan(now + Patience);
    }

    private bool TryFindOverdue(MetadataDraft draft, MonoTime now, out int piece)
    {
        piece = -1;
        MonoTime oldest = now - Overdue;
        foreach (MetadataSource other in _sources)
        {
            if (other.Draft != draft)
                continue;
            foreach ((int asked, MonoTime since) in other.Asked)
            {
                if (since > oldest || !draft.Lacks(asked))
                    continue;
                oldest = since;
                piece = asked;
            }
        }

        return piece >= 0;
    }

    private bool HasDraft(MetadataSource source, MonoTime now)
    {
        if (source.Draft is not null)
            return true;
        MetadataSizeGroup group = source.Group;
        source.Draft = group.Failed is null ? group.Shared ??= TryBegin(group, now) : TryBegin(group, now);
        return source.Draft is not null;
    }

    private MetadataDraft? TryBegin(MetadataSizeGroup group, MonoTime now)
    {
        if (_drafts.Count >= MaxDrafts && !TryGiveWay(group, now))
            return null;
        if (!_session.Metadata.TryTake(group.Size))
            return null;
        var draft = new MetadataDraft(group.Size);
        _drafts.Add((draft, now));
        return draft;
    }

    /// <summary>The oldest attempt has had its turn: another may begin. What more peers vouch for waits for nothing.</summary>
    private bool TryGiveWay(MetadataSizeGroup waiting, MonoTime now)
    {
        (MetadataDraft oldest, MonoTime since) = _drafts[0];
        int votes = _groups.Find(group => group.Shared == oldest)?.Votes ?? 0;
        if (now - since < (votes < waiting.Votes ? FirstTurn : _turn))
            return false;
        _turn *= 2;
        foreach (MetadataSource source in _sources)
        {
            if (source.Draft == oldest)
                LetRest(source, now + Rest);
        }

        Drop(oldest);
        return true;
    }

    private void LetRest(MetadataSource source, MonoTime until)
    {
        source.RestsUntil = until;
        foreach ((int piece, _) in source.Asked)
            source.Draft?.Free(piece);
        source.Asked.Clear();

        // An attempt that was this peer's alone does not wait for it.
        if (source.Draft is { } draft && source.Group.Shared != draft)
            Drop(draft);
    }

    private void Remove(MetadataSource source)
    {
        LetRest(source, MonoTime.Never);
        _sources.Remove(source);
        if (--source.Group.Votes > 0)
            return;
        if (source.Group.Shared is { } shared)
            Drop(shared);
        if (source.Group.Failed is null)
            _groups.Remove(source.Group);
    }

    private void Drop(MetadataDraft draft)
    {
        int index = _drafts.FindIndex(one => one.Draft == draft);
        if (index < 0)
            return;
        _drafts.RemoveAt(index);
        _session.Metadata.Return(draft.Size);
        foreach (MetadataSizeGroup group in _groups)
        {
            if (group.Shared == draft)
                group.Shared = null;
        }

        foreach (MetadataSource source in _sources)
        {
            if (source.Draft != draft)
                continue;
            source.Draft = null;
            source.Asked.Clear();
        }
    }
}
