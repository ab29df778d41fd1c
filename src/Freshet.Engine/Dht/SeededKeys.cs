using System.Buffers.Binary;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>Hashes what strangers choose with a seed, so that nobody can choose it to collide.</summary>
internal sealed class SeededKeys(ulong seed) : IEqualityComparer<UInt128>, IEqualityComparer<NodeId>, IEqualityComparer<NodeEndpoint>
{
    public bool Equals(UInt128 x, UInt128 y) => x == y;

    public int GetHashCode(UInt128 key) => (int)Mix(Mix(seed ^ (ulong)(key >> 64)) ^ (ulong)key);

    public bool Equals(NodeId x, NodeId y) => x == y;

    public int GetHashCode(NodeId id)
    {
        ReadOnlySpan<byte> bytes = id.Bytes;
        ulong hash = Mix(seed ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        return (int)Mix(hash ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]));
    }

    public bool Equals(NodeEndpoint x, NodeEndpoint y) => x == y;

    public int GetHashCode(NodeEndpoint endpoint) => (int)Mix(Mix(Mix(seed ^ endpoint.High) ^ endpoint.Low) ^ endpoint.Port);

    private static ulong Mix(ulong z)
    {
        // The finaliser of SplitMix64.
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
