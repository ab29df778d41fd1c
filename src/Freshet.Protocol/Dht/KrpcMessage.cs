namespace Freshet.Protocol.Dht;

/// <summary>
/// A message as it was read (<see cref="KrpcReader"/>): spans into the datagram, which live as long as its bytes do. Arguments of a query and values of an answer are in
/// the same fields, since they mean the same.
/// </summary>
public ref struct KrpcMessage
{
    /// <summary>Query, answer or error.</summary>
    public KrpcKind Kind { get; internal set; }

    /// <summary>What is asked.</summary>
    public KrpcMethod Method { get; internal set; }

    /// <summary>What an answer must echo; 1 to <see cref="DhtLimits.MaxTransactionId"/> bytes.</summary>
    public ReadOnlySpan<byte> TransactionId { get; internal set; }

    /// <summary>What the sender's software calls itself, any bytes; empty where it does not say.</summary>
    public ReadOnlySpan<byte> Version { get; internal set; }

    /// <summary>The sender cannot be asked (BEP 43).</summary>
    public bool IsReadOnly { get; internal set; }

    /// <summary>Our own address as the sender sees it (BEP 42), or null.</summary>
    public NodeEndpoint? External { get; internal set; }

    /// <summary>Where the sender says it stands, or null.</summary>
    public NodeId? Id { get; internal set; }

    /// <summary>The point or the swarm that is asked for, or null.</summary>
    public NodeId? Target { get; internal set; }

    /// <summary>Which nodes are wanted.</summary>
    public KrpcWant Want { get; internal set; }

    /// <summary>The token; empty where there is none. May be longer than is ever kept.</summary>
    public ReadOnlySpan<byte> Token { get; internal set; }

    /// <summary>The port that is announced, or 0.</summary>
    public ushort Port { get; internal set; }

    /// <summary>The port that is announced is the one that the query came from.</summary>
    public bool ImpliesPort { get; internal set; }

    /// <summary>Who announces has the whole torrent (BEP 33).</summary>
    public bool IsSeed { get; internal set; }

    /// <summary>Only those who lack something are asked for (BEP 33).</summary>
    public bool WantsNoSeeds { get; internal set; }

    /// <summary>Filters are asked for in place of peers (BEP 33).</summary>
    public bool WantsScrape { get; internal set; }

    /// <summary>Nodes of IPv4, one behind the other.</summary>
    public ReadOnlySpan<byte> Nodes4 { get; internal set; }

    /// <summary>Nodes of IPv6.</summary>
    public ReadOnlySpan<byte> Nodes6 { get; internal set; }

    /// <summary>Peers.</summary>
    public KrpcPeers Peers { get; internal set; }

    /// <summary>The filter of seeds (BEP 33), or empty.</summary>
    public ReadOnlySpan<byte> SeedFilter { get; internal set; }

    /// <summary>The filter of those who lack something (BEP 33), or empty.</summary>
    public ReadOnlySpan<byte> PeerFilter { get; internal set; }

    /// <summary>The value of an item as it stands, bencoded (BEP 44); empty where there is none.</summary>
    public ReadOnlySpan<byte> Value { get; internal set; }

    /// <summary>The public key of a mutable item.</summary>
    public ReadOnlySpan<byte> Key { get; internal set; }

    /// <summary>The signature of a mutable item.</summary>
    public ReadOnlySpan<byte> Signature { get; internal set; }

    /// <summary>The salt of a mutable item.</summary>
    public ReadOnlySpan<byte> Salt { get; internal set; }

    /// <summary>The sequence number of a mutable item, or the one that the asker has.</summary>
    public long? Sequence { get; internal set; }

    /// <summary>The sequence number that the item must have to be replaced.</summary>
    public long? Cas { get; internal set; }

    /// <summary>Seconds until samples are others (BEP 51).</summary>
    public long Interval { get; internal set; }

    /// <summary>Swarms that the node knows (BEP 51).</summary>
    public long SwarmCount { get; internal set; }

    /// <summary>Some of them, 20 bytes each.</summary>
    public ReadOnlySpan<byte> Samples { get; internal set; }

    /// <summary>Whether there are samples, none of them among those.</summary>
    public bool HasSamples { get; internal set; }

    /// <summary>The number of an error.</summary>
    public long ErrorCode { get; internal set; }

    /// <summary>The text of an error, any bytes.</summary>
    public ReadOnlySpan<byte> ErrorText { get; internal set; }
}
