using System.Buffers.Binary;
using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>
/// Transaction ids for UDP trackers. Each is a hash of fresh random bytes, so that a tracker that sees its own cannot work out the
/// generator's state, and with it those that others are to answer with (U8).
/// </summary>
/// <param name="random">Seeded with secret bytes by whoever starts the session.</param>
public sealed class UdpTransactionIds(SeededRandom random)
{
    /// <summary>The next id.</summary>
    public int Next()
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        random.NextBytes(bytes);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadInt32BigEndian(digest);
    }
}
