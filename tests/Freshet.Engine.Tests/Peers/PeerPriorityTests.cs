using System.Net;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

/// <summary>BEP 40.</summary>
public sealed class PeerPriorityTests
{
    /// <summary>The first two are the text's, the others those of libtorrent's tests.</summary>
    [Theory]
    [InlineData("123.213.32.10:0", "98.76.54.32:0", 0xec2d7224)]
    [InlineData("123.213.32.10:0", "123.213.32.234:0", 0x99568189)]
    [InlineData("230.12.123.3:1234", "230.12.123.3:300", 0xae8b7034)]
    [InlineData("230.12.123.1:1234", "230.12.123.3:300", 0x99c54d79)]
    [InlineData("230.12.23.1:1234", "230.12.123.3:300", 0x21fd5f80)]
    [InlineData("230.120.23.1:1234", "230.12.123.3:300", 0xfa9a860e)]
    public void Both_sides_reckon_what_others_reckon(string one, string other, uint expected)
    {
        IPEndPoint a = IPEndPoint.Parse(one);
        IPEndPoint b = IPEndPoint.Parse(other);
        Assert.Equal(expected, PeerPriority.Between(a, b));
        Assert.Equal(expected, PeerPriority.Between(b, a));
        Assert.Equal(expected, PeerPriority.Between(new IPEndPoint(a.Address.MapToIPv6(), a.Port), b));
    }

    /// <summary>What of an IPv6 address counts: 48 bits whole, and of the rest every second one; more where the two are nearer to each other.</summary>
    [Theory]
    [InlineData("2001:db8:1::1", "2001:db8:2:0:aaaa::", "2001:db8:2::", true)]
    [InlineData("2001:db8:1::1", "2001:db8:2:0:aaaa::", "2001:db8:2:0:5555::", false)]
    [InlineData("2001:db8:1::1", "2001:db8:1:aa00::", "2001:db8:1:aaaa::", true)]
    [InlineData("2001:db8:1::1", "2001:db8:1:aa00::", "2001:db8:1::aaaa:0", false)]
    [InlineData("2001:db8:1::1", "2001:db8:1:55::", "2001:db8:1:ff::", false)]
    [InlineData("2001:db8:1::1", "2001:db8:1:0:aaaa::", "2001:db8:1:0:aaff::", false)]
    public void Of_an_ipv6_address_counts_what_a_party_cannot_choose(string own, string one, string other, bool isSame)
    {
        uint first = Of(own, one);
        uint second = Of(own, other);
        Assert.Equal(isSame, first == second);
    }

    [Fact]
    public void Between_two_families_there_is_none()
        => Assert.Equal(0u, PeerPriority.Between(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.IPv6Loopback, 1)));

    /// <summary>Nodes are cheap: however many they are, their agreement is one voice, where there is no other the only one.</summary>
    [Fact]
    public void What_nodes_of_the_dht_agree_on_is_one_voice()
    {
        var own = new OwnAddresses { ListenPort = 6881 };
        var peer = new IPEndPoint(IPAddress.Parse("98.76.54.32"), 6881);
        own.Agreed(IPAddress.Parse("192.168.1.2"));
        Assert.Equal(0u, own.PriorityOf(peer));
        own.Agreed(IPAddress.Parse("123.213.32.10"));
        Assert.Equal(0xec2d7224, own.PriorityOf(peer));
        own.Seen(IPAddress.Parse("5.6.7.8"), IPAddress.Parse("8.8.8.8"));
        own.Seen(IPAddress.Parse("77.1.1.1"), IPAddress.Parse("8.8.8.8"));
        own.Agreed(IPAddress.Parse("123.213.32.10"));
        Assert.NotEqual(0xec2d7224, own.PriorityOf(peer));
    }

    [Fact]
    public void Our_own_address_is_what_most_networks_say()
    {
        var own = new OwnAddresses { ListenPort = 6881 };
        var peer = new IPEndPoint(IPAddress.Parse("98.76.54.32"), 6881);
        Assert.Equal(0u, own.PriorityOf(peer));
        own.Seen(IPAddress.Parse("5.6.7.8"), IPAddress.Parse("123.213.32.10"));
        Assert.Equal(0xec2d7224, own.PriorityOf(peer));

        // A liar with many addresses of one network has one voice, and local networks have none.
        for (byte i = 1; i < 200; i++)
            own.Seen(new IPAddress([66, 66, 1, i]), IPAddress.Parse("8.8.8.8"));
        own.Seen(IPAddress.Parse("192.168.1.9"), IPAddress.Parse("192.168.1.2"));
        Assert.Equal(0xec2d7224, own.PriorityOf(peer));
        own.Seen(IPAddress.Parse("77.1.1.1"), IPAddress.Parse("8.8.8.8"));
        Assert.NotEqual(0xec2d7224, own.PriorityOf(peer));
    }

    private static uint Of(string one, string other) => PeerPriority.Between(new IPEndPoint(IPAddress.Parse(one), 1), new IPEndPoint(IPAddress.Parse(other), 1));
}
