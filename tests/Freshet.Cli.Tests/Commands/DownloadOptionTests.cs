namespace Freshet.Cli.Tests.Commands;

public sealed class DownloadOptionTests
{
    // Every option of the command line as it was promised, in a form that works today.
    [Fact]
    public async Task Every_option_exists()
    {
        string help = (await Cli.RunAsync("download", "--help")).Out;
        string[] options =
        [
            "-o", "--select", "--priority", "--list", "--strategy", "--listen-port", "--bind", "--peer", "--tracker", "--no-trackers", "--no-dht", "--no-lsd", "--no-pex",
            "--no-port-mapping", "--utp", "--utp-congestion", "--encryption", "--encryption-incoming", "--seed-ratio", "--seed-time", "--seed-idle", "--seed-forever", "--max-downloads", "--max-seeds", "--max-active", "--on-complete", "--max-peers", "--pipeline", "--limit-down",
            "--limit-up", "--alt-limit-down", "--alt-limit-up", "--alt-schedule", "--no-lan-limits", "--check", "--state-dir", "--give-up-after", "--peer-timeout", "--request-timeout", "--status-file", "--json", "-q", "-v", "--log-file",
        ];
        Assert.All(options, option => Assert.Contains(option, help, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--utp", "carrier-pigeon")]
    [InlineData("--utp-congestion", "reno")]
    [InlineData("--strategy", "bogus")]
    [InlineData("--priority", "*.iso")]
    [InlineData("--priority", "*.iso=urgent")]
    [InlineData("--listen-port", "65536")]
    [InlineData("--listen-port", "x")]
    [InlineData("--bind", "here")]
    [InlineData("--peer", "1.2.3.4")]
    [InlineData("--tracker", "ftp://x")]
    [InlineData("--max-peers", "0")]
    [InlineData("--pipeline", "some")]
    [InlineData("--check", "twice")]
    [InlineData("--check", "1")]
    [InlineData("--give-up-after", "soon")]
    [InlineData("--give-up-after", "0s")]
    [InlineData("--peer-timeout", "-1s")]
    [InlineData("--seed-ratio", "much")]
    [InlineData("--seed-ratio", "-1")]
    [InlineData("--seed-time", "long")]
    [InlineData("--seed-idle", "0")]
    [InlineData("--max-downloads", "0")]
    [InlineData("--on-complete", "'unclosed")]
    [InlineData("--limit-down", "fast")]
    [InlineData("--limit-down", "-5")]
    [InlineData("--limit-up", "1023")]
    [InlineData("--alt-limit-up", "5 parsecs")]
    [InlineData("--alt-schedule", "mon 9-17")]
    public async Task A_value_that_makes_no_sense_is_a_usage_error(string option, string value)
    {
        CliResult result = await Cli.RunAsync("download", "x.torrent", option, value);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("say when", "--alt-limit-up", "100K")]
    [InlineData("--alt-limit-down or --alt-limit-up", "--alt-schedule", "mon-fri 09:00-17:30")]
    public async Task Alternative_limits_and_their_times_come_together(string expected, string option, string value)
    {
        CliResult result = await Cli.RunAsync("download", "x.torrent", option, value);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_taken()
    {
        using var folder = new TempFolder();
        string torrent = new TestTorrent("t", ("a.txt", 100)).WriteTorrent(folder);
        CliResult result = await Cli.RunAsync(
            "download", torrent, "--list", "--limit-down", "5M", "--limit-up", "500KB/s", "--alt-limit-up", "0", "--alt-schedule", "daily 22:00-06:00", "--no-lan-limits");
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
    }

    [Fact]
    public async Task Off_forms_are_taken()
    {
        using var folder = new TempFolder();
        string torrent = new TestTorrent("t", ("a.txt", 100), ("b.txt", 200)).WriteTorrent(folder);
        CliResult result = await Cli.RunAsync(
            "download", torrent, "--list", "--utp", "off", "--utp-congestion", "cubic", "--encryption", "off", "--seed-ratio", "0", "--seed-time", "0s", "--limit-down", "0",
            "--limit-up", "off", "--no-dht", "--no-lsd", "--no-pex", "--no-port-mapping", "--pipeline", "auto", "--max-peers", "5", "--check", "none",
            "--peer", "1.2.3.4:5", "--peer", "[::1]:6", "--tracker", "udp://t.example:1", "--bind", "127.0.0.1", "--request-timeout", "5s");
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("t/b.txt", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_named_and_the_code_is_4()
    {
        CliResult result = await Cli.RunAsync("download", "/nowhere/x.torrent");
        Assert.Equal(ExitCode.SourceUnreadable, result.ExitCode);
        Assert.Contains("/nowhere/x.torrent", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_torrents_is_named()
    {
        using var folder = new TempFolder();
        CliResult result = await Cli.RunAsync("download", folder.Path);
        Assert.Equal(ExitCode.SourceUnreadable, result.ExitCode);
        Assert.Contains("no file that ends in .torrent", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_for_programs_is_one_document()
    {
        using var folder = new TempFolder();
        string torrent = new TestTorrent("t", ("a", 100)).WriteTorrent(folder);
        using var document = System.Text.Json.JsonDocument.Parse((await Cli.RunAsync("download", torrent, "--list", "--json")).Out);
        Assert.Equal("t", document.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task All_torrents_of_a_folder_are_listed()
    {
        using var folder = new TempFolder();
        new TestTorrent("first", ("a", 1)).WriteTorrent(folder, "1.torrent");
        new TestTorrent("second", ("b", 1)).WriteTorrent(folder, "2.torrent");
        CliResult result = await Cli.RunAsync("download", "--list", folder.Path);
        Assert.Contains("first/a", result.Out, StringComparison.Ordinal);
        Assert.Contains("second/b", result.Out, StringComparison.Ordinal);
    }
}
