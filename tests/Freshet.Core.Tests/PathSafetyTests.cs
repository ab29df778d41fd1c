using static Freshet.Core.Tests.TorrentBytes;

namespace Freshet.Core.Tests;

public sealed class PathSafetyTests
{
    [Theory]
    [InlineData("..", "_", "_")]
    [InlineData(".", "_", "_")]
    [InlineData("...", "...", "_")]
    [InlineData("", "_", "_")]
    [InlineData("/etc/passwd", "etcpasswd", "etcpasswd")]
    [InlineData("..\\..\\x", "....x", "....x")]
    [InlineData("C:\\x", "C:x", "C_x")]
    [InlineData("a\0b", "a_b", "a_b")]
    [InlineData("\u001b[31mred", "_[31mred", "_[31mred")]
    [InlineData("a\u202Egpj.exe", "agpj.exe", "agpj.exe")]
    [InlineData("a\u200B\uFEFFb", "ab", "ab")]
    [InlineData("con", "con", "_con")]
    [InlineData("NUL.txt", "NUL.txt", "_NUL.txt")]
    [InlineData("Com1 .tar.gz", "Com1 .tar.gz", "_Com1 .tar.gz")]
    [InlineData("LPT³", "LPT³", "_LPT³")]
    [InlineData("console", "console", "console")]
    [InlineData("end. . ", "end. . ", "end")]
    [InlineData("a<b>?*|\"", "a<b>?*|\"", "a_b_____")]
    [InlineData("stream:$DATA", "stream:$DATA", "stream_$DATA")]
    public void Names_are_made_safe_for_their_target(string name, string posix, string windows)
    {
        // P1, P3, P4
        Assert.Equal(posix, PathSanitizer.Sanitize(name, PathRules.Posix));
        Assert.Equal(windows, PathSanitizer.Sanitize(name, PathRules.Windows));
    }

    [Fact]
    public void Long_names_are_cut_and_keep_their_extension()
    {
        // P3, P6
        string name = new string('é', 300) + ".torrent";
        string posix = PathSanitizer.Sanitize(name, PathRules.Posix);
        Assert.Equal(new string('é', 120) + ".torrent", posix);
        Assert.Equal(new string('é', 240) + ".torrent", PathSanitizer.Sanitize(name, PathRules.Windows));
        Assert.Equal(240, PathSanitizer.Sanitize(new string('a', 1_000_000), PathRules.Posix).Length);
    }

    [Fact]
    public void A_long_device_name_is_its_own_safe_form()
    {
        // Found by fuzzing: the "_" before a device's name made it longer than names are.
        string safe = PathSanitizer.Sanitize("com1." + new string('l', 500), PathRules.Windows);
        Assert.Equal(safe, PathSanitizer.Sanitize(safe, PathRules.Windows));
        Assert.StartsWith("_com1.", safe, StringComparison.Ordinal);
        Assert.Equal("_con", PathSanitizer.Sanitize("con" + new string(' ', 500), PathRules.Windows));
    }

    [Theory]
    [InlineData("../../etc/x", "t/....etcx")]
    [InlineData("/abs", "t/abs")]
    public void No_path_leaves_the_torrents_folder(string element, string path)
        => Assert.Equal(path, Metainfo.Load(WithFiles(([element], 1)), PathRules.Posix).Layout.Files[0].Path);

    [Fact]
    public void Elements_that_name_parents_become_harmless()
    {
        // P1
        Assert.Equal("t/_/_/x", Metainfo.Load(WithFiles((["..", ".", "x"], 1)), PathRules.Posix).Layout.Files[0].Path);
        Assert.Equal("../../x", Metainfo.Load(WithFiles((["..", "..", "x"], 1)), PathRules.Posix).Layout.Files[0].OriginalPath[2..]);
    }

