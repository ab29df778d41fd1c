using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Session;

/// <summary>Nodes of the DHT as they are kept between runs: the compact form.</summary>
internal static class SavedContacts
{
    /// <summary>The nodes of a family; what is left over at the end is no node.</summary>
    public static NodeContact[] Read(SavedNodes saved, AddressFamily family)
    {
        (ReadOnlyMemory<byte> bytes, int length) = family == AddressFamily.InterNetwork ? (saved.IPv4, NodeContact.Length4) : (saved.IPv6, NodeContact.Length6);
        var contacts = new NodeContact[bytes.Length / length];
        for (int i = 0; i < contacts.Length; i++)
            contacts[i] = NodeContact.ReadCompact(bytes.Span.Slice(i * length, length));
        return contacts;
    }

    /// <summary>What a node gives to be kept.</summary>
    public static ReadOnlyMemory<byte> Write(DhtNode? node)
    {
        if (node is null)
            return default;
        IReadOnlyList<NodeContact> contacts = node.Export();
        byte[] bytes = new byte[contacts.Count * NodeContact.Length6];
        int written = 0;
        foreach (NodeContact contact in contacts)
            written += contact.WriteCompact(bytes.AsSpan(written));
        return bytes.AsMemory(0, written);
    }
}
