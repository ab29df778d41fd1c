namespace Freshet.Protocol.Dht;

/// <summary>A node as others tell of it: 26 bytes for IPv4, 38 for IPv6 (BEP 5 and 32, "compact node info").</summary>
/// <param name="Id">Where it stands.</param>
/// <param name="Endpoint">Where it is reached.</param>
public readonly record struct NodeContact(NodeId Id, NodeEndpoint Endpoint)
{
    /// <summary>Bytes of a compact IPv4 node.</summary>
    public const int Length4 = NodeId.Length + NodeEndpoint.Length4;

    /// <summary>Bytes of a compact IPv6 node.</summary>
    public const int Length6 = NodeId.Length + NodeEndpoint.Length6;

    /// <summary>Reads a compact node of 26 or 38 bytes.</summary>
    public static NodeContact ReadCompact(ReadOnlySpan<byte> compact)
        => new(new NodeId(compact[..NodeId.Length]), NodeEndpoint.ReadCompact(compact[NodeId.Length..]));

    /// <summary>Writes the compact form.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteCompact(Span<byte> compact)
    {
        Id.Bytes.CopyTo(compact);
        return NodeId.Length + Endpoint.WriteCompact(compact[NodeId.Length..]);
    }
}
