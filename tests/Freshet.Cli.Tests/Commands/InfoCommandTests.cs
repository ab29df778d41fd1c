using System.Text.Json;

namespace Freshet.Cli.Tests.Commands;

public sealed class InfoCommandTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly TempFolder _folder = new();

    private readonly TestTorrent _torrent = new("an album", ("one.flac", 40_000), ("art/cover.jpg", 5_000))
    {
        Trackers = [$"https://tracker.example/{Secret}/announce", "udp://other.example:6969"],
        Comment = $"see http://u:word@x.example/?key={Secret}",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_shows_the_facts()
    {
        CliResult result = await Cli.RunAsync("info", _torrent.WriteTorrent(_folder), "--files", "--trackers", "--pieces");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Contains("Name          an album", result.Out, StringComparison.Ordinal);
        Assert.Contains("Size          43.9 KiB (45,000 bytes)", result.Out, StringComparison.Ordinal);
        Assert.Contains("Pieces        3 pieces of 16 KiB", result.Out, StringComparison.Ordinal);
        Assert.Contains("     1    4.88 KiB  an album/art/cover.jpg", result.Out, StringComparison.Ordinal);
        Assert.Contains("udp://other.example:6969", result.Out, StringComparison.Ordinal);
    }

    // THREATS H5: not even the owner's own screen shows a passkey, for screens are shared.
    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("--raw")]
    [InlineData("--raw", "--json")]
    [InlineData("--trackers", "--files", "--pieces", "--json")]
    [InlineData("--trackers")]
    public async Task No_output_has_a_passkey(params string[] options)
    {
        CliResult result = await Cli.RunAsync(["info", _torrent.WriteTorrent(_folder), .. options]);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.DoesNotContain(Secret, result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        CliResult result = await Cli.RunAsync("info", _torrent.WriteTorrent(_folder), "--json", "--files", "--trackers", "--pieces");
        using JsonDocument document = JsonDocument.Parse(result.Out);
        JsonElement root = document.RootElement;
        Assert.Equal("an album", root.GetProperty("name").GetString());
        Assert.Equal(45_000, root.GetProperty("size").GetInt64());
        Assert.Equal(3, root.GetProperty("pieces").GetArrayLength());
        Assert.Equal(2, root.GetProperty("trackers").GetArrayLength());
        Assert.Equal("an album/one.flac", root.GetProperty("files")[0].GetProperty("path").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("infoHashV2").ValueKind);
    }

    // THREATS B13: the terminal never gets an escape sequence of a stranger.
    [Theory]
    [InlineData]
    [InlineData("--raw")]
    [InlineData("--files")]
    [InlineData("--json")]
    public async Task Escape_sequences_in_names_do_nothing(params string[] options)
    {
        var torrent = new TestTorrent("evil\u001b]0;title\u0007\u202E", ("a\u001b[2J", 5), ("b\u009b1m", 6)) { Comment = "c\u001b[1m\r\nName  fake" };
        CliResult result = await Cli.RunAsync(["info", torrent.WriteTorrent(_folder), .. options]);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.DoesNotContain(result.Out, c => char.IsControl(c) && c is not ('\n' or '\r'));
        Assert.DoesNotContain("\u202E", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Out.Split('\n'), line => line.StartsWith("Name  fake", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_torrent_comes_from_standard_input_too()
    {
        CliResult result = await Cli.RunAsync(new RunOptions { Input = _torrent.ToBytes() }, "info", "-");
        Assert.Contains("an album", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        CliResult result = await Cli.RunAsync("info", _folder.At("none.torrent"));
        Assert.Equal(ExitCode.SourceUnreadable, result.ExitCode);
        Assert.Contains("none.torrent: there is no such file", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_with_the_place()
    {
        string path = _folder.At("bad.torrent");
        File.WriteAllText(path, "d4:infod6:lengthi-5eee");
        CliResult result = await Cli.RunAsync("info", path);
        Assert.Equal(ExitCode.VerifyFailed, result.ExitCode);
        Assert.Contains(path, result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync("info", path, "--raw");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("length: -5", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_shows_where_a_file_stops_to_be_bencoded()
    {
        CliResult result = await Cli.RunAsync(new RunOptions { Input = "d1:ai5e"u8.ToArray() }, "info", "-", "--raw");
        Assert.Equal(ExitCode.VerifyFailed, result.ExitCode);
        Assert.Contains("at byte 7", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder_hybrid_16k.torrent", "hybrid")]
    [InlineData("folder_v2only_16k.torrent", "v2")]
    public async Task Hybrids_and_v2_are_shown(string name, string version)
    {
        string? corpora = Environment.GetEnvironmentVariable("FRESHET_CORPORA");
        Assert.SkipWhen(corpora is null or "", "FRESHET_CORPORA is not set");
        CliResult result = await Cli.RunAsync("info", Path.Combine(corpora, "v2-oracle", name), "--json", "--pieces");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Out);
        Assert.Equal(version, document.RootElement.GetProperty("version").GetString());
        Assert.Equal(64, document.RootElement.GetProperty("infoHashV2").GetString()!.Length);
    }
}
