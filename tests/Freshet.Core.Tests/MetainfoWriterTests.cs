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
    public void The_tree_of_v2_has_folders_in_one_another_and_no_filler()
    {
        var root = new Sha256Hash(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));
        MetainfoDraft draft = Draft with
        {
            Version = TorrentVersion.Hybrid,
            Files = [new DraftFile("a/b/c", 1) { PiecesRoot = root }, new DraftFile(".pad/16383", 16383) { IsPad = true }, new DraftFile("a/d", 0), new DraftFile("e", 0)],
            PieceLayers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>> { [root] = "layer"u8.ToArray() },
        };
        Assert.Equal(
            $"d4:infod9:file treed1:ad1:bd1:cd0:d6:lengthi1e11:pieces root32:0123456789abcdef0123456789abcdefeee1:dd0:d6:lengthi0eeee1:ed0:d6:lengthi0eeee"
            + "5:filesld6:lengthi1e4:pathl1:a1:b1:ceed4:attr1:p6:lengthi16383e4:pathl4:.pad5:16383eed6:lengthi0e4:pathl1:a1:deed6:lengthi0e4:pathl1:eeee"
            + $"12:meta versioni2e4:name1:n12:piece lengthi16384e6:pieces20:{new string('\0', 20)}e12:piece layersd32:0123456789abcdef0123456789abcdef5:layeree",
            Written(draft));
        Assert.StartsWith("d4:infod9:file treed1:nd0:d6:lengthi1eee", Written(Draft with { Version = TorrentVersion.V2 }), StringComparison.Ordinal);
    }

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
    [InlineData(8L << 40, 16 << 20)]
    [InlineData((8L << 40) + 1, 32 << 20)]
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

    [Fact]
    public void Filler_goes_behind_each_file_that_does_not_fill_its_last_piece_unless_it_is_alone()
    {
        FileEntry[] files = [.. ((long[])[1, 0, 16384, 20_000]).Select((length, i)
            => new FileEntry { Index = new FileIndex(i), Path = $"{i}", OriginalPath = $"{i}", Length = length, Offset = 0 })];
        Assert.Equal(
            "0 at 0, .pad/16383 at 1, 1 at 16384, 2 at 16384, 3 at 32768, .pad/12768 at 52768",
            string.Join(", ", AlignedFiles.WithFiller(files, 16384).Select(file => $"{file.Path} at {file.Offset}")));
        Assert.Equal("0", Assert.Single(AlignedFiles.WithFiller(files[..1], 16384)).Path);
    }

    /// <summary>BEP 38: beside the info dictionary, so that the torrent stays the same one.</summary>
    [Fact]
    public void Similar_torrents_and_collections_do_not_make_another_torrent()
    {
        byte[] torrent = MetainfoWriter.Write(Draft with { SimilarTorrents = [new Sha1Hash("abcdefghijklmnopqrst"u8)], Collections = ["films"], Comment = "c", WebSeeds = ["http://s/"] });
        Assert.Equal(
            $"d11:collectionsl5:filmse7:comment1:c8:encoding5:UTF-84:infod6:lengthi1e4:name1:n12:piece lengthi16384e6:pieces20:{new string('\0', 20)}e"
            + "7:similarl20:abcdefghijklmnopqrste8:url-listl9:http://s/ee",
            Encoding.Latin1.GetString(torrent));
        Assert.Equal(Metainfo.Load(MetainfoWriter.Write(Draft), PathRules.Posix).Hashes, Metainfo.Load(torrent, PathRules.Posix).Hashes);
    }

    private static string Written(MetainfoDraft draft) => Encoding.Latin1.GetString(MetainfoWriter.Write(draft));
}
