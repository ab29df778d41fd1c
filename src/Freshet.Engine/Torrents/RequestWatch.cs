using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Looks at every peer again now and then while something is missing (THREATS F10). Every known cause wakes the right peers by itself; this is for the unknown
/// ones, and costs one look a connection. Where nothing is missing it does not wake up.
/// </summary>
internal sealed class RequestWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Torrent _torrent;
    private readonly Deadline _look;

    public RequestWatch(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _look = new Deadline(session.Deadlines, Look);
    }

    /// <summary>Blocks may come, or are missing that were not.</summary>
    public void Begin(MonoTime now) => _look.SetNoLaterThan(now + Interval);

    /// <summary>No more blocks come.</summary>
    public void End() => _look.Clear();

    private void Look(MonoTime now)
    {
        if (!_torrent.IsFetching)
            return;
        _torrent.Requester.WakeAll();
        _look.Set(now + Interval);
    }
}
