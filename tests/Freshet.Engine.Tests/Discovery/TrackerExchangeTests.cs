using System.Buffers.Binary;
using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Tests.Discovery;

public sealed class TrackerExchangeTests
{
    private const string Tracker = "http://one.example/announce";
    private static readonly IPEndPoint Udp = new(IPAddress.Parse("198.51.100.9"), 6969);

    /// <summary>THREATS H4: five redirects and no more.</summary>
    [Fact]
    public void A_connection_is_kept_open_only_where_the_same_host_is_asked_again_soon()
    {
        var rig = new TrackerRig("http://one.example/a", "http://one.example/b", "http://two.example/a");
        rig.Start();
        Assert.Equal([false, true, false], rig.Fetches.Select(fetch => fetch.Fetch.KeepOpen));
        foreach ((HttpFetch fetch, _) in rig.Fetches.ToArray())
            rig.Reply(fetch, location: "http://three.example/", status: 302);
        Assert.Equal(6, rig.Fetches.Count);
        Assert.All(rig.Fetches.Skip(3), fetch => Assert.False(fetch.Fetch.KeepOpen));
    }

    [Fact]
    public void Redirects_are_followed_five_times()
    {
        TrackerRig rig = new TrackerRig(Tracker).Start();
        for (int i = 0; i < 5; i++)
            rig.Reply(rig.Last, status: 302, location: $"/again{i}?x=1");
        Assert.Equal(6, rig.Fetches.Count);
        Assert.Equal("http://one.example/again4?x=1", rig.Last.Url.OriginalString);
        rig.Reply(rig.Last, status: 302, location: "/again");
        Assert.Equal(6, rig.Fetches.Count);
        Assert.Contains("too often", rig.Notices.Single().Error, StringComparison.Ordinal);
    }

    /// <summary>THREATS H1: from the internet back into the local network. A tracker in the LAN may redirect within it (false positives break people's set-ups).</summary>
    [Theory]
    [InlineData("93.184.215.14", AddressPolicy.GlobalOnly)]
    [InlineData("2606:2800:21f:cb07:6820:80da:af6b:8b2c", AddressPolicy.GlobalOnly)]
    [InlineData("192.168.1.1", AddressPolicy.Any)]
    [InlineData("127.0.0.1", AddressPolicy.Any)]
    [InlineData("::ffff:93.184.215.14", AddressPolicy.GlobalOnly)]
    public void After_an_answer_from_the_internet_no_redirect_leads_into_the_local_network(string remote, AddressPolicy expected)
    {
        TrackerRig rig = new TrackerRig(Tracker).Start();
        Assert.Equal(AddressPolicy.Any, rig.Last.Addresses);
        rig.Reply(rig.Last, status: 301, location: "http://two.example/announce", remote: remote);
        Assert.Equal(expected, rig.Last.Addresses);
        if (expected == AddressPolicy.GlobalOnly)
        {
            // It stays so, whoever answers next.
            rig.Reply(rig.Last, status: 301, location: "http://three.example/announce", remote: "192.168.1.1");
            Assert.Equal(AddressPolicy.GlobalOnly, rig.Last.Addresses);
        }
    }

    /// <summary>THREATS H2, H4.</summary>
    [Theory]
    [InlineData("http://one.example/a/announce?k=1", "/b", "http://one.example/b")]
    [InlineData("http://one.example/a/announce?k=1", "b?c", "http://one.example/a/b?c")]
    [InlineData("http://one.example/a/announce?k=1", "?c=%aa", "http://one.example/a/announce?c=%aa")]
    [InlineData("http://one.example/announce", "//two.example/x", "http://two.example/x")]
    [InlineData("http://one.example/announce", "https://two.example/x", "https://two.example/x")]
    [InlineData("https://one.example/announce", "https://two.example:444/x", "https://two.example:444/x")]
    [InlineData("https://one.example/announce", "http://one.example/x", null)]
    [InlineData("http://one.example/announce", "file:///etc/passwd", null)]
    [InlineData("http://one.example/announce", "ftp://one.example/x", null)]
    [InlineData("http://one.example/announce", "udp://one.example:80/x", null)]
    [InlineData("http://one.example/announce", "javascript:alert(1)", null)]
    [InlineData("http://one.example/announce", "http://user:word@two.example/x", null)]
    [InlineData("http://one.example/announce", "http://", null)]
    [InlineData("http://one.example/announce", "", null)]
    [InlineData("http://one.example/announce", null, null)]
    public void Redirects_lead_to_http_and_https_only(string from, string? location, string? expected)
    {
        string? refusal = RedirectRules.Follow(new Uri(from), location, out Uri? next);
        Assert.Equal(expected, next?.OriginalString);
        Assert.Equal(expected is null, refusal is not null);
    }

