using System.Net;
using Freshet.Abstractions;

namespace Freshet.Engine.Dht;

/// <summary>What a node wants done. No call comes back into the node.</summary>
public interface IDhtEffects
{
    /// <summary>Send a datagram from the node's local address; its bytes are copied during the call.</summary>
    void Send(in Datagram datagram);

    /// <summary>Most of those who answer see us at this address of the node's family (BEP 42). A hint, not a proof.</summary>
    void AddressSeen(IPAddress own)
    {
        // Who has no use for it leaves it.
    }
}
