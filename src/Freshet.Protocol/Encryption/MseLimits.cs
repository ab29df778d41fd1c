using Freshet.Core;

namespace Freshet.Protocol.Encryption;

/// <summary>Bounds of message stream encryption (THREATS W7), as its specification has them.</summary>
internal static class MseLimits
{
    /// <summary>The most bytes of any of the four paddings.</summary>
    public const int Pad = 512;

    /// <summary>The proof that both have the same keys: as many zeros, encrypted.</summary>
    public const int ConstantLength = 8;

    /// <summary>How far behind the peer's key the dialling side looks for the proof.</summary>
    public const int ConstantSearch = Pad + ConstantLength;

    /// <summary>How far behind the peer's key the dialled side looks for the hash of the secret.</summary>
    public const int RequestSearch = Pad + Sha1Hash.Length;
}
