namespace Freshet.Protocol.Utp;

/// <summary>What a packet is for (BEP 29).</summary>
public enum UtpPacketType : byte
{
    /// <summary>Payload, under a sequence number of its own.</summary>
    Data = 0,

    /// <summary>The last packet of a direction; has a sequence number of its own.</summary>
    Fin = 1,

    /// <summary>An acknowledgement; its sequence number is that which the next packet with payload will have.</summary>
    State = 2,

    /// <summary>There is no such stream.</summary>
    Reset = 3,

    /// <summary>The start of a stream.</summary>
    Syn = 4,
}
