namespace Freshet.Protocol.Dht;

/// <summary>A question to be written: what is set goes along, all else is left out.</summary>
public readonly ref struct KrpcQuery
{
    /// <summary>What is asked.</summary>
    public required KrpcMethod Method { get; init; }

    /// <summary>What the answer must echo.</summary>
    public required ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>Where we stand.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The point or swarm.</summary>
    public NodeId? Target { get; init; }

    /// <summary>We cannot be asked (BEP 43).</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Which nodes are wanted (BEP 32).</summary>
    public KrpcWant Want { get; init; }

    /// <summary>The token that the node gave.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The port that is announced.</summary>
    public ushort Port { get; init; }

    /// <summary>The port is the one that this datagram comes from.</summary>
    public bool ImpliesPort { get; init; }

    /// <summary>We have the whole torrent (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>Filters in place of peers (BEP 33).</summary>
    public bool WantsScrape { get; init; }

    /// <summary>Only those who lack something (BEP 33).</summary>
    public bool WantsNoSeeds { get; init; }

    /// <summary>The value of an item, bencoded (BEP 44).</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The public key of a mutable item.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The signature of a mutable item.</summary>
    public ReadOnlySpan<byte> Signature { get; init; }

    /// <summary>The salt of a mutable item.</summary>
    public ReadOnlySpan<byte> Salt { get; init; }

    /// <summary>The sequence number of what is put, or of what is known already.</summary>
    public long? Sequence { get; init; }

    /// <summary>The sequence number that the item must have.</summary>
    public long? Cas { get; init; }
}

/// <summary>An answer to be written: what is set goes along, all else is left out.</summary>
public ref struct KrpcAnswer
{
    /// <summary>What the query is known by to its sender.</summary>
    public required ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>Where we stand.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The asker, so that it learns its own address (BEP 42).</summary>
    public required NodeEndpoint Asker { get; init; }

    /// <summary>Nodes of IPv4, one behind the other, or null for none at all.</summary>
    public ReadOnlySpan<byte> Nodes4 { get; set; }

    /// <summary>Nodes of IPv6.</summary>
    public ReadOnlySpan<byte> Nodes6 { get; set; }

    /// <summary>Whether nodes of IPv4 are told of, even if there are none.</summary>
    public bool HasNodes4 { get; set; }

    /// <summary>Whether nodes of IPv6 are told of, even if there are none.</summary>
    public bool HasNodes6 { get; set; }

    /// <summary>The token to announce or put with.</summary>
    public ReadOnlySpan<byte> Token { get; set; }

    /// <summary>Peers, compact, one behind the other.</summary>
    public ReadOnlySpan<byte> Peers { get; set; }

    /// <summary>The bytes of one peer in <see cref="Peers"/>.</summary>
    public int PeerLength { get; set; }

    /// <summary>The filter of seeds (BEP 33).</summary>
    public ReadOnlySpan<byte> SeedFilter { get; set; }

    /// <summary>The filter of those who lack something (BEP 33).</summary>
    public ReadOnlySpan<byte> PeerFilter { get; set; }

    /// <summary>The value of an item, bencoded (BEP 44).</summary>
    public ReadOnlySpan<byte> Value { get; set; }

    /// <summary>The public key of a mutable item.</summary>
    public ReadOnlySpan<byte> Key { get; set; }

    /// <summary>The signature of a mutable item.</summary>
    public ReadOnlySpan<byte> Signature { get; set; }

    /// <summary>The sequence number of a mutable item.</summary>
    public long? Sequence { get; set; }

    /// <summary>Whether samples go along (BEP 51).</summary>
    public bool HasSamples { get; set; }

    /// <summary>Swarms, 20 bytes each.</summary>
    public ReadOnlySpan<byte> Samples { get; set; }

    /// <summary>Swarms that we know.</summary>
    public int SwarmCount { get; set; }

    /// <summary>Seconds until samples are others.</summary>
    public int Interval { get; set; }
}
