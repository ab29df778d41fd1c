using Freshet.Abstractions;

namespace Freshet.Protocol.Wire;

/// <summary>Takes what happened on connections, in order. A lease in an event is the taker's from then on.</summary>
public interface IPeerEventSink
{
    /// <summary>Takes one event; must not call back into the link that posts it.</summary>
    void Post(in PeerEvent peerEvent);
}
