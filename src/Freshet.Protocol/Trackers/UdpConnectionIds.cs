using System.Net;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>The connection ids that UDP trackers gave, one per address and port, for all torrents of a session (BEP 15).</summary>
public sealed class UdpConnectionIds
{
    /// <summary>How long a client may use an id (BEP 15).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // More than the trackers of a large session; beyond it all are asked for anew.
    private const int MaxEntries = 1024;

    private readonly Dictionary<IPEndPoint, (long Id, MonoTime Until)> _ids = [];

    /// <summary>Remembers an id.</summary>
    public void Keep(IPEndPoint tracker, long id, MonoTime now)
    {
        if (_ids.Count >= MaxEntries)
            _ids.Clear();
        _ids[tracker] = (id, now + Lifetime);
    }

    /// <summary>Gets an id that may still be used.</summary>
    public bool TryGet(IPEndPoint tracker, MonoTime now, out long id)
    {
        bool found = _ids.TryGetValue(tracker, out (long Id, MonoTime Until) entry) && now < entry.Until;
        id = entry.Id;
        return found;
    }

    /// <summary>Forgets an id that the tracker did not accept.</summary>
    public void Forget(IPEndPoint tracker) => _ids.Remove(tracker);
}