    [Fact]
    public void A_status_that_is_no_success_is_a_failure_that_says_so()
    {
        TrackerRig rig = new TrackerRig(Tracker).Start();
        rig.Reply(rig.Last, status: 503);
        Assert.Contains("503", rig.Notices.Single().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Late_and_foreign_answers_are_ignored()
    {
        TrackerRig rig = new TrackerRig(Tracker).Start();
        HttpFetch fetch = rig.Last;
        rig.Reply(fetch);
        rig.Reply(fetch);
        rig.Reply(fetch with { Id = 99 });
        rig.Exchanges.Handle(new ResolveResult(77, [], "x"), rig.Now);
        Assert.Single(rig.Found);
    }

    /// <summary>BEP 15: connect, announce, answer.</summary>
    [Fact]
    public void A_udp_tracker_is_connected_and_announced_to()
    {
        TrackerRig rig = new TrackerRig("udp://one.example:6969/announce").Start();
        Assert.Equal(Udp, rig.Datagrams.Single().Remote);
        Assert.Equal(16, rig.Datagrams[0].Bytes.Length);
        Assert.True(rig.Receive(Udp, 0, Transaction(rig, 0), 0x1234, 0x5678));
        Assert.Equal(2, rig.Datagrams.Count);
        Assert.Equal(0x0000_1234_0000_5678, BinaryPrimitives.ReadInt64BigEndian(rig.Datagrams[1].Bytes));
        Assert.True(rig.Receive(Udp, 1, Transaction(rig, 1), 900, 3, 4, 0x01020304, 0x1F900000));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 8080), rig.Found[0]);
        Assert.Equal((4, 3), (rig.Announcer.Snapshot(rig.Now)[0].Seeders, rig.Announcer.Snapshot(rig.Now)[0].Leechers));
        rig.Run(899);
        Assert.Equal(2, rig.Datagrams.Count);
        rig.Run(91);

        // The address was remembered for ten minutes.
        rig.ResolveAll(Udp.Address);
        Assert.Equal(3, rig.Datagrams.Count);
    }

    [Fact]
    public void Udp_is_sent_again_with_growing_pauses_and_then_given_up()
    {
        TrackerRig rig = new TrackerRig("udp://one.example:6969").Start();
        MonoTime start = rig.Now;
        rig.Run(224);
        Assert.Equal([0, 15, 45, 105], rig.Datagrams.Select(datagram => (int)(datagram.At - start).TotalSeconds));
        Assert.Empty(rig.Notices);
        rig.Run(1.5);
        Assert.Contains("did not answer", rig.Notices.Single().Error, StringComparison.Ordinal);
    }

    /// <summary>THREATS U8: another source, another transaction, too short.</summary>
    [Fact]
    public void Datagrams_of_strangers_are_ignored()
    {
        TrackerRig rig = new TrackerRig("udp://one.example:6969").Start();
        int transaction = Transaction(rig, 0);
        Assert.False(rig.Receive(new IPEndPoint(IPAddress.Parse("198.51.100.8"), 6969), 0, transaction, 1, 2));
        Assert.False(rig.Receive(new IPEndPoint(Udp.Address, 6970), 0, transaction, 1, 2));
        Assert.False(rig.Receive(Udp, 0, transaction + 1, 1, 2));
        Assert.False(rig.Receive(Udp, 0, transaction));
        Assert.Single(rig.Datagrams);
        Assert.True(rig.Receive(new IPEndPoint(Udp.Address.MapToIPv6(), Udp.Port), 0, transaction, 1, 2));
    }

    [Fact]
    public void Two_torrents_at_one_udp_tracker_do_not_mix_up()
    {
        TrackerRig rig = new TrackerRig("udp://one.example:6969/a", "udp://one.example:6969/b").Start();
        Assert.Equal(2, rig.Datagrams.Count);
        Assert.NotEqual(Transaction(rig, 0), Transaction(rig, 1));
        Assert.True(rig.Receive(Udp, 3, Transaction(rig, 1), 0x6E6F0000));
        Assert.True(rig.Receive(Udp, 0, Transaction(rig, 0), 1, 2));
    }

    [Fact]
    public void A_name_is_looked_up_once_for_all_and_remembered_for_a_while()
    {
        var rig = new TrackerRig("http://one.example/a", "http://one.example/b", "udp://one.example:6969");
        rig.Announcer.Start(rig.Now);
        Assert.Single(rig.Resolves);
        rig.ResolveAll(IPAddress.Parse("198.51.100.9"));
        Assert.Equal(2, rig.Fetches.Count);
        Assert.Single(rig.Datagrams);
        Assert.Empty(rig.Resolves);
    }

    private static int Transaction(TrackerRig rig, int datagram) => BinaryPrimitives.ReadInt32BigEndian(rig.Datagrams[datagram].Bytes.AsSpan(12));
}
