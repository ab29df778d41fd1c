using System.Buffers.Binary;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Session;

/// <summary>
/// Nodes of the DHT as they are kept between runs: the compact form, and behind it our own node's id and port. A node at the address and port of before keeps its id, so that whoever has it in
/// his table finds it there (BEP 5); processes that share a state folder have different ports.
/// </summary>
internal static class SavedContacts
{
    private const int OwnLength = NodeId.Length + sizeof(ushort);

    /// <summary>The nodes of a family; what is left over at the end is no node.</summary>
    public static NodeContact[] Read(SavedNodes saved, AddressFamily family)
    {
        (ReadOnlyMemory<byte> bytes, int length) = family == AddressFamily.InterNetwork ? (saved.IPv4, NodeContact.Length4) : (saved.IPv6, NodeContact.Length6);
        var contacts = new NodeContact[bytes.Length / length];
        for (int i = 0; i < contacts.Length; i++)
            contacts[i] = NodeContact.ReadCompact(bytes.Span.Slice(i * length, length));
        return contacts;
    }

    /// <summary>The id that our own node of a family had at a port; null where it had another port, or none.</summary>
    public static NodeId? ReadId(SavedNodes saved, AddressFamily family, int port)
    {
        (ReadOnlyMemory<byte> bytes, int length) = family == AddressFamily.InterNetwork ? (saved.IPv4, NodeContact.Length4) : (saved.IPv6, NodeContact.Length6);
        if (port == 0 || bytes.Length % length != OwnLength)
            return null;
        ReadOnlySpan<byte> own = bytes.Span[^OwnLength..];
        return BinaryPrimitives.ReadUInt16BigEndian(own[NodeId.Length..]) == port ? new NodeId(own[..NodeId.Length]) : null;
    }

    /// <summary>What a node gives to be kept.</summary>
    /// <param name="node">The node; null: there is none.</param>
    /// <param name="port">Its port; 0 where that is not known.</param>
    public static ReadOnlyMemory<byte> Write(DhtNode? node, int port)
    {
        if (node is null)
            return default;
        IReadOnlyList<NodeContact> contacts = node.Export();
        byte[] bytes = new byte[(contacts.Count * NodeContact.Length6) + OwnLength];
        int written = 0;
        foreach (NodeContact contact in contacts)
            written += contact.WriteCompact(bytes.AsSpan(written));
        node.Id.Bytes.CopyTo(bytes.AsSpan(written));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(written + NodeId.Length), (ushort)port);
        return bytes.AsMemory(0, written + OwnLength);
    }
}
