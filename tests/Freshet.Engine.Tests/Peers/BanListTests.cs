using System.Net;
using Freshet.Core;
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

    /// <summary>THREATS W4: who dials us comes from another port each time, and is known by its name and by where it listens.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.7.7")]
    [InlineData("[fd00::7]")]
    public void Where_many_share_an_address_a_peer_is_banned_by_its_name_and_its_listen_port_too(string address)
    {
        var bans = new BanList(3);
        PeerIdentity bad = Named(address, 40_000, 1);
        bad.Listens = IPEndPoint.Parse($"{address}:6881");
        Assert.True(bans.Ban(bad));
        Assert.False(bans.Ban(bad));
        Assert.True(bans.IsBanned(Named(address, 40_001, 1)));
        Assert.True(bans.IsBanned(IPEndPoint.Parse($"{address}:6881")));
        Assert.False(bans.IsBanned(Named(address, 40_001, 2)));
        Assert.False(bans.IsBanned(new PeerIdentity(IPEndPoint.Parse($"{address}:40001"))));
        Assert.False(bans.IsBanned(Named("10.20.30.40", 40_001, 1)));
    }

    [Fact]
    public void In_the_open_a_name_bans_nobody_elsewhere()
    {
        var bans = new BanList();
        bans.Ban(Named("8.8.8.8", 40_000, 1));
        Assert.Equal(1, bans.Count);
        Assert.False(bans.IsBanned(Named("8.8.8.9", 40_000, 1)));
    }

    [Fact]
    public void Bans_by_name_are_bounded_with_the_others()
    {
        var bans = new BanList();
        for (int i = 0; i < BanList.MaxBans; i++)
            bans.Ban(Named("127.0.0.1", 1 + i, i));
        Assert.Equal(BanList.MaxBans, bans.Count);
        Assert.False(bans.IsBanned(Named("127.0.0.1", 60_000, 0)));
        Assert.True(bans.IsBanned(Named("127.0.0.1", 60_000, BanList.MaxBans - 1)));
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

    private static PeerIdentity Named(string address, int port, int name)
    {
        byte[] id = new byte[20];
        BitConverter.TryWriteBytes(id.AsSpan(8), name);
        return new PeerIdentity(IPEndPoint.Parse($"{address}:{port}")) { Id = new PeerId(new Sha1Hash(id)) };
    }
}
