using System.Net;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>Who started an operation. Calls come while the node handles a datagram or the time; they may start other operations.</summary>
public interface IDhtSink
{
    /// <summary>All is known and stored. Not called after <see cref="DhtOperation.Cancel"/>.</summary>
    void Ended(DhtOperation operation, MonoTime now);
}

/// <summary>Takes peers as they come.</summary>
public interface IPeerSink : IDhtSink
{
    /// <summary>Peers that this operation has not told of before.</summary>
    void PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now);
}

/// <summary>Takes items as they come.</summary>
public interface IItemSink : IDhtSink
{
    /// <summary>An item whose hash or signature is right; of a mutable one each newer one that is found.</summary>
    void ItemFound(DhtOperation operation, DhtItem item, MonoTime now);
}

/// <summary>Takes swarms as they come.</summary>
public interface ISampleSink : IDhtSink
{
    /// <summary>Swarms that a node knows.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="node">Who told.</param>
    /// <param name="swarms">Some of them.</param>
    /// <param name="known">How many it says that it knows.</param>
    /// <param name="now">The time.</param>
    void SwarmsFound(DhtOperation operation, NodeContact node, IReadOnlyList<InfoHash> swarms, long known, MonoTime now);
}
