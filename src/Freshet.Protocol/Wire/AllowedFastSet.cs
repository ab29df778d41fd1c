using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The pieces that a peer may ask for while it is choked (BEP 6): the same for all addresses of a /24, so that nobody gains by many
/// addresses. BEP 6 defines it for IPv4 alone; for IPv6 there is no set, since any of our own making would differ from the field's.
/// </summary>
public static class AllowedFastSet
{
    /// <summary>How many pieces we allow: BEP 6's suggestion.</summary>
    public const int DefaultSize = 10;

    /// <summary>Computes the set, in the order in which the algorithm finds it.</summary>
    /// <param name="address">The peer's address; an IPv4 address written as IPv6 counts as IPv4.</param>
    /// <param name="swarm">The info-hash.</param>
    /// <param name="pieceCount">The torrent's pieces.</param>
    /// <param name="size">How many are wanted; all pieces where the torrent has no more.</param>
    public static PieceIndex[] Compute(IPAddress address, InfoHash swarm, int pieceCount, int size = DefaultSize)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetwork || size <= 0 || pieceCount <= 0)
            return [];
        if (size >= pieceCount)
            return [.. Enumerable.Range(0, pieceCount).Select(index => new PieceIndex(index))];

        Span<byte> state = stackalloc byte[4 + Sha1Hash.Length];
        address.TryWriteBytes(state, out _);
        state[3] = 0;
        swarm.Value.Bytes.CopyTo(state[4..]);
        Span<byte> digest = stackalloc byte[Sha1Hash.Length];
        SHA1.HashData(state, digest);
        var found = new List<PieceIndex>(size);
        while (true)
        {
            for (int i = 0; i < Sha1Hash.Length; i += 4)
            {
                var piece = new PieceIndex((int)(BinaryPrimitives.ReadUInt32BigEndian(digest[i..]) % (uint)pieceCount));
                if (found.Contains(piece))
                    continue;
                found.Add(piece);
                if (found.Count == size)
                    return [.. found];
            }

            SHA1.HashData(digest, digest);
        }
    }
}
