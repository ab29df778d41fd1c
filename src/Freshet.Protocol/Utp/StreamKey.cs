using Freshet.Abstractions;

namespace Freshet.Protocol.Utp;

/// <summary>What a datagram says of the stream it belongs to: where it comes from, and the id under which we receive.</summary>
internal readonly record struct StreamKey(DatagramAddress Remote, ushort ReceiveId);

/// <summary>Hashes keys with a seed of its own: strangers choose what is in a key, and must not choose where it lands.</summary>
internal sealed class StreamKeyComparer(ulong seed) : IEqualityComparer<StreamKey>
{
    /// <inheritdoc/>
    public bool Equals(StreamKey x, StreamKey y) => x == y;

    /// <inheritdoc/>
    public int GetHashCode(StreamKey key)
    {
        ulong hash = Mix(seed ^ key.Remote.High);
        hash = Mix(hash ^ key.Remote.Low);
        hash = Mix(hash ^ ((ulong)key.Remote.Scope << 32) ^ ((uint)key.Remote.Port << 16) ^ key.ReceiveId);
        return (int)(hash >> 32);
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, out ulong low);
        return high ^ low;
    }
}
