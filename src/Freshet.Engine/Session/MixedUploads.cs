using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>
/// What the session sends over TCP and over uTP to peers beyond the local network, who share its line, and the limit of <see cref="MixedMode"/> where one starves the other. Nothing is
/// due while only one of them sends.
/// </summary>
internal sealed class MixedUploads
{
    private readonly SessionContext _session;
    private readonly MixedMode _mode = new();
    private readonly LimitSlot _tcp;
    private readonly Deadline _round;
    private bool _isRunning;

    public MixedUploads(SessionContext session)
    {
        _session = session;
        _tcp = new LimitSlot(session.Deadlines);
        _round = new Deadline(session.Deadlines, EndRound);
    }

    // CUBIC and the rate-based rule take their share by themselves.
    private bool IsOn => _session.Settings is { Utp: UtpUse.On or UtpUse.Prefer, UtpCongestion: UtpCongestion.Ledbat };

    /// <summary>What limits a connection in this, or null.</summary>
    public RateBucket? LimitOf(PeerConnection peer) => peer is { Transport: PeerTransport.Tcp, SharesLine: true } ? _tcp.Bucket : null;

    /// <summary>Payload has left.</summary>
    public void Sent(PeerConnection peer, int bytes, MonoTime now)
    {
        if (!peer.SharesLine || !IsOn)
            return;
        _mode.Sent(peer.Transport, bytes, ref peer.LastMixedRound);
        if (_isRunning || !_mode.IsMixed)
            return;
        _isRunning = true;
        _mode.BeginRound();
        _round.Set(now + MixedMode.Round);
    }

    private void EndRound(MonoTime now)
    {
        _isRunning = _mode.EndRound(now);
        if (_isRunning)
            _round.Set(now + MixedMode.Round);
        if (!_tcp.Set(_mode.Limit, now))
            return;
        foreach (PeerConnection peer in _session.Connections.All)
        {
            if (peer is { IsReady: true, Transport: PeerTransport.Tcp, SharesLine: true })
                peer.Torrent.Rates.Limit(peer, now);
        }
    }
}
