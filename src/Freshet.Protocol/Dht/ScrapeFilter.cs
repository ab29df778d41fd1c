using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Freshet.Protocol.Dht;

/// <summary>
/// A bloom filter of addresses (BEP 33): 2,048 bits, two for each address. Those of many nodes are put together by or, so that a peer that told several of them is
/// counted once.
/// </summary>
public sealed class ScrapeFilter
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 256;

    private const int Bits = 8 * Length;
    private const int Functions = 2;

    private readonly byte[] _bits = new byte[Length];

    /// <summary>The filter as it goes over the wire.</summary>
    public ReadOnlySpan<byte> Bytes => _bits;

    /// <summary>Takes every address out.</summary>
    public void Clear() => _bits.AsSpan().Clear();

    /// <summary>Puts an address in; the port does not count.</summary>
    public void Insert(NodeEndpoint peer)
    {
        Span<byte> address = stackalloc byte[16];
        address = address[..peer.WriteAddress(address)];
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(address, hash);
        Set(BinaryPrimitives.ReadUInt16LittleEndian(hash));
        Set(BinaryPrimitives.ReadUInt16LittleEndian(hash[2..]));
    }

    /// <summary>Puts in all that another filter has. One of another length is none.</summary>
    public void Union(ReadOnlySpan<byte> other)
    {
        if (other.Length != Length)
            return;
        for (int i = 0; i < Length; i++)
            _bits[i] |= other[i];
    }

    /// <summary>About how many addresses are in; a filter that is nearly full says no more than some 6,000.</summary>
    public double Estimate()
    {
        int zeros = Bits;
        foreach (byte b in _bits)
            zeros -= BitOperations.PopCount(b);
        double share = Math.Min(Bits - 1, Math.Max(1, zeros)) / (double)Bits;
        return zeros == Bits ? 0 : Math.Log(share) / (Functions * Math.Log(1 - (1.0 / Bits)));
    }

    private void Set(ushort index) => _bits[index % Bits / 8] |= (byte)(1 << (index % 8));
}
