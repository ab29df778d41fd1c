using System.Net;
using Freshet.Core;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Session;

/// <summary>
/// How a session finds into the DHT: by nodes of an earlier run, by those that torrents and peers name, and, where none of them leads anywhere, by routers, whose names are
/// looked up only then. Where nobody answers it is tried again, more and more seldom.
/// </summary>
internal sealed class DhtEntry
{
    /// <summary>How long saved nodes have to answer before routers are asked: two tries.</summary>
    private static readonly TimeSpan SavedPatience = TimeSpan.FromSeconds(5);

    /// <summary>From the first try to the second; then twice as long each time.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause: a machine whose line comes back is in the DHT again this much later at the most.</summary>
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    /// <summary>Nodes that one torrent names and that are asked: the list is a stranger's (BEP 5).</summary>
    private const int MaxNamed = 8;

    /// <summary>Addresses of a name that are asked.</summary>
    private const int MaxAddresses = 4;

    private readonly HostLookups _lookups;
    private readonly IReadOnlyList<(string Host, int Port)> _routers;
    private readonly Func<bool> _isIn;
    private readonly Action<IPEndPoint, MonoTime> _found;
    private readonly Deadline _retry;
    private TimeSpan _pause = FirstRetry;

    /// <summary>Begins outside.</summary>
    /// <param name="lookups">Looks names up.</param>
    /// <param name="deadlines">What wakes it.</param>
    /// <param name="routers">Nodes that are always there.</param>
    /// <param name="isIn">Whether nodes are known that answer.</param>
    /// <param name="found">Takes the address of somebody who may be asked.</param>
    public DhtEntry(
        HostLookups lookups, DeadlineQueue deadlines, IReadOnlyList<(string Host, int Port)> routers, Func<bool> isIn, Action<IPEndPoint, MonoTime> found)
    {
        _lookups = lookups;
        _routers = routers;
        _isIn = isIn;
        _found = found;
        _retry = new Deadline(deadlines, Try);
    }

    /// <summary>Goes in.</summary>
    /// <param name="hasSaved">Whether nodes of an earlier run are being asked.</param>
    /// <param name="now">The time.</param>
    public void Begin(bool hasSaved, MonoTime now) => _retry.Set(hasSaved ? now + SavedPatience : now);

    /// <summary>Nobody is known any more who answers.</summary>
    public void Lost(MonoTime now)
    {
        _pause = FirstRetry;
        _retry.SetNoLaterThan(now + FirstRetry);
    }

    /// <summary>A torrent names nodes that know it.</summary>
    public void Named(IReadOnlyList<(string Host, int Port)> nodes, MonoTime now)
    {
        foreach ((string host, int port) in nodes.Take(MaxNamed))
            Find(host, port, now);
    }

    private void Try(MonoTime now)
    {
        if (_isIn())
        {
            _pause = FirstRetry;
            return;
        }

        foreach ((string host, int port) in _routers)
            Find(host, port, now);
        _retry.Set(now + _pause);
        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestRetry.Ticks));
    }

    private void Find(string host, int port, MonoTime now) => _lookups.Find(
        host,
        (addresses, _, at) =>
        {
            foreach (IPAddress address in addresses.Take(MaxAddresses))
                _found(new IPEndPoint(address, port), at);
        },
        now);
}
