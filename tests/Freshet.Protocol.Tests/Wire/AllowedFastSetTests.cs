using System.Net;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class AllowedFastSetTests
{
    private static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Repeat((byte)0xAA, 20)]));

    [Fact]
    public void The_example_of_BEP_6_comes_out()
        => Assert.Equal(
            [1059, 431, 808, 1217, 287, 376, 1188],
            AllowedFastSet.Compute(IPAddress.Parse("80.4.4.200"), Swarm, 1313, 7).Select(piece => piece.Value));

    [Fact]
    public void Every_vector_of_the_corpus_comes_out()
    {
        foreach (JsonElement test in Corpus.Read("vectors/bep6_allowed_fast.json").GetProperty("cases").EnumerateArray())
        {
            Assert.True(Sha1Hash.TryParse(test.GetProperty("info_hash").GetString(), out Sha1Hash hash));
            PieceIndex[] set = AllowedFastSet.Compute(
                IPAddress.Parse(test.GetProperty("ip").GetString()!),
                new InfoHash(hash),
                test.GetProperty("pieces").GetInt32(),
                test.GetProperty("k").GetInt32());
            Assert.Equal(test.GetProperty("set").EnumerateArray().Select(piece => piece.GetInt32()), set.Select(piece => piece.Value));
        }
    }

    [Fact]
    public void A_whole_24_network_has_one_set()
    {
        PieceIndex[] set = AllowedFastSet.Compute(IPAddress.Parse("80.4.4.200"), Swarm, 1313);
        Assert.Equal(AllowedFastSet.DefaultSize, set.Length);
        Assert.Equal(set, AllowedFastSet.Compute(IPAddress.Parse("80.4.4.1"), Swarm, 1313));
        Assert.Equal(set, AllowedFastSet.Compute(IPAddress.Parse("::ffff:80.4.4.7"), Swarm, 1313));
        Assert.NotEqual(set, AllowedFastSet.Compute(IPAddress.Parse("80.4.5.200"), Swarm, 1313));
    }

    [Fact]
    public void IPv6_has_no_set() => Assert.Empty(AllowedFastSet.Compute(IPAddress.Parse("2001:db8::1"), Swarm, 1313));

    // W6: more wanted than there is must not look for ever.
    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(5, -1, 0)]
    [InlineData(5, 10, 5)]
    [InlineData(11, 10, 10)]
    public void Small_torrents_end(int pieces, int wanted, int expected)
    {
        PieceIndex[] set = AllowedFastSet.Compute(IPAddress.Parse("80.4.4.200"), Swarm, pieces, wanted);
        Assert.Equal(expected, set.Distinct().Count());
        Assert.All(set, piece => Assert.InRange(piece.Value, 0, pieces - 1));
    }
}
