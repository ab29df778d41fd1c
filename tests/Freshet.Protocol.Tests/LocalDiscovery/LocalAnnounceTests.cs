using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Protocol.LocalDiscovery;

namespace Freshet.Protocol.Tests.LocalDiscovery;

/// <summary>BEP 14.</summary>
public sealed class LocalAnnounceTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";
    private static readonly IPEndPoint Group = new(IPAddress.Parse("239.192.152.143"), 6771);

    [Fact]
    public void An_announce_looks_as_the_bep_says()
    {
        byte[] written = LocalAnnounceCodec.Write(new LocalAnnounce(6881, [Swarm(1), Swarm(2)], "c0ffee"), Group);
        Assert.Equal(
            "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: 0101010101010101010101010101010101010101\r\n"
            + "Infohash: 0202020202020202020202020202020202020202\r\ncookie: c0ffee\r\n\r\n\r\n",
            Encoding.Latin1.GetString(written));
        Assert.True(LocalAnnounceCodec.TryParse(written, out LocalAnnounce? read));
        Assert.Equal((6881, "c0ffee"), (read.Port, read.Cookie));
        Assert.Equal([Swarm(1), Swarm(2)], read.Swarms);
    }

    [Fact]
    public void As_many_swarms_as_fit_are_written_and_read()
    {
        byte[] written = LocalAnnounceCodec.Write(
            new LocalAnnounce(65535, [.. Enumerable.Range(1, 60).Select(i => Swarm((byte)i))], new string('x', 16)), new IPEndPoint(IPAddress.Parse("ff15::efc0:988f"), 6771));
        Assert.InRange(written.Length, 1000, LocalAnnounceCodec.MaxLength);
        Assert.True(LocalAnnounceCodec.TryParse(written, out LocalAnnounce? read));
        Assert.Equal(LocalAnnounceCodec.MaxSwarms, read.Swarms.Count);
    }

    [Theory]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nInfohash: " + Hash + "\r\nPort: 1\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.0\nPORT:1\nINFOHASH:" + Hash + "\nX-Other: y\n\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: " + Hash)]
    public void Headers_come_in_any_order_and_writing(string datagram)
    {
        Assert.True(LocalAnnounceCodec.TryParse(Encoding.Latin1.GetBytes(datagram), out LocalAnnounce? read));
        Assert.Equal(1, read.Port);
        Assert.Equal(Hash, Convert.ToHexStringLower(read.Swarms.Single().Value.Bytes));
        Assert.Null(read.Cookie);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: " + Hash + "\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nInfohash: " + Hash + "\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 0\r\nInfohash: " + Hash + "\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 65536\r\nInfohash: " + Hash + "\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 1x\r\nInfohash: " + Hash + "\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: 01\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n\r\nInfohash: " + Hash)]
    public void What_names_no_port_or_no_swarm_is_no_announce(string datagram)
        => Assert.False(LocalAnnounceCodec.TryParse(Encoding.Latin1.GetBytes(datagram), out _));

    private static InfoHash Swarm(byte number) => new(new Sha1Hash([.. Enumerable.Repeat(number, 20)]));
}
