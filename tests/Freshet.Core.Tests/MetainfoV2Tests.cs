using static Freshet.Core.Tests.TorrentBytes;

namespace Freshet.Core.Tests;

public sealed class MetainfoV2Tests
{
    [Fact]
    public void One_file_at_the_top_is_a_single_file()
    {
        Metainfo metainfo = Metainfo.Load(V2($"d{TreeFile("a", 5)}e"), PathRules.Posix);
        Assert.True(metainfo.IsSingleFile);
        Assert.Equal((TorrentVersion.V2, "a"), (metainfo.Version, metainfo.Layout.Files[0].Path));
        Assert.Null(metainfo.Hashes.V1);
        Assert.True(metainfo.PieceHashes.IsEmpty);
        Assert.True(metainfo.HasAllPieceLayers);
    }

    [Fact]
    public void Files_start_pieces()
    {
        Metainfo metainfo = Metainfo.Load(V2($"d{TreeFile("a", 5)}1:bd{TreeFile("c", 0)}{TreeFile("d", 7)}ee"), PathRules.Posix);
        Assert.Equal(["t/a", "t/b/c", "t/b/d"], metainfo.Layout.Files.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal(2, metainfo.Layout.PieceCount);
        Assert.Equal([5, 7], new[] { 0, 1 }.Select(piece => metainfo.Layout.LengthOf(new PieceIndex(piece))));
    }

    [Theory]
    [InlineData("de", "info.file tree", "no files")]
    [InlineData("i1e", "info.file tree", "an integer where a dictionary belongs")]
    [InlineData("d1:ai1ee", "info.file tree.a", "an integer where a dictionary belongs")]
    [InlineData("d1:ad0:i1eee", "info.file tree.a", "an integer where a dictionary belongs")]
    [InlineData("d0:d6:lengthi1eee", "info.file tree", "empty name")]
    [InlineData("d1:ad0:d6:lengthi0ee1:bdeee", "info.file tree.a", "a file and a folder")]
    [InlineData("d1:ad0:deee", "info.file tree.a.length", "missing")]
    [InlineData("d1:ad0:d6:lengthi-5eeee", "info.file tree.a.length", "-5")]
    [InlineData("d1:ad0:d6:lengthi5eeee", "info.file tree.a.pieces root", "missing")]
    [InlineData("d1:ad0:d6:lengthi5e11:pieces root3:abceee", "info.file tree.a.pieces root", "3 bytes")]
    [InlineData("d1:ad0:d4:attr1:p6:lengthi0eeee", "info.file tree.a.attr", "filler")]
    [InlineData("d1:ad0:d4:attr1:l6:lengthi0eeee", "info.file tree.a.symlink path", "leads nowhere")]
    [InlineData("d1:bd0:d6:lengthi0eee1:ad0:d6:lengthi0eeee", "info", "out of order")]
    public void A_bad_file_tree_is_refused_with_what_and_where(string tree, string key, string reason)
    {
        // B5
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V2(tree), PathRules.Posix));
        Assert.Equal(key, refusal.Key);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_out_of_order_are_refused_inside_info_even_after_others()
    {
        // B5: the first disorder is outside of info, where it is only odd.
        byte[] torrent = Latin1($"d1:zi1e4:infod9:file treed{TreeFile("b", 5)}{TreeFile("a", 5)}e12:meta versioni2e4:name1:t12:piece lengthi16384eee");
        Assert.Equal("info", Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix)).Key);
    }

    [Theory]
    [InlineData("i8192e")]
    [InlineData("i16385e")]
    [InlineData("i49152e")]
    [InlineData("i536870912e")]
    public void A_piece_length_that_is_no_power_of_two_of_blocks_is_refused(string pieceLength)
        => Assert.Equal("info.piece length", Assert.Throws<MetainfoException>(() => Metainfo.Load(V2($"d{TreeFile("a", 5)}e", pieceLength), PathRules.Posix)).Key);

    [Theory]
    [InlineData("i3e")]
    [InlineData("i0e")]
    [InlineData("i1e")]
    [InlineData("1:2")]
    public void A_meta_version_that_is_not_known_is_refused(string version)
    {
        byte[] torrent = Latin1($"d4:infod9:file treed{TreeFile("a", 5)}e12:meta version{version}4:name1:t12:piece lengthi16384eee");
        Assert.Equal("info.meta version", Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix)).Key);
    }

    [Fact]
    public void A_file_tree_without_meta_version_is_refused()
    {
        byte[] torrent = Latin1($"d4:infod9:file treed{TreeFile("a", 5)}e4:name1:t12:piece lengthi16384eee");
        Assert.Equal("info.meta version", Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix)).Key);
    }

    [Fact]
    public void A_folder_tree_that_unfolds_to_too_much_memory_is_refused()
    {
        // B1, P6: some 3 MB whose paths together have over 64 Mi characters.
        string files = string.Concat(Enumerable.Range(10_000, 60_000).Select(i => $"5:{i}d0:d6:lengthi0eee"));
        string folder = new('f', 1500);
        byte[] torrent = V2($"d{Text(folder)}d{files}ee");
        Assert.Contains("paths longer", Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Piece_layers_are_kept_where_they_lead_to_the_root()
    {
        byte[] layer = [.. Enumerable.Repeat((byte)1, 32), .. Enumerable.Repeat((byte)2, 32)];
        Sha256Hash root = MerkleTree.RootOfLayer(layer, 0);
        Metainfo metainfo = Metainfo.Load(WithLayer(root, Text(System.Text.Encoding.Latin1.GetString(layer))), PathRules.Posix);
        Assert.Equal(layer, metainfo.PieceLayers[root].ToArray());
        Assert.True(metainfo.HasAllPieceLayers);
    }

    [Fact]
    public void Piece_layers_may_lack()
    {
        // B5: as with a magnet, peers can be asked for them.
        Metainfo metainfo = Metainfo.Load(V2($"d{TreeFile("a", 16385)}e"), PathRules.Posix);
        Assert.False(metainfo.HasAllPieceLayers);
        Assert.Contains("lacks 1 of 1", Assert.Single(metainfo.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("i1e", "an integer where a string belongs")]
    [InlineData("32:11111111111111111111111111111111", "32 bytes; the file's pieces make 64")]
    [InlineData("64:1111111111111111111111111111111122222222222222222222222222222222", "does not lead")]
    [InlineData("96:111111111111111111111111111111112222222222222222222222222222222233333333333333333333333333333333", "96 bytes")]
    public void A_bad_piece_layer_is_refused(string layer, string reason)
    {
        // B5
        Sha256Hash root = MerkleTree.RootOfLayer(new byte[64], 0);
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(WithLayer(root, layer), PathRules.Posix));
        Assert.Equal($"piece layers.{root}", refusal.Key);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_piece_layer_of_no_file_is_refused()
    {
        // B5
        string layers = $"d32:{new string('x', 32)}64:{new string('y', 64)}e";
        Assert.Contains("belongs to no file", Assert.Throws<MetainfoException>(
            () => Metainfo.Load(V2($"d{TreeFile("a", 5, 'x')}e", layers: layers), PathRules.Posix)).Message, StringComparison.Ordinal);
        Assert.Contains("3 bytes", Assert.Throws<MetainfoException>(
            () => Metainfo.Load(V2($"d{TreeFile("a", 5)}e", layers: "d3:abc0:e"), PathRules.Posix)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_files_of_one_root_and_different_lengths_are_refused()
        => Assert.Contains("another length", Assert.Throws<MetainfoException>(
            () => Metainfo.Load(V2($"d{TreeFile("a", 20_000)}{TreeFile("b", 40_000)}e"), PathRules.Posix)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("d6:lengthi5e4:pathl1:aee", "d6:lengthi7e4:pathl1:bee", null)]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "d6:lengthi7e4:pathl1:bee", "ok")]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "d6:lengthi7e4:pathl1:beed4:attr1:p6:lengthi16377ee", "ok")]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "", null)]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "d6:lengthi8e4:pathl1:bee", null)]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "d6:lengthi7e4:pathl1:cee", null)]
    [InlineData("d6:lengthi5e4:pathl1:aeed4:attr1:p6:lengthi16379ee", "d6:lengthi7e4:pathl1:beed6:lengthi0e4:pathl1:cee", null)]
    [InlineData("d6:lengthi7e4:pathl1:beed4:attr1:p6:lengthi16377ee", "d6:lengthi5e4:pathl1:aee", null)]
    public void The_two_lists_of_a_hybrid_have_to_agree(string first, string second, string? outcome)
    {
        // B5, B6
        byte[] torrent = Latin1(
            $"d4:infod9:file treed{TreeFile("a", 5)}{TreeFile("b", 7)}e5:filesl{first}{second}e12:meta versioni2e4:name1:t12:piece lengthi16384e6:pieces40:{OneHash}{OneHash}ee");
        if (outcome is null)
        {
            Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix));
            return;
        }

        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        Assert.Equal(TorrentVersion.Hybrid, metainfo.Version);
        Assert.True(metainfo.Hashes.IsHybrid);
        Assert.False(metainfo.Layout.StartsPiecesAtFiles);
        Assert.All(metainfo.Layout.Files, file => Assert.Equal(!file.IsPad, file.PiecesRoot is not null));
    }

    private static byte[] WithLayer(Sha256Hash root, string layer)
    {
        string key = System.Text.Encoding.Latin1.GetString(root.Bytes);
        return Latin1($"d4:infod9:file treed1:ad0:d6:lengthi32768e11:pieces root32:{key}eee12:meta versioni2e4:name1:a12:piece lengthi16384ee12:piece layersd32:{key}{layer}ee");
    }
}
