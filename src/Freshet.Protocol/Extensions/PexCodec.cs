using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Extensions;

/// <summary>Reads and writes the messages of BEP 11. A key of a wrong type counts as not said; only what is no dictionary is refused.</summary>
public static class PexCodec
{
    /// <summary>Peers of each kind (added, dropped) and family that are written or kept of one message: BEP 11's figure. What is beyond is not looked at.</summary>
    public const int MaxPeers = 50;

    /// <summary>Reads a message. Port 0 and the address of nobody are left out.</summary>
    /// <returns>False where the bytes do not start with a bencoded dictionary.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out PexMessage? message)
    {
        message = null;
        if (!BencodeDocument.TryParsePrefix(body, BencodeLimits.Wire, out BencodeDocument document, out _)
            || document.Root.Kind != BencodeKind.Dictionary)
        {
            return false;
        }

        BencodeValue root = document.Root;
        var added = new List<PexPeer>();
        ReadAdded(root["added"u8], root["added.f"u8], CompactEndpoint.IPv4Length, added);
        ReadAdded(root["added6"u8], root["added6.f"u8], CompactEndpoint.IPv6Length, added);
        var dropped = new List<IPEndPoint>();
        ReadDropped(root["dropped"u8], CompactEndpoint.IPv4Length, dropped);
        ReadDropped(root["dropped6"u8], CompactEndpoint.IPv6Length, dropped);
        message = new PexMessage(added, dropped);
        return true;
    }

    /// <summary>Writes a message; of each kind and family the first <see cref="MaxPeers"/>. Kinds without a peer are not said.</summary>
    public static void Write(PexMessage message, BencodeWriter writer)
    {
        writer.Dictionary();
        WriteAdded(message.Added, AddressFamily.InterNetwork, "added"u8, "added.f"u8, writer);
        WriteAdded(message.Added, AddressFamily.InterNetworkV6, "added6"u8, "added6.f"u8, writer);
        WriteDropped(message.Dropped, AddressFamily.InterNetwork, "dropped"u8, writer);
        WriteDropped(message.Dropped, AddressFamily.InterNetworkV6, "dropped6"u8, writer);
        writer.End();
    }

    private static void ReadAdded(BencodeValue peers, BencodeValue flags, int length, List<PexPeer> added)
    {
        if (!peers.TryGetBytes(out ReadOnlySpan<byte> compact))
            return;
        flags.TryGetBytes(out ReadOnlySpan<byte> described);
        for (int i = 0; i < MaxPeers && compact.Length >= length; i++, compact = compact[length..])
        {
            if (CompactEndpoint.TryRead(compact[..length], out IPEndPoint? endpoint))
                added.Add(new PexPeer(endpoint, i < described.Length ? (PexFlags)described[i] : PexFlags.None));
        }
    }

    private static void ReadDropped(BencodeValue peers, int length, List<IPEndPoint> dropped)
    {
        if (!peers.TryGetBytes(out ReadOnlySpan<byte> compact))
            return;
        for (int i = 0; i < MaxPeers && compact.Length >= length; i++, compact = compact[length..])
        {
            if (CompactEndpoint.TryRead(compact[..length], out IPEndPoint? endpoint))
                dropped.Add(endpoint);
        }
    }

    private static void WriteAdded(IReadOnlyList<PexPeer> added, AddressFamily family, ReadOnlySpan<byte> key, ReadOnlySpan<byte> flagsKey, BencodeWriter writer)
    {
        Span<byte> compact = stackalloc byte[MaxPeers * CompactEndpoint.IPv6Length];
        Span<byte> flags = stackalloc byte[MaxPeers];
        int length = 0;
        int count = 0;
        foreach (PexPeer peer in added)
        {
            if (count == MaxPeers || peer.Endpoint.AddressFamily != family)
                continue;
            flags[count++] = (byte)peer.Flags;
            length += CompactEndpoint.Write(peer.Endpoint, compact[length..]);
        }

        if (count == 0)
            return;
        writer.Key(key).String(compact[..length]);
        writer.Key(flagsKey).String(flags[..count]);
    }

    private static void WriteDropped(IReadOnlyList<IPEndPoint> dropped, AddressFamily family, ReadOnlySpan<byte> key, BencodeWriter writer)
    {
        Span<byte> compact = stackalloc byte[MaxPeers * CompactEndpoint.IPv6Length];
        int length = 0;
        int count = 0;
        foreach (IPEndPoint peer in dropped)
        {
            if (count == MaxPeers || peer.AddressFamily != family)
                continue;
            count++;
            length += CompactEndpoint.Write(peer, compact[length..]);
        }

        if (count > 0)
            writer.Key(key).String(compact[..length]);
    }
}
