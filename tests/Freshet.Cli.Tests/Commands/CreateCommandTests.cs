using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Tests.Commands;

public sealed class CreateCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _album;
    private readonly string _output;

    public CreateCommandTests()
    {
        new TestTorrent("album", ("one.flac", 100_000), ("art/cover.jpg", 5_000), ("art/notes.txt", 10), (".hidden", 3)).WriteContent(_folder.Path);
        File.WriteAllText(_folder.At("album", "Thumbs.db"), "junk");
        _album = _folder.At("album");
        _output = _folder.At("t.torrent");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_what_it_made_and_verify_agrees()
    {
        CliResult result = await CreateAsync("--v1", "--tracker", "http://t.example/announce");
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Metainfo metainfo = Load();
        Assert.Contains("album: 103 KiB in 4 files, 7 pieces of 16 KiB", result.Out, StringComparison.Ordinal);
        Assert.Contains($"info-hash  {metainfo.Hashes}", result.Out, StringComparison.Ordinal);
        Assert.Contains($"magnet     magnet:?xt=urn:btih:{metainfo.Hashes}&dn=album", result.Out, StringComparison.Ordinal);
        Assert.Contains("left out 1 file that systems leave behind", result.Out, StringComparison.Ordinal);
        Assert.StartsWith("Freshet/0.", metainfo.CreatedBy, StringComparison.Ordinal);
        Assert.NotNull(metainfo.CreationDate);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("verify", _output, _album)).ExitCode);
    }

    [Theory]
    [InlineData("--v1", TorrentVersion.V1)]
    [InlineData("--v2", TorrentVersion.V2)]
    [InlineData("--hybrid", TorrentVersion.Hybrid)]
    public async Task Every_version_is_made_shown_and_verified(string option, TorrentVersion version)
    {
        CliResult result = await CreateAsync(option);
        Assert.Equal(("", ExitCode.Ok), (result.Error, result.ExitCode));
        Assert.Contains("album: 103 KiB in 4 files", result.Out, StringComparison.Ordinal);
        InfoHashes hashes = Load().Hashes;
        Assert.Equal(version, Load().Version);
        if (hashes.V1 is { } v1)
            Assert.Contains($"info-hash  {v1}", result.Out, StringComparison.Ordinal);
        if (hashes.V2 is { } v2)
            Assert.Contains($"{(hashes.IsHybrid ? "v2       " : "info-hash")}  {v2}", result.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("verify", _output, _album)).ExitCode);

        CliResult info = await Cli.RunAsync("info", _output, "--files", "-v");
        Assert.Equal(version != TorrentVersion.V1, info.Out.Contains("Piece layers  all there", StringComparison.Ordinal));
        Assert.Equal(version == TorrentVersion.V1 ? 0 : 4, info.Out.Split("root  ").Length - 1);
        if (hashes.V2Swarm is { } truncated)
            Assert.Contains($"  truncated   {truncated}", info.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torrent_is_of_one_version()
    {
        CliResult result = await CreateAsync("--v1", "--hybrid");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("a torrent is one of them", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_a_document()
    {
        CliResult result = await CreateAsync("--json", "--private", "--tracker", "http://t.example/PASSKEY/announce");
        using JsonDocument document = JsonDocument.Parse(result.Out);
        Assert.Equal(Load().Hashes.ToString(), document.RootElement.GetProperty("infoHash").GetString());
        Assert.Equal(_output, document.RootElement.GetProperty("torrent").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("magnet").ValueKind);
        Assert.DoesNotContain("PASSKEY", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_field_can_be_given()
    {
        await CreateAsync(
            "--piece-length", "32KiB", "--tracker", "http://a.example/x,udp://b.example:1", "--tracker", "http://c.example/x", "--web-seed", "https://w.example/f/",
            "--private", "--source", "SRC", "--comment", "hello", "--name", "other", "--created-by", "me", "--no-date");
        Metainfo metainfo = Load();
        Assert.Equal([["http://a.example/x", "udp://b.example:1"], ["http://c.example/x"]], metainfo.Trackers);
        Assert.Equal(["https://w.example/f/"], metainfo.UrlSeeds);
        Assert.Equal((true, "SRC", "hello", "other", "me"), (metainfo.IsPrivate, metainfo.Source, metainfo.Comment, metainfo.Name, metainfo.CreatedBy));
        Assert.Equal(32768, metainfo.Layout.PieceLength);
        Assert.Null(metainfo.CreationDate);
    }

    [Fact]
    public async Task Reproducible_means_the_same_bytes_each_time()
    {
        await CreateAsync("--reproducible");
        byte[] first = await File.ReadAllBytesAsync(_output, TestContext.Current.CancellationToken);
        await CreateAsync("--reproducible", "--force", "--threads", "3");
        Assert.Equal(first, await File.ReadAllBytesAsync(_output, TestContext.Current.CancellationToken));
        Assert.Null(Load().CreatedBy);
    }

    [Theory]
    [InlineData("art/cover.jpg", "--include", "art/*", "--exclude", "*.txt")]
    [InlineData("art/cover.jpg art/notes.txt", "--include", "ART")]
    [InlineData("art/cover.jpg art/notes.txt one.flac", "--skip-hidden")]
    [InlineData(".hidden one.flac", "--exclude", "art")]
    [InlineData(".hidden Thumbs.db art/cover.jpg art/notes.txt one.flac", "--keep-junk")]
    public async Task Files_are_chosen_by_patterns(string expected, params string[] options)
    {
        Assert.Equal(ExitCode.Ok, (await CreateAsync(options)).ExitCode);
        Assert.Equal(expected.Split(' '), Load().Layout.Files.Where(file => file.IsStored).Select(file => file.Path["album/".Length..]), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_torrent_file_in_the_folder_is_no_part_of_its_own_content()
    {
        string inside = _folder.At("album", "album.torrent");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("create", _album, "-o", inside, "--force")).ExitCode);
            Assert.Equal(4, Metainfo.Load(await File.ReadAllBytesAsync(inside, TestContext.Current.CancellationToken)).Layout.Files.Count(file => file.IsStored));
        }
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_without_force()
    {
        await File.WriteAllTextAsync(_output, "precious", TestContext.Current.CancellationToken);
        CliResult result = await CreateAsync();
        Assert.Equal(ExitCode.Conflict, result.ExitCode);
        Assert.Contains("--force", result.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_output, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Ok, (await CreateAsync("--force")).ExitCode);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_found_before_anything_is_hashed()
    {
        CliResult nowhere = await Cli.RunAsync("create", _album, "-o", _folder.At("none", "x.torrent"));
        Assert.Equal(ExitCode.Storage, nowhere.ExitCode);
        Assert.Contains($"no folder {_folder.At("none")}", nowhere.Error, StringComparison.Ordinal);
        Assert.Contains("[file-missing]", nowhere.Error, StringComparison.Ordinal);

        CliResult folder = await Cli.RunAsync("create", _album, "-o", _album, "--force");
        Assert.Equal(ExitCode.Storage, folder.ExitCode);
        Assert.Contains($"{_album} is a folder", folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_leaves_no_torrent()
    {
        using var interrupt = new CancellationTokenSource();
        await interrupt.CancelAsync();
        CliResult result = await Cli.RunAsync(new RunOptions { Interrupt = interrupt.Token }, "create", _album, "-o", _output);
        Assert.Equal(ExitCode.Unfinished, result.ExitCode);
        Assert.Equal(["album"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("--piece-length", "17KiB")]
    [InlineData("--piece-length", "8KiB")]
    [InlineData("--tracker", "ftp://x")]
    [InlineData("--tracker", "http://a.example/x,")]
    [InlineData("--web-seed", "udp://x.example:1")]
    [InlineData("--name", "a/b")]
    [InlineData("--threads", "0")]
    public async Task A_value_that_makes_no_sense_is_a_usage_error(string option, string value)
    {
        CliResult result = await CreateAsync(option, value);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_share_is_named()
    {
        CliResult nowhere = await Cli.RunAsync("create", _folder.At("nowhere"), "-o", _output);
        Assert.Equal(ExitCode.SourceUnreadable, nowhere.ExitCode);
        CliResult nothing = await CreateAsync("--include", "*.none");
        Assert.Equal(ExitCode.SourceUnreadable, nothing.ExitCode);
        Assert.Contains("no file", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_torrent_without_a_tracker_is_warned_of()
        => Assert.Contains("finds no peers", (await CreateAsync("--private")).Error, StringComparison.Ordinal);

    private Task<CliResult> CreateAsync(params string[] options) => Cli.RunAsync(["create", _album, "-o", _output, .. options]);

    private Metainfo Load() => Metainfo.Load(File.ReadAllBytes(_output));
}