    [Fact]
    public void A_folder_whose_name_is_not_safe_is_named_by_the_hash_and_a_file_is_refused()
    {
        // P1
        Metainfo metainfo = Metainfo.Load(V1("5:filesld6:lengthi1e4:pathl1:aeee", "4:name2:.."), PathRules.Posix);
        Assert.Equal(metainfo.Hashes.ToString(), metainfo.Name);
        Assert.Equal($"{metainfo.Hashes}/a", metainfo.Layout.Files[0].Path);
        Assert.Equal("info.name", Assert.Throws<MetainfoException>(() => Metainfo.Load(V1("6:lengthi1e", "4:name2:.."), PathRules.Posix)).Key);
        Assert.Equal("info.name", Assert.Throws<MetainfoException>(() => Metainfo.Load(V1("6:lengthi1e", "4:name0:"), PathRules.Posix)).Key);
    }

    [Fact]
    public void Paths_that_collide_get_numbers()
    {
        // P5
        Metainfo metainfo = Metainfo.Load(
            WithFiles((["a.txt"], 1), (["A.TXT"], 1), (["a.1.txt"], 1), (["dir"], 1), (["dir", "x"], 1), (["dir", "x", "y"], 1)), PathRules.Posix);
        Assert.Equal(["t/a.txt", "t/A.1.TXT", "t/a.1.1.txt", "t/dir.1", "t/dir/x.1", "t/dir/x/y"], metainfo.Layout.Files.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal("t/A.TXT", metainfo.Layout.Files[1].OriginalPath);
        Assert.Equal(4, metainfo.Warnings.Count);
    }

    [Fact]
    public void Thousands_of_duplicates_are_refused()
    {
        // P5
        Assert.Equal(501, Metainfo.Load(WithFiles([.. Enumerable.Repeat((new[] { "a" }, 1L), 501)]), PathRules.Posix).Layout.Files.Count);
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(WithFiles([.. Enumerable.Repeat((new[] { "a" }, 1L), 502)]), PathRules.Posix));
        Assert.Contains("more than 500", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_of_more_than_a_hundred_elements_are_refused()
    {
        // P6
        string[] deep = [.. Enumerable.Repeat("d", 100)];
        Assert.Single(Metainfo.Load(WithFiles((deep, 1)), PathRules.Posix).Layout.Files);
        Assert.Equal("info.files[0].path", Assert.Throws<MetainfoException>(() => Metainfo.Load(WithFiles(([.. deep, "d"], 1)), PathRules.Posix)).Key);
    }

    [Fact]
    public void The_name_of_a_folder_is_not_kept_whole_for_every_file()
    {
        // P6: a name of 10,000 characters, some thousand files.
        byte[] torrent = V1(
            $"5:filesl{string.Concat(Enumerable.Range(0, 1000).Select(i => $"d6:lengthi1e4:pathl{Text($"{i}")}ee"))}e", $"4:name{Text(new string('n', 10_000))}");
        Assert.All(Metainfo.Load(torrent, PathRules.Posix).Layout.Files, file => Assert.True(file.OriginalPath.Length < 300));
    }

    [Fact]
    public void Distinct_folders_of_deep_paths_cost_no_more_than_their_names()
    {
        // P5, P6: the folders' paths written out would take some 500 MB.
        byte[] torrent = WithFiles([.. Enumerable.Range(0, 5_000).Select(i => (new[] { $"{i}" }.Concat(Enumerable.Repeat("twenty_characters_long", 98)).ToArray(), 1L))]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(5_000, Metainfo.Load(torrent, PathRules.Posix).Layout.Files.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 250_000_000);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b]0;x\u0007", "\uFFFD]0;x\uFFFD")]
    [InlineData("a\u202Eb\u2066c", "a\uFFFDb\uFFFDc")]
    [InlineData("\u0085", "\uFFFD")]
    public void Shown_text_moves_no_cursor(string text, string shown) => Assert.Equal(shown, DisplayText.Safe(text));

    [Fact]
    public void Shown_text_is_cut() => Assert.Equal("abc…", DisplayText.Safe("abcdef", 3));
}
