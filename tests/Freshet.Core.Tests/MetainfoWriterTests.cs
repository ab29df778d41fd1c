using System.Text;

namespace Freshet.Core.Tests;

public sealed class MetainfoWriterTests
{
    private static readonly MetainfoDraft Draft = new() { Name = "n", Files = [new DraftFile("", 1)], PieceLength = 16384, PieceHashes = new byte[20] };

    [Fact]
    public void A_single_file_has_no_list_and_no_more_than_it_needs()
        => Assert.Equal($"d4:infod6:lengthi1e4:name1:n12:piece lengthi16384e6:pieces20:{new string('\0', 20)}ee", Written(Draft));

    [Fact]
    public void Several_files_are_listed_by_the_elements_of_their_paths()
        => Assert.StartsWith(
            "d4:infod5:filesld6:lengthi1e4:pathl1:a1:beed6:lengthi0e4:pathl1:ceee4:name1:n",
            Written(Draft with { Files = [new DraftFile("a/b", 1), new DraftFile("c", 0)] }),
            StringComparison.Ordinal);

    [Fact]
    public void One_tracker_needs_no_list_of_tiers()
    {
        Assert.StartsWith("d8:announce8:http://a4:info", Written(Draft with { Trackers = [["http://a"]] }), StringComparison.Ordinal);
        Assert.StartsWith(
            "d8:announce8:http://a13:announce-listll8:http://a7:udp://bel8:http://cee4:info",
            Written(Draft with { Trackers = [["http://a", "udp://b"], ["http://c"]] }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 16 << 10)]
    [InlineData(32L << 20, 16 << 10)]
    [InlineData((32L << 20) + 1, 32 << 10)]
    [InlineData(1L << 30, 512 << 10)]
    [InlineData(32L << 30, 16 << 20)]
    [InlineData(1L << 40, 16 << 20)]
    [InlineData(16L << 40, 16 << 20)]
    [InlineData((16L << 40) + 1, 32 << 20)]
    [InlineData(MetainfoLimits.MaxTotalLength, 256 << 20)]
    public void The_piece_length_grows_with_the_content(long total, int expected) => Assert.Equal(expected, PieceLengths.Automatic(total));

    [Fact]
    public void Every_automatic_piece_length_is_allowed_and_makes_a_torrent_that_can_be_read()
    {
        for (long total = 1; total <= MetainfoLimits.MaxTotalLength / 2; total *= 2)
        {
            int length = PieceLengths.Automatic(total);
            Assert.True(PieceLengths.IsAllowed(length));
            Assert.True((total + length - 1) / length <= MetainfoLimits.MaxPieces);
        }
    }

    private static string Written(MetainfoDraft draft) => Encoding.Latin1.GetString(MetainfoWriter.Write(draft));
}
