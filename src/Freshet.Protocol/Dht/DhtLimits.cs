using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>What is accepted in messages of the DHT. Nothing here is kept at the length that a stranger names.</summary>
public static class DhtLimits
{
    /// <summary>The longest datagram that is looked at. Honest ones fit an Ethernet frame; some nodes send more peers than that.</summary>
    public const int MaxDatagram = 4096;

    /// <summary>The longest datagram that is sent: what no network cuts up (THREATS U1).</summary>
    public const int MaxAnswer = 1400;

    /// <summary>The longest transaction id that is echoed: the field uses 2 to 8 bytes, some up to 20 (THREATS U3).</summary>
    public const int MaxTransactionId = 32;

    /// <summary>The longest token that is kept and echoed: the field uses 4 to 20 bytes (THREATS U3).</summary>
    public const int MaxToken = 64;

    /// <summary>The longest value of an item, as it stands (BEP 44).</summary>
    public const int MaxValue = 1000;

    /// <summary>The longest salt (BEP 44).</summary>
    public const int MaxSalt = 64;

    /// <summary>Nesting and values: a message is 4 deep, and the value of an item may nest in its 1,000 bytes; what is deeper than this nobody needs.</summary>
    public static BencodeLimits Bencode => new(32, MaxDatagram);
}
