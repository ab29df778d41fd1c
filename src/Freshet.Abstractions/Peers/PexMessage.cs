using System.Net;

namespace Freshet.Abstractions;

/// <summary>A message of peer exchange (BEP 11): whom the sender has met and lost since its last one.</summary>
/// <param name="Added">Peers that it is connected to now.</param>
/// <param name="Dropped">Peers that it is connected to no more.</param>
public sealed record PexMessage(IReadOnlyList<PexPeer> Added, IReadOnlyList<IPEndPoint> Dropped);

/// <summary>A peer as another peer describes it; nothing of it is proven.</summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Flags">What it is said to be.</param>
public readonly record struct PexPeer(IPEndPoint Endpoint, PexFlags Flags);

/// <summary>The flags of <c>added.f</c> (BEP 11).</summary>
[Flags]
public enum PexFlags : byte
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>It prefers encryption.</summary>
    PrefersEncryption = 0x01,

    /// <summary>It downloads nothing more (a seed, or BEP 21).</summary>
    Seed = 0x02,

    /// <summary>It speaks uTP.</summary>
    Utp = 0x04,

    /// <summary>It knows hole punching (BEP 55).</summary>
    Holepunch = 0x08,

    /// <summary>The sender has dialled it: it can be reached.</summary>
    Reachable = 0x10,
}
