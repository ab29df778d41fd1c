using Freshet.Abstractions;
using System.Net;
using Freshet.Cli.Parsing;
using Freshet.Core;

namespace Freshet.Cli.Tests.Parsing;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("30", 30)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("500ms", 0.5)]
    public void Durations_are_read(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("5m 3")]
    [InlineData("-5s")]
    [InlineData("5m3")]
    [InlineData("1e9d")]
    [InlineData("99999999999999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("1.2.3.4:80", "1.2.3.4:80")]
    [InlineData("[::1]:6881", "[::1]:6881")]
    [InlineData("peer.example:1", "Unspecified/peer.example:1")]
    public void Peers_are_read(string text, string expected)
    {
        Assert.True(PeerText.TryParse(text, out EndPoint? peer));
        Assert.Equal(expected, peer!.ToString());
    }

    [Theory]
    [InlineData("1.2.3.4")]
    [InlineData("1.2.3.4:0")]
    [InlineData("1.2.3.4:65536")]
    [InlineData("::1:6881")]
    [InlineData(":80")]
    [InlineData("a b:80")]
    public void What_is_no_peer_is_refused(string text) => Assert.False(PeerText.TryParse(text, out _));

    [Theory]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("64m", 64L << 20)]
    [InlineData("500KB", 500_000)]
    [InlineData("1000", 1000)]
    [InlineData("1.5GiB", 3L << 29)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out long size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("MiB")]
    [InlineData("5 apples")]
    [InlineData("")]
    public void What_is_no_size_is_refused(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1-2", "1,2")]
    [InlineData("*.TXT", "0,2")]
    [InlineData("sub/*", "1,2")]
    [InlineData("t/sub/b.bin", "1")]
    [InlineData("?.bin", "1")]
    public void Files_are_selected_by_index_and_pattern(string pattern, string expected)
    {
        Metainfo metainfo = Metainfo.Load(new TestTorrent("t", ("a.txt", 10), ("sub/b.bin", 20), ("sub/c.txt", 30)).ToBytes());
        Func<FileEntry, FilePriority> priority = new FileSelection([pattern], []).For(metainfo)!;
        Assert.Equal(expected, string.Join(',', metainfo.Layout.Files.Where(file => priority(file) == FilePriority.Normal).Select(file => file.Index)));
        Assert.All(metainfo.Layout.Files, file => Assert.True(priority(file) is FilePriority.Normal or FilePriority.Skip));
    }

    [Theory]
    [InlineData("*.txt=high", "High,Normal,High")]
    [InlineData("*=low 1=high 2=skip", "Low,High,Skip")]
    [InlineData("0-1=SKIP", "Skip,Skip,Normal")]
    public void Priorities_are_given_by_index_and_pattern_and_the_last_that_fits_counts(string rules, string expected)
    {
        Metainfo metainfo = Metainfo.Load(new TestTorrent("t", ("a.txt", 10), ("sub/b.bin", 20), ("sub/c.txt", 30)).ToBytes());
        Func<FileEntry, FilePriority> priority = new FileSelection([], [.. rules.Split(' ').Select(Rule)]).For(metainfo)!;
        Assert.Equal(expected, string.Join(',', metainfo.Layout.Files.Select(priority)));
    }

    [Fact]
    public void A_priority_adds_to_what_is_selected()
    {
        Metainfo metainfo = Metainfo.Load(new TestTorrent("t", ("a.txt", 10), ("sub/b.bin", 20), ("sub/c.txt", 30)).ToBytes());
        Func<FileEntry, FilePriority> priority = new FileSelection(["a.txt"], [Rule("b.bin=low")]).For(metainfo)!;
        Assert.Equal("Normal,Low,Skip", string.Join(',', metainfo.Layout.Files.Select(priority)));
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("=high")]
    [InlineData("a.txt=highest")]
    [InlineData("a.txt=2")]
    [InlineData("")]
    public void What_is_no_priority_is_refused(string text) => Assert.False(FilePriorityRule.TryParse(text, out _));

    [Fact]
    public void A_priority_that_fits_no_file_is_refused()
    {
        Metainfo metainfo = Metainfo.Load(new TestTorrent("t", ("a.txt", 10)).ToBytes());
        CommandFailure failure = Assert.Throws<CommandFailure>(() => new FileSelection([], [Rule("x=y.iso=low")]).For(metainfo));
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains("--priority x=y.iso fits", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_selection_that_fits_no_file_is_refused()
    {
        Metainfo metainfo = Metainfo.Load(new TestTorrent("t", ("a.txt", 10)).ToBytes());
        CommandFailure failure = Assert.Throws<CommandFailure>(() => new FileSelection(["*.txt", "*.iso"], []).For(metainfo));
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains("--select *.iso", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_pattern_everything_is_selected()
        => Assert.Null(new FileSelection([], []).For(Metainfo.Load(new TestTorrent("t", ("a.txt", 10)).ToBytes())));

    private static FilePriorityRule Rule(string text)
    {
        Assert.True(FilePriorityRule.TryParse(text, out FilePriorityRule? rule));
        return rule!;
    }

    [Theory]
    [InlineData("cp -a", "cp|-a")]
    [InlineData("  /bin/echo  'one  two'  \"three four\" ", "/bin/echo|one  two|three four")]
    [InlineData("a '' b", "a||b")]
    [InlineData("a \"say \\\"x\\\"\" b\\ c", "a|say \"x\"|b c")]
    [InlineData("'C:\\Program Files\\x.exe' C:\\y", "C:\\Program Files\\x.exe|C:\\y")]
    [InlineData("echo $(x) `y` *|z;", "echo|$(x)|`y`|*", "z;")]
    public void A_command_is_parted_into_words_and_nothing_else(string text, string first, string? afterBar = null)
    {
        Assert.True(CommandWords.TryParse(text, out string[]? words));
        Assert.Equal(afterBar is null ? first : $"{first}|{afterBar}", string.Join('|', words!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("'x")]
    [InlineData("x \"y")]
    [InlineData("'' x")]
    public void What_is_no_command_is_refused(string text) => Assert.False(CommandWords.TryParse(text, out _));
}
