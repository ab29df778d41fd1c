using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Download;

public sealed class SeedCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTorrent _torrent = new("album", ("one.flac", 300_000), ("art/cover.jpg", 5_000));
    private readonly string _file;

    public SeedCommandTests() => _file = _torrent.WriteTorrent(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_gives_what_is_there_until_it_is_interrupted_which_is_no_failure()
    {
        _torrent.WriteContent(_folder.At("data"));
        using var interrupt = new CancellationTokenSource();
        Task<CliResult> running = SeedAsync(interrupt.Token);
        await LeechAsync(await PortAsync());
        await interrupt.CancelAsync();
        CliResult result = await running;
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("album: complete", result.Out, StringComparison.Ordinal);
        Assert.Contains("gave 298 KiB of album, a ratio of 1.00 over all runs", result.Out, StringComparison.Ordinal);
        Assert.Equal(_torrent.Files[0].Bytes, await File.ReadAllBytesAsync(_folder.At("leech", "album", "one.flac"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_ends_by_itself_when_enough_was_given()
    {
        _torrent.WriteContent(_folder.At("data"));
        Task<CliResult> running = SeedAsync(TestContext.Current.CancellationToken, "--seed-ratio", "1");
        await LeechAsync(await PortAsync());
        CliResult result = await running;
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("album: stopped, ratio 1.00 reached", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_complete_is_an_error_and_nothing_is_made()
    {
        CliResult result = await SeedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Storage, result.ExitCode);
        Assert.Contains("0 of 19 pieces", result.Error, StringComparison.Ordinal);
        Assert.Contains("--download", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("data", "album")));

        // A wrong folder must not come back at each later start.
        CliResult later = await SeedAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, later.ExitCode);
        Assert.Contains("no torrent was seeded before", later.Error, StringComparison.Ordinal);
        Assert.Empty(later.Out);
    }

    [Fact]
    public async Task With_download_the_rest_is_fetched_and_then_given()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await SeedAsync(TestContext.Current.CancellationToken, "--download", "--peer", swarm.Peer, "--seed-idle", "200ms");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("nobody took anything", result.Out, StringComparison.Ordinal);
        Assert.Equal(_torrent.Files[0].Bytes, await File.ReadAllBytesAsync(_folder.At("data", "album", "one.flac"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Its_log_is_a_file_in_the_state_folder_unless_told_otherwise()
    {
        _torrent.WriteContent(_folder.At("data"));
        await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms");
        Assert.Contains("Seeding", await LogAsync("state", "logs", "seed.log"), StringComparison.Ordinal);

        await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms", "--state-dir", _folder.At("other"), "--log-file", _folder.At("my.log"));
        Assert.Contains("Seeding", await LogAsync("my.log"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("other", "logs")));

        await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms", "--state-dir", _folder.At("third"), "--no-log-file");
        Assert.False(Directory.Exists(_folder.At("third", "logs")));
    }

    [Fact]
    public async Task A_log_that_another_writes_is_left_to_it()
    {
        _torrent.WriteContent(_folder.At("data"));
        using (LogPlace other = LogPlace.Take(_folder.At("state", "logs", "seed.log")))
        {
            Assert.EndsWith("seed.log", other.Path, StringComparison.Ordinal);
            await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms");
            Assert.Contains("Seeding", await LogAsync("state", "logs", "seed-2.log"), StringComparison.Ordinal);
            Assert.Empty(await LogAsync("state", "logs", "seed.log"));
        }

        await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms");
        Assert.NotEmpty(await LogAsync("state", "logs", "seed.log"));
        Assert.Equal(2, Directory.GetFiles(_folder.At("state", "logs")).Length);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_is_told_and_keeps_nothing_from_being_seeded()
    {
        _torrent.WriteContent(_folder.At("data"));
        CliResult result = await SeedAsync(TestContext.Current.CancellationToken, "--seed-idle", "50ms", "--log-file", _folder.At("data"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains($"There is no log file: {_folder.At("data")}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_seeds_on_where_that_is_wanted()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        using var interrupt = new CancellationTokenSource();
        Task<CliResult> running = Cli.RunAsync(
            new RunOptions { Interrupt = interrupt.Token }, swarm.Download("--seed-forever", "--status-file", _folder.At("status.json")));
        while (!await IsAsync(status => status.GetProperty("complete").GetBoolean()))
            await Task.Yield();
        Assert.False(running.IsCompleted);
        await LeechAsync(await PortAsync());
        await interrupt.CancelAsync();
        Assert.Equal(ExitCode.Ok, (await running).ExitCode);
    }

    [Fact]
    public async Task Without_a_torrent_everything_comes_back_that_was_seeded_before_also_after_a_kill()
    {
        _torrent.WriteContent(_folder.At("data"));
        using (Process process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Freshet.Cli.dll"), "seed", _file, "-o", _folder.At("data"), "--bind", "127.0.0.1",
                "--state-dir", _folder.At("state"), "--json",
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!)
        {
            while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("\"completed\"", StringComparison.Ordinal))
                Assert.DoesNotContain("\"failed\"", line, StringComparison.Ordinal);

            CliResult refused = await SeedAllAsync(TestContext.Current.CancellationToken);
            Assert.Equal(ExitCode.Conflict, refused.ExitCode);
            Assert.Contains($"in use by process {process.Id}", refused.Error, StringComparison.Ordinal);
            Assert.Contains("[torrent-in-use]", refused.Error, StringComparison.Ordinal);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        File.Delete(_folder.At("status.json"));
        using var interrupt = new CancellationTokenSource();
        Task<CliResult> running = SeedAllAsync(interrupt.Token);
        await LeechAsync(await PortAsync());
        await interrupt.CancelAsync();
        CliResult result = await running;
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("1 torrent as before", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_torrent_and_a_memory_it_says_so()
    {
        CliResult result = await SeedAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("name one", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("[nothing-to-resume]", result.Error.TrimEnd(), StringComparison.Ordinal);
    }

    private Task<CliResult> SeedAllAsync(CancellationToken interrupt) => Cli.RunAsync(
        new RunOptions { Interrupt = interrupt },
        "seed", "--bind", "127.0.0.1", "--status-file", _folder.At("status.json"), "--state-dir", _folder.At("state"));

    private Task<CliResult> SeedAsync(CancellationToken interrupt, params string[] more) => Cli.RunAsync(
        new RunOptions { Interrupt = interrupt },
        [
            "seed", _file, "-o", _folder.At("data"), "--bind", "127.0.0.1", "--status-file", _folder.At("status.json"),
            .. more.Contains("--state-dir") ? [] : (string[])["--state-dir", _folder.At("state")], .. more,
        ]);

    private async Task<string> LogAsync(params string[] path) => await File.ReadAllTextAsync(_folder.At(path), TestContext.Current.CancellationToken);

    private async Task<bool> IsAsync(Func<JsonElement, bool> condition)
    {
        if (!File.Exists(_folder.At("status.json")))
            return false;
        using JsonDocument status = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.At("status.json"), TestContext.Current.CancellationToken));
        JsonElement torrents = status.RootElement.GetProperty("torrents");
        return torrents.GetArrayLength() > 0 && condition(torrents[0]);
    }

    private async Task<int> PortAsync()
    {
        while (!await IsAsync(_ => true))
            await Task.Yield();
        using JsonDocument status = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.At("status.json"), TestContext.Current.CancellationToken));
        return status.RootElement.GetProperty("listenPort").GetInt32();
    }

    private async Task LeechAsync(int port)
    {
        await using BitTorrentClient client = await BitTorrentClient.StartAsync(
            new ClientOptions { DownloadDirectory = _folder.At("leech"), StateDirectory = _folder.At("leech-state"), BindAddress = IPAddress.Loopback },
            TestContext.Current.CancellationToken);
        AddResult added = await client.AddAsync(
            TorrentSource.FromFile(_file), new AddOptions { Peers = [new IPEndPoint(IPAddress.Loopback, port)] }, TestContext.Current.CancellationToken);
        await added.Torrent.WaitAsync(TorrentCondition.Complete, TestContext.Current.CancellationToken);
    }
}
