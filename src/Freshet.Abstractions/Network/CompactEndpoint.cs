using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Freshet.Abstractions;

/// <summary>An address and a port as 6 bytes (IPv4) or 18 (IPv6), as BEP 11, BEP 23 and others write them.</summary>
public static class CompactEndpoint
{
    /// <summary>Bytes of IPv4.</summary>
    public const int IPv4Length = 6;

    /// <summary>Bytes of IPv6.</summary>
    public const int IPv6Length = 18;

    /// <summary>Reads one; an IPv4 address in IPv6 clothes is given as what it is.</summary>
    /// <returns>False where the length is neither, the port 0 or the address nobody's.</returns>
    public static bool TryRead(ReadOnlySpan<byte> compact, [NotNullWhen(true)] out IPEndPoint? endpoint)
    {
        endpoint = null;
        if (compact.Length is not (IPv4Length or IPv6Length))
            return false;
        ReadOnlySpan<byte> address = compact[..^2];
        int port = BinaryPrimitives.ReadUInt16BigEndian(compact[^2..]);
        if (port == 0 || !address.ContainsAnyExcept((byte)0))
            return false;
        endpoint = new IPEndPoint(AddressRules.Unmapped(new IPAddress(address)), port);
        return true;
    }

    /// <summary>Writes one.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(IPEndPoint endpoint, Span<byte> compact)
    {
        endpoint.Address.TryWriteBytes(compact, out int length);
        BinaryPrimitives.WriteUInt16BigEndian(compact[length..], (ushort)endpoint.Port);
        return length + 2;
    }
}
