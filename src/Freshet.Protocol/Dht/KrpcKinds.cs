namespace Freshet.Protocol.Dht;

/// <summary>What a message of the DHT is.</summary>
public enum KrpcKind : byte
{
    /// <summary>A question: <c>y</c> is <c>q</c>.</summary>
    Query,

    /// <summary>An answer: <c>y</c> is <c>r</c>.</summary>
    Answer,

    /// <summary>An error: <c>y</c> is <c>e</c>.</summary>
    Error,
}

/// <summary>What is asked.</summary>
public enum KrpcMethod : byte
{
    /// <summary>Something that this list has not.</summary>
    Unknown,

    /// <summary>Are you there (BEP 5)?</summary>
    Ping,

    /// <summary>Who is near a point (BEP 5)?</summary>
    FindNode,

    /// <summary>Who is in a swarm (BEP 5)?</summary>
    GetPeers,

    /// <summary>I am in a swarm (BEP 5).</summary>
    AnnouncePeer,

    /// <summary>What is kept at a point (BEP 44)?</summary>
    Get,

    /// <summary>Keep this (BEP 44).</summary>
    Put,

    /// <summary>Some of the swarms that you know (BEP 51)?</summary>
    SampleInfohashes,
}

/// <summary>Which families of nodes a query wants to be told of (BEP 32).</summary>
[Flags]
public enum KrpcWant : byte
{
    /// <summary>It does not say: the family that it came over.</summary>
    None = 0,

    /// <summary><c>n4</c>: nodes of IPv4.</summary>
    Nodes4 = 1,

    /// <summary><c>n6</c>: nodes of IPv6.</summary>
    Nodes6 = 2,
}

/// <summary>The numbers of errors (BEP 5 and 44).</summary>
public enum KrpcErrorCode
{
    /// <summary>Something went wrong.</summary>
    Generic = 201,

    /// <summary>The server cannot.</summary>
    Server = 202,

    /// <summary>The query is malformed, or its token is wrong.</summary>
    Protocol = 203,

    /// <summary>The method is not known.</summary>
    MethodUnknown = 204,

    /// <summary>The value is longer than 1,000 bytes.</summary>
    ValueTooBig = 205,

    /// <summary>The signature is not of that key over that value.</summary>
    InvalidSignature = 206,

    /// <summary>The salt is longer than 64 bytes.</summary>
    SaltTooBig = 207,

    /// <summary>The item has another sequence number than <c>cas</c> says.</summary>
    CasMismatch = 301,

    /// <summary>The item has a higher sequence number already.</summary>
    SequenceTooLow = 302,
}
