using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Fuzz.Targets;

/// <summary>Datagrams to the reader of DHT messages: no crash, nothing allocated, all that is walked lies inside of the datagram.</summary>
public sealed class DhtMessageTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "dht-message";

    /// <inheritdoc/>
    public int Iterations => 100_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 64;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => DhtMessages.Any(random);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!KrpcReader.TryRead(input, out KrpcMessage message))
            return;
        FuzzException.Require(message.TransactionId.Length is > 0 and <= DhtLimits.MaxTransactionId, "a transaction id can be echoed");
        int most = input.Length / NodeEndpoint.Length4;
        int peers = 0;
        foreach (NodeEndpoint peer in message.Peers)
        {
            peers++;
            FuzzException.Require(peer.IsUsable, "a peer can be there");
        }

        foreach (NodeContact node in new CompactNodes(message.Nodes4, NodeContact.Length4))
            FuzzException.Require(node.Endpoint.IsIPv4 && node.Endpoint.IsUsable, "a node can be there");
        foreach (NodeContact node in new CompactNodes(message.Nodes6, NodeContact.Length6))
            FuzzException.Require(!node.Endpoint.IsIPv4 && node.Endpoint.IsUsable, "a node can be there");
        FuzzException.Require(peers <= most, "no more peers than there is room for");
        FuzzException.Require(message.Samples.Length % NodeId.Length == 0, "samples are whole");
        if (message.Value.IsEmpty)
            return;
        var value = new BencodeReader(message.Value, DhtLimits.Bencode);
        while (value.Read())
        {
        }

        FuzzException.Require(value.IsComplete && value.Position == message.Value.Length, "a value is one whole value");
    }
}
