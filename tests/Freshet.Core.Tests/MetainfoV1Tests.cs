using System.Security.Cryptography;
using static Freshet.Core.Tests.TorrentBytes;

namespace Freshet.Core.Tests;

public sealed class MetainfoV1Tests
{
    [Fact]
    public void A_single_file_is_read_whole()
    {
        byte[] torrent = Latin1(
            "d8:announce9:http://a/13:announce-listll10:http://b/x10:http://b/yel9:udp://c:1ee7:comment2:hi10:created by4:make13:creation datei1000000000e"
            + "9:httpseedsl9:http://h/e4:infod4:attr1:x6:lengthi5e4:name5:a.bin12:piece lengthi16384e6:pieces20:" + OneHash + "7:privatei1e6:source3:ABCe"
            + "5:nodesll4:nodei6881eee8:url-list12:http://s/a be");
        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        Assert.Equal(TorrentVersion.V1, metainfo.Version);
        Assert.Equal("a.bin", metainfo.Name);
        Assert.True(metainfo.IsSingleFile);
        FileEntry file = Assert.Single(metainfo.Layout.Files);
        Assert.Equal(("a.bin", 5L, FileAttributesBep47.Executable), (file.Path, file.Length, file.Attributes));
        Assert.Equal([["http://b/x", "http://b/y"], ["udp://c:1"]], metainfo.Trackers);
        Assert.Equal(["http://s/a%20b"], metainfo.UrlSeeds);
        Assert.Equal(["http://h/"], metainfo.HttpSeeds);
        Assert.Equal([("node", 6881)], metainfo.Nodes);
        Assert.True(metainfo.IsPrivate);
        Assert.Equal(("ABC", "hi", "make"), (metainfo.Source, metainfo.Comment, metainfo.CreatedBy));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000_000), metainfo.CreationDate);
        Assert.Equal(Latin1(OneHash), metainfo.PieceHash(new PieceIndex(0)).Bytes);
        Assert.Empty(metainfo.Warnings);
    }

    /// <summary>BEP 38: beside the info dictionary and in it; each once, what is no hash left out.</summary>
    [Fact]
    public void Similar_torrents_and_collections_are_merged_from_both_places()
    {
        string a = new('a', 20), b = new('b', 20);
        byte[] torrent = Latin1(
            $"d11:collectionsl1:x1:ye4:infod11:collectionsl1:y1:ze6:lengthi5e4:name1:n12:piece lengthi16384e6:pieces20:{OneHash}7:similarl20:{b}3:odd20:{a}ee7:similarl20:{a}ee");
        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        Assert.Equal([a, b], metainfo.SimilarTorrents.Select(static hash => System.Text.Encoding.Latin1.GetString(hash.Bytes)), StringComparer.Ordinal);
        Assert.Equal(["x", "y", "z"], metainfo.Collections, StringComparer.Ordinal);
    }

    [Fact]
    public void Of_similar_torrents_and_collections_a_hundred_are_kept()
    {
        string similar = string.Concat(Enumerable.Range(0, 150).Select(static i => $"20:{i:D20}"));
        string collections = string.Concat(Enumerable.Range(0, 150).Select(static i => $"3:{i:D3}"));
        Metainfo metainfo = Metainfo.Load(
            Latin1($"d11:collectionsl{collections}e4:infod6:lengthi5e4:name1:n12:piece lengthi16384e6:pieces20:{OneHash}e7:similarl{similar}ee"), PathRules.Posix);
        Assert.Equal((MetainfoLimits.MaxRelatives, MetainfoLimits.MaxRelatives), (metainfo.SimilarTorrents.Count, metainfo.Collections.Count));
    }

    [Fact]
    public void Several_files_lie_in_the_folder_of_the_torrents_name()
    {
        Metainfo metainfo = Metainfo.Load(WithFiles((["x", "a"], 3), (["b"], 0), (["c"], 4)), PathRules.Posix);
        Assert.False(metainfo.IsSingleFile);
        Assert.Equal(["t/x/a", "t/b", "t/c"], metainfo.Layout.Files.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal([0L, 3L, 3L], metainfo.Layout.Files.Select(file => file.Offset));
    }

    [Fact]
    public void The_info_hash_is_over_the_bytes_as_they_stood()
    {
        // B3: keys out of order, and a key that nobody knows.
        byte[] torrent = V1("5:zeldali1ee6:lengthi5e");
        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        byte[] info = torrent[7..^1];
        Assert.Equal(info, metainfo.InfoBytes.ToArray());
        Assert.Equal(new Sha1Hash(SHA1.HashData(info)), metainfo.Hashes.V1);
        Assert.Contains("out of order (at byte 20)", Assert.Single(metainfo.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "info.length", "missing")]
    [InlineData("6:lengthi-1e", "info.length", "-1")]
    [InlineData("6:length1:5", "info.length", "a string where an integer belongs")]
    [InlineData("6:lengthi281474976710656e", "info.length", "281474976710655")]
    [InlineData("6:lengthi9223372036854775807e", "info.length", "281474976710655")]
    [InlineData("6:lengthi0e", "info", "no data")]
    [InlineData("6:lengthi16385e", "info.pieces", "2 pieces")]
    [InlineData("5:filesle", "info.files", "is empty")]
    [InlineData("5:filesi1e", "info.files", "an integer where a list belongs")]
    [InlineData("5:filesli1ee", "info.files[0]", "an integer where a dictionary belongs")]
    [InlineData("5:filesld6:lengthi1eee", "info.files[0].path", "missing")]
    [InlineData("5:filesld6:lengthi1e4:pathleee", "info.files[0].path", "is empty")]
    [InlineData("5:filesld6:lengthi1e4:path1:aee", "info.files[0].path", "a string where a list belongs")]
    [InlineData("5:filesld6:lengthi1e4:pathl1:aeed6:lengthi1e4:pathl1:ai1eeee", "info.files[1].path[1]", "an integer where a string belongs")]
    public void A_bad_list_of_files_is_refused_with_what_and_where(string entries, string key, string reason)
    {
        // B4
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V1(entries), PathRules.Posix));
        Assert.Equal(key, refusal.Key);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("i0e")]
    [InlineData("i-16384e")]
    [InlineData("i536854529e")]
    [InlineData("i4294983680e")]
    [InlineData("5:16384")]
    public void A_bad_piece_length_is_refused(string pieceLength)
    {
        // B4
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V1("6:lengthi5e", pieceLength: pieceLength), PathRules.Posix));
        Assert.Equal("info.piece length", refusal.Key);
    }

    [Fact]
    public void Lengths_that_sum_up_past_the_limit_are_refused_before_they_overflow()
    {
        // B4
        string files = string.Concat(Enumerable.Repeat("d6:lengthi281474976710655e4:pathl1:aee", 200));
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(WithFileList(files), PathRules.Posix));
        Assert.Contains("281474976710655 bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_pieces_than_the_limit_are_refused()
    {
        // B4
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V1("6:lengthi2097153e", pieceLength: "i1e"), PathRules.Posix));
        Assert.Contains("2097153 pieces", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_the_limit_is_refused_unread()
    {
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(new byte[MetainfoLimits.MaxFileBytes + 1], PathRules.Posix));
        Assert.Contains("33554433 bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de", "info", -1)]
    [InlineData("d4:infoi1ee", "info", 7)]
    [InlineData("le", "", 0)]
    [InlineData("d4:infod6:lengthi5e", "", 19)]
    public void What_is_no_torrent_is_refused(string text, string key, int position)
    {
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(Latin1(text), PathRules.Posix));
        Assert.Equal((key, position), (refusal.Key, refusal.Position));
    }

    [Theory]
    [InlineData("6:lengthi5e6:lengthi5e", "")]
    [InlineData("1:xd1:ai1e1:ai1ee6:lengthi5e", "")]
    [InlineData("6:lengthi5e", "1:ai1e1:ai1e")]
    public void A_key_that_is_there_twice_is_refused_anywhere(string entries, string top)
    {
        // B2
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V1(entries, top: top), PathRules.Posix));
        Assert.Contains("a key twice", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Position > 0);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        // B1
        string deep = new('l', 1_000_000);
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(Latin1($"d4:info{deep}"), PathRules.Posix));
        Assert.Contains("too deeply", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_after_the_torrent_are_let_pass_with_a_warning()
        => Assert.Contains("follow the torrent", Assert.Single(Metainfo.Load(Latin1(System.Text.Encoding.Latin1.GetString(V1("6:lengthi5e")) + "\n"), PathRules.Posix).Warnings), StringComparison.Ordinal);

    [Fact]
    public void Variants_in_utf_8_come_first()
    {
        string name = Utf8("größe");
        string path = Utf8("日本");
        byte[] torrent = V1(
            $"5:filesld6:lengthi5e4:pathl1:?e10:path.utf-8l{Text(path)}eee", $"4:name1:?10:name.utf-8{Text(name)}", top: $"7:comment1:?13:comment.utf-8{Text(name)}");
        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        Assert.Equal(("größe", "größe/日本", "größe"), (metainfo.Name, metainfo.Layout.Files[0].Path, metainfo.Comment));
    }

    [Theory]
    [InlineData("3:GBK", "\xC4\xE3\xBA\xC3", "你好")]
    [InlineData("12:windows-1251", "\xCF\xF0\xE8", "При")]
    [InlineData("10:iso-8859-1", "gr\xFC\x6E", "grün")]
    [InlineData("5:UTF-8", "gr\xFC\x6E", "gr_n")]
    [InlineData("7:klingon", "gr\xFC\x6E", "gr_n")]
    [InlineData("3:GBK", "gr\xC3\xBCn", "grün")]
    public void Text_that_is_no_utf_8_is_read_in_the_encoding_that_is_declared(string encoding, string name, string expected)
    {
        if (encoding.StartsWith("12:", StringComparison.Ordinal))
            encoding = Text("windows-1251");
        Metainfo metainfo = Metainfo.Load(V1("6:lengthi5e", $"4:name{Text(name)}", top: $"8:encoding{encoding}"), PathRules.Posix);
        Assert.Equal(expected, metainfo.Name);
    }

    [Fact]
    public void Filler_is_marked_and_needs_no_path()
    {
        Metainfo metainfo = Metainfo.Load(
            WithFileList("d6:lengthi1e4:pathl1:aeed4:attr1:p6:lengthi2eed4:attr1:p6:lengthi3e4:pathl4:.pad1:3eed6:lengthi4e4:pathl18:_____padding_file_ee"), PathRules.Posix);
        Assert.Equal([false, true, true, true], metainfo.Layout.Files.Select(file => file.IsPad));
        Assert.Equal([true, false, false, false], metainfo.Layout.Files.Select(file => file.IsStored));
    }

    [Fact]
    public void A_link_is_listed_and_never_stored()
    {
        // P2
        Metainfo metainfo = Metainfo.Load(
            WithFileList("d6:lengthi1e4:pathl1:aeed4:attr1:l6:lengthi9e4:pathl1:be12:symlink pathl2:..3:etc6:passwdeed4:attr1:l4:pathl1:cee"), PathRules.Posix);
        FileEntry link = metainfo.Layout.Files[1];
        Assert.Equal((0L, "etc/passwd", false), (link.Length, link.SymlinkTarget, link.IsStored));

        // One that leads nowhere is an empty file.
        Assert.True(metainfo.Layout.Files[2].IsStored);
        Assert.Contains("leads nowhere", Assert.Single(metainfo.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7:privatei1e", true)]
    [InlineData("7:privatei7e", true)]
    [InlineData("7:private1:0", true)]
    [InlineData("7:privatei0e", false)]
    [InlineData("", false)]
    public void A_torrent_is_private_in_doubt(string entry, bool isPrivate)
        => Assert.Equal(isPrivate, Metainfo.Load(V1("6:lengthi5e", afterwards: entry), PathRules.Posix).IsPrivate);

    [Fact]
    public void Trackers_that_are_no_use_are_left_out()
    {
        byte[] torrent = V1(
            "6:lengthi5e", top: "8:announce8:http://z13:announce-listl0:lel0:i1e8:file:///6:a:1/an8:http://ael8:http://a8:http://be9:udp://c:1e");
        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        Assert.Equal([["http://a"], ["http://b"], ["udp://c:1"]], metainfo.Trackers);
        Assert.Equal(3, metainfo.Warnings.Count);
    }

    [Fact]
    public void Announce_counts_where_the_list_of_tiers_has_nothing()
        => Assert.Equal([["http://z"]], Metainfo.Load(V1("6:lengthi5e", top: "8:announce8:http://z13:announce-listll0:ee"), PathRules.Posix).Trackers);

    [Fact]
    public void Floods_of_trackers_are_cut_off()
    {
        string tiers = string.Concat(Enumerable.Range(10_000, 5_000).Select(i => $"l{Text($"http://{i}")}e"));
        Metainfo metainfo = Metainfo.Load(V1("6:lengthi5e", top: $"13:announce-listl{tiers}e"), PathRules.Posix);
        Assert.Equal(MetainfoLimits.MaxUrls, metainfo.Trackers.Count);
        Assert.Equal(MetainfoLimits.MaxWarnings + 1, metainfo.Warnings.Count);
    }

    [Fact]
    public void Messages_and_warnings_can_be_shown_in_a_terminal()
    {
        // P4
        string evil = "\u001b[2J\u0007" + Utf8("\u202E");
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(V2($"d{Text(evil)}i1ee"), PathRules.Posix));
        Assert.DoesNotContain(refusal.Message, character => char.IsControl(character) || character == '\u202E');
        Metainfo metainfo = Metainfo.Load(WithFiles(([evil], 1), ([evil], 2)), PathRules.Posix);
        Assert.DoesNotContain(string.Concat(metainfo.Warnings), character => char.IsControl(character) || character == '\u202E');
    }
}
