namespace Freshet.IO.Udp;

/// <summary>Whom a datagram is for; one port serves all.</summary>
internal enum DatagramKind : byte
{
    /// <summary>Nobody: it is dropped.</summary>
    Unknown,

    /// <summary>The DHT: every message of it is a bencoded dictionary (BEP 5).</summary>
    Dht,

    /// <summary>What a tracker answers: four bytes of action first, of which the uppermost is 0 (BEP 15).</summary>
    TrackerAnswer,

    /// <summary>A stream of a peer: version 1 in the low half of the first byte, one of five types in the high half (BEP 29).</summary>
    Utp,
}
