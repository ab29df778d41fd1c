using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Simulator.Dht;

/// <summary>An operation of a node in a world, and what came of it.</summary>
public sealed class SimSearch : IPeerSink, IItemSink, ISampleSink
{
    /// <summary>Peers that were found.</summary>
    public HashSet<IPEndPoint> Peers { get; } = [];

    /// <summary>Items that were found.</summary>
    public List<DhtItem> Items { get; } = [];

    /// <summary>Swarms that were found.</summary>
    public HashSet<InfoHash> Swarms { get; } = [];

    /// <summary>How often peers were told of.</summary>
    public int Tellings { get; private set; }

    /// <summary>The operation, once it has ended.</summary>
    public DhtOperation? Ended { get; private set; }

    /// <inheritdoc/>
    public void PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now)
    {
        Tellings++;
        Peers.UnionWith(peers);
    }

    /// <inheritdoc/>
    public void ItemFound(DhtOperation operation, DhtItem item, MonoTime now) => Items.Add(item);

    /// <inheritdoc/>
    public void SwarmsFound(DhtOperation operation, NodeContact node, IReadOnlyList<InfoHash> swarms, long known, MonoTime now) => Swarms.UnionWith(swarms);

    /// <inheritdoc/>
    void IDhtSink.Ended(DhtOperation operation, MonoTime now) => Ended = operation;
}
