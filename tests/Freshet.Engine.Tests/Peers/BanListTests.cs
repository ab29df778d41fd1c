using System.Net;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class BanListTests
{
    [Theory]
    [InlineData("8.8.8.8:1", "8.8.8.8:2", true)]
    [InlineData("8.8.8.8:1", "[::ffff:8.8.8.8]:2", true)]
    [InlineData("8.8.8.8:1", "8.8.8.9:1", false)]
    [InlineData("[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::9]:2", true)]
    [InlineData("[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:1", true)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("[::ffff:127.0.0.1]:1", "127.0.0.1:1", true)]
    [InlineData("[::1]:1", "[::1]:2", false)]
    [InlineData("10.1.2.3:1", "10.1.2.3:2", false)]
    [InlineData("172.16.0.1:1", "172.16.0.1:2", false)]
    [InlineData("172.31.255.255:1", "172.31.255.255:2", false)]
    [InlineData("172.32.0.1:1", "172.32.0.1:2", true)]
    [InlineData("192.168.0.1:1", "192.168.0.1:2", false)]
    [InlineData("169.254.1.1:1", "169.254.1.1:2", false)]
    [InlineData("[fe80::1]:1", "[fe80::1]:2", false)]
    [InlineData("[fe80::1]:1", "[fe80::2]:1", false)]
    [InlineData("[fd00::1]:1", "[fd00::1]:2", false)]
    [InlineData("[fc00::1]:1", "[fc00::1]:1", true)]
    [InlineData("11.0.0.1:1", "11.0.0.1:2", true)]
    public void A_ban_reaches_as_far_as_the_network_it_is_in(string banned, string other, bool alsoBanned)
    {
        var bans = new BanList();
        Assert.True(bans.Ban(IPEndPoint.Parse(banned)));
        Assert.True(bans.IsBanned(IPEndPoint.Parse(banned)));
        Assert.Equal(alsoBanned, bans.IsBanned(IPEndPoint.Parse(other)));
        Assert.Equal(!alsoBanned, bans.Ban(IPEndPoint.Parse(other)));
    }

    [Fact]
    public void The_list_is_bounded_and_the_oldest_ban_goes()
    {
        var bans = new BanList(7);
        for (int i = 0; i <= BanList.MaxBans; i++)
            bans.Ban(new IPEndPoint(new IPAddress([20, 0, (byte)(i >> 8), (byte)i]), 1));
        Assert.Equal(BanList.MaxBans, bans.Count);
        Assert.False(bans.IsBanned(IPEndPoint.Parse("20.0.0.0:1")));
        Assert.True(bans.IsBanned(IPEndPoint.Parse("20.0.0.1:1")));
    }
}
