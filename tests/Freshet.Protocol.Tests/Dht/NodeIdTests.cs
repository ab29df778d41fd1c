using System.Net;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>Points, distances, and which id an address may have (BEP 42).</summary>
public sealed class NodeIdTests
{
    private readonly SeededRandom _random = new(1);

    [Fact]
    public void Distance_is_exclusive_or_read_as_a_number()
    {
        for (int i = 0; i < 1000; i++)
        {
            NodeId a = NodeId.Random(_random);
            NodeId b = i % 3 == 0 ? a.RandomAt(_random.Next(NodeId.Bits), _random) : NodeId.Random(_random);
            NodeId target = NodeId.Random(_random);
            Assert.Equal(Xor(target, a).SequenceCompareTo(Xor(target, b)) switch { < 0 => -1, > 0 => 1, _ => 0 }, Math.Sign(target.CompareDistance(a, b)));
        }
    }

    [Fact]
    public void A_point_at_a_distance_shares_exactly_so_many_bits()
    {
        for (int bits = 0; bits < NodeId.Bits; bits++)
        {
            NodeId id = NodeId.Random(_random);
            Assert.Equal(bits, id.CommonPrefix(id.RandomAt(bits, _random)));
        }
    }

    [Theory]
    [InlineData("124.31.75.21", "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401")]
    [InlineData("21.75.31.124", "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256")]
    [InlineData("65.23.51.170", "a5d43220bc8f112a3d426c84764f8c2a1150e616")]
    [InlineData("84.124.73.14", "1b0321dd1bb1fe518101ceef99462b947a01ff41")]
    [InlineData("43.213.53.83", "e56f6cbf5b7c4be0237986d5243b87aa6d51305a")]
    public void The_examples_of_BEP_42_fit_their_addresses_and_no_others(string address, string id)
    {
        Assert.True(NodeId.TryParse(id, out NodeId node));
        Assert.True(NodeIdRules.Fits(node, At(address)));
        Assert.False(NodeIdRules.Fits(node, At("8.8.8.8")));
        Assert.False(NodeIdRules.Fits(node, At("2001:4860::1")));
    }

    [Fact]
    public void The_corpus_agrees()
    {
        foreach (JsonElement row in Corpus.Read("vectors/bep42_node_id.json").GetProperty("cases").EnumerateArray())
        {
            Assert.True(NodeId.TryParse(row.GetProperty("example").GetString(), out NodeId example));
            NodeEndpoint address = At(row.GetProperty("ip").GetString()!);
            Assert.True(NodeIdRules.Fits(example, address));
            Assert.Equal(row.GetProperty("rand").GetInt32(), example.Bytes[^1]);
            string made = NodeIdRules.Generate(address, example).ToString();
            Assert.Equal(row.GetProperty("prefix21").GetString()![..5], made[..5]);
        }
    }

    [Fact]
    public void A_made_id_fits_and_is_another_each_time()
    {
        foreach (string address in (string[])["84.124.73.14", "2a00:1450:4001:81b::200e"])
        {
            NodeId[] ids = [.. Enumerable.Range(0, 50).Select(_ => NodeIdRules.Generate(At(address), _random))];
            Assert.All(ids, id => Assert.True(NodeIdRules.Fits(id, At(address))));
            Assert.Equal(50, ids.Distinct().Count());
        }
    }

    [Theory]
    [InlineData("127.0.0.9")]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.1.1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("::1")]
    public void In_local_networks_any_id_fits(string address) => Assert.True(NodeIdRules.Fits(NodeId.Random(_random), At(address)));

    private static NodeEndpoint At(string address) => NodeEndpoint.Of(IPAddress.Parse(address), 6881);

    private static byte[] Xor(NodeId a, NodeId b)
    {
        byte[] result = a.Bytes.ToArray();
        for (int i = 0; i < result.Length; i++)
            result[i] ^= b.Bytes[i];
        return result;
    }
}
