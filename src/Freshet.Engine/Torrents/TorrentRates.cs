using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>The limits of a torrent, and the gates of its connections: those that something limits have one, the others nothing.</summary>
internal sealed class TorrentRates(Torrent torrent, SessionContext session, TorrentLimits limits)
{
    // Made when the first connection is limited by them.
    private LimitSlot? _up;
    private LimitSlot? _down;

    /// <summary>What limits the torrent; the session's limits hold besides.</summary>
    public TorrentLimits Limits { get; private set; } = limits;

    /// <summary>Puts other limits into force.</summary>
    public void Apply(TorrentLimits limits, MonoTime now)
    {
        bool changes = Limits.EachPeer != limits.EachPeer;
        Limits = limits;
        changes |= Change(ref _up, limits.Whole.Up, now);
        changes |= Change(ref _down, limits.Whole.Down, now);
        if (changes)
            Refresh(now);
    }

    /// <summary>Looks at every connection again: what limits it has changed.</summary>
    public void Refresh(MonoTime now)
    {
        if (!torrent.HasConnector)
            return;
        foreach (PeerConnection peer in torrent.Connector.Connections)
        {
            if (peer.IsReady)
                Limit(peer, now);
        }
    }

    /// <summary>Gives a connection its gates, in place of those that it had.</summary>
    public void Limit(PeerConnection peer, MonoTime now)
    {
        bool isExempt = session.Rates.Exempts(peer.Endpoint.Address);
        peer.LimitReads(isExempt ? [] : Row(Limits.EachPeer.Down, ref _down, Limits.Whole.Down, beside: null, session.Rates.Down, now));
        peer.Uploads.Limit(isExempt ? [] : Row(Limits.EachPeer.Up, ref _up, Limits.Whole.Up, session.Mixed.LimitOf(peer), session.Rates.Up, now), now);
    }

    /// <summary>True where connections need other gates: a limit is new, or gone.</summary>
    private static bool Change(ref LimitSlot? slot, long? rate, MonoTime now)
    {
        bool had = slot is not null;
        if (rate is null)
            slot = null;
        else
            slot?.Set(rate, now);
        return had != rate is not null;
    }

    private RateBucket[] Row(long? eachPeer, ref LimitSlot? slot, long? whole, RateBucket? beside, RateBucket? ofSession, MonoTime now)
    {
        var row = new List<RateBucket>(4);
        if (eachPeer is not null)
            row.Add(New(eachPeer, now).Bucket!);
        if (whole is not null)
            row.Add((slot ??= New(whole, now)).Bucket!);
        if (beside is not null)
            row.Add(beside);
        if (ofSession is not null)
            row.Add(ofSession);
        return [.. row];
    }

    private LimitSlot New(long? rate, MonoTime now)
    {
        var slot = new LimitSlot(session.Deadlines);
        slot.Set(rate, now);
        return slot;
    }
}
