using System.Text.Json;

namespace Freshet.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTorrent _torrent = new("t", ("a.bin", 40_000), ("sub/b.bin", 100_000), ("empty", 0));
    private readonly string _file;

    public VerifyCommandTests()
    {
        _file = _torrent.WriteTorrent(_folder);
        _torrent.WriteContent(_folder.At("data"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("data")]
    [InlineData("data", "t")]
    public async Task Right_data_is_found_right(params string[] place)
    {
        CliResult result = await Cli.RunAsync("verify", _file, _folder.At(place));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("3 of 3 files and 9 of 9 pieces right", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_folder_is_taken_for_the_torrents_own()
    {
        Directory.Move(_folder.At("data", "t"), _folder.At("renamed"));
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("verify", _file, _folder.At("renamed"))).ExitCode);
    }

    [Fact]
    public async Task A_single_file_may_be_named_itself()
    {
        var single = new TestTorrent("one.bin", ("", 50_000));
        single.WriteContent(_folder.At("single"));
        File.Move(_folder.At("single", "one.bin"), _folder.At("single", "other.bin"));
        string torrent = single.WriteTorrent(_folder, "single.torrent");
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("verify", torrent, _folder.At("single", "other.bin"))).ExitCode);
        Assert.Equal(ExitCode.VerifyFailed, (await Cli.RunAsync("verify", torrent, _folder.At("single"))).ExitCode);
    }

    [Fact]
    public async Task Damage_is_reported_by_file()
    {
        string path = _folder.At("data", "t", "sub", "b.bin");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[60_000] ^= 1;
        File.WriteAllBytes(path, bytes);
        CliResult result = await Cli.RunAsync("verify", _file, _folder.At("data"));
        Assert.Equal(ExitCode.VerifyFailed, result.ExitCode);
        Assert.Contains("BAD  t/sub/b.bin: 1 of 7 pieces bad", result.Out, StringComparison.Ordinal);
        Assert.Contains("ok   t/a.bin", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_short_and_long_files_are_told_apart()
    {
        File.Delete(_folder.At("data", "t", "empty"));
        File.AppendAllText(_folder.At("data", "t", "a.bin"), "more");
        CliResult result = await Cli.RunAsync("verify", _file, _folder.At("data"), "--json");
        Assert.Equal(ExitCode.VerifyFailed, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Out);
        JsonElement files = document.RootElement.GetProperty("files");
        Assert.Equal("wrongLength ok missing", string.Join(' ', files.EnumerateArray().Select(file => file.GetProperty("verdict").GetString())));
        Assert.Equal(40_004, files[0].GetProperty("actualLength").GetInt64());
        Assert.False(document.RootElement.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Quiet_says_only_what_is_wrong()
    {
        Assert.Empty((await Cli.RunAsync("-q", "verify", _file, _folder.At("data"))).Out);
        File.Delete(_folder.At("data", "t", "a.bin"));
        string[] lines = (await Cli.RunAsync("-q", "verify", _file, _folder.At("data"))).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("BAD  t/a.bin: missing", lines[0].TrimEnd());
    }
}
