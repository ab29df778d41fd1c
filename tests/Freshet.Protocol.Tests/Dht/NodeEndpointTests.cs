using System.Net;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>Endpoints as values.</summary>
public sealed class NodeEndpointTests
{
    [Theory]
    [InlineData("5.6.7.8:6881", 6)]
    [InlineData("[2a00:1450::200e]:6881", 18)]
    [InlineData("0.0.0.0:0", 6)]
    public void The_compact_form_is_read_again(string text, int length)
    {
        var endpoint = NodeEndpoint.Of(IPEndPoint.Parse(text));
        byte[] compact = new byte[NodeEndpoint.Length6];
        Assert.Equal(length, endpoint.WriteCompact(compact));
        Assert.Equal(endpoint, NodeEndpoint.ReadCompact(compact.AsSpan(0, length)));
        Assert.Equal(IPEndPoint.Parse(text), endpoint.ToIPEndPoint());
    }

    [Fact]
    public void An_address_in_IPv6_clothes_is_the_same_one()
        => Assert.Equal(NodeEndpoint.Of(IPEndPoint.Parse("5.6.7.8:1")), NodeEndpoint.Of(IPEndPoint.Parse("[::ffff:5.6.7.8]:1")));

    [Theory]
    [InlineData("5.6.7.8:1", "5.6.7.8:2", true)]
    [InlineData("5.6.7.8:1", "5.6.7.9:1", false)]
    [InlineData("[2a00:1:2:3::1]:1", "[2a00:1:2:3:4::9]:2", true)]
    [InlineData("[2a00:1:2:3::1]:1", "[2a00:1:2:4::1]:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("[::1]:1", "[::1]:2", false)]
    [InlineData("10.0.0.1:1", "10.0.0.1:1", true)]
    public void A_stranger_is_an_address_and_in_local_networks_a_port_too(string one, string other, bool same)
        => Assert.Equal(same, At(one).StrangerKey == At(other).StrangerKey);

    [Theory]
    [InlineData("5.6.7.8:1", "5.6.7.200:2", true)]
    [InlineData("5.6.7.8:1", "5.6.8.8:1", false)]
    [InlineData("[2a00:1:2:3::1]:1", "[2a00:1:2:4::1]:1", true)]
    [InlineData("[2a00:1:2:3::1]:1", "[2a00:1:3:3::1]:1", false)]
    [InlineData("192.168.1.1:1", "192.168.1.2:1", false)]
    public void A_network_is_what_one_party_holds_cheaply(string one, string other, bool same) => Assert.Equal(same, At(one).Subnet == At(other).Subnet);

    [Theory]
    [InlineData("5.6.7.8:1", "9.9.9.9:1", true)]
    [InlineData("5.6.7.8:1", "10.0.0.1:1", false)]
    [InlineData("5.6.7.8:1", "127.0.0.1:1", false)]
    [InlineData("10.0.0.2:1", "192.168.0.1:1", true)]
    [InlineData("10.0.0.2:1", "127.0.0.1:1", false)]
    [InlineData("10.0.0.2:1", "9.9.9.9:1", true)]
    [InlineData("127.0.0.1:1", "127.0.0.9:1", true)]
    [InlineData("127.0.0.1:1", "10.0.0.1:1", true)]
    [InlineData("127.0.0.1:1", "224.0.0.1:1", false)]
    public void Nobody_tells_of_networks_that_it_does_not_reach_itself(string teller, string other, bool may)
        => Assert.Equal(may, At(teller).MayTellOf(At(other)));

    private static NodeEndpoint At(string endpoint) => NodeEndpoint.Of(IPEndPoint.Parse(endpoint));
}
