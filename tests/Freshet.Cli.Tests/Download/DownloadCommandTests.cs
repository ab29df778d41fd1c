using System.Text.Json;

namespace Freshet.Cli.Tests.Download;

public sealed class DownloadCommandTests
{
    [Fact]
    public async Task It_downloads_and_ends_when_it_is_complete()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download());
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("album: 298 KiB to ", result.Out, StringComparison.Ordinal);
        Assert.Contains("album: complete, 298 KiB verified", result.Out, StringComparison.Ordinal);
        Assert.Equal(swarm.Torrent.Files[0].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "one.flac")));
        Assert.Equal(swarm.Torrent.Files[1].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "art", "cover.jpg")));
    }

    [Fact]
    public async Task Somebody_elses_file_of_the_same_name_is_not_overwritten_unasked()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        string file = swarm.Folder.At("out", "album", "one.flac");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "my own recording", TestContext.Current.CancellationToken);
        CliResult refused = await Cli.RunAsync(swarm.Download());
        Assert.Equal(ExitCode.Storage, refused.ExitCode);
        Assert.Contains("one.flac", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        Assert.Equal("my own recording", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        CliResult allowed = await Cli.RunAsync(swarm.Download("--overwrite"));
        Assert.Equal(ExitCode.Ok, allowed.ExitCode);
        Assert.Equal(swarm.Torrent.Files[0].Bytes, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_there_is_found_and_used()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        swarm.Torrent.WriteContent(swarm.Folder.At("out"));
        CliResult result = await Cli.RunAsync(
            "download", swarm.TorrentFile, "-o", swarm.Folder.At("out"), "--state-dir", swarm.Folder.At("state"), "--bind", "127.0.0.1");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("were there already", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selected_files_are_fetched()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--select", "*.jpg"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Equal(swarm.Torrent.Files[1].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "art", "cover.jpg")));
        Assert.False(File.Exists(swarm.Folder.At("out", "album", "one.flac")), "a file that is not selected is not made");

        // The rest later: what the first run kept of it is used.
        result = await Cli.RunAsync(swarm.Download("--priority", "*.flac=high"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Equal(swarm.Torrent.Files[0].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "one.flac")));
        Assert.Empty(Directory.GetFiles(swarm.Folder.At("out"), "*.parts"));
    }

    [Fact]
    public async Task Files_of_priority_skip_are_not_made()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--priority", "one.flac=skip"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.False(File.Exists(swarm.Folder.At("out", "album", "one.flac")));
        Assert.Equal(swarm.Torrent.Files[1].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "art", "cover.jpg")));
        Assert.Single(Directory.GetFiles(swarm.Folder.At("out"), ".*.parts"));
    }

    [Theory]
    [InlineData("rarest")]
    [InlineData("random-rarest")]
    [InlineData("random")]
    [InlineData("sequential")]
    [InlineData("smart")]
    public async Task Every_strategy_comes_to_the_same_end(string strategy)
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--strategy", strategy));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Equal(swarm.Torrent.Files[0].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "one.flac")));
    }

    [Fact]
    public async Task A_second_run_does_not_claim_what_the_first_fetched()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        await Cli.RunAsync(swarm.Download());
        CliResult result = await Cli.RunAsync(swarm.Download());
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("album: complete, all 298 KiB were there already", result.Out, StringComparison.Ordinal);
    }

    // Chaos 5: the download is worth more than its record, and a person is told.
    [Fact]
    public async Task A_state_folder_that_cannot_be_used_is_said_once_and_does_not_stop_the_download()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        await File.WriteAllTextAsync(swarm.Folder.At("state"), "in the way", TestContext.Current.CancellationToken);
        CliResult result = await Cli.RunAsync(swarm.Download());
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("The state folder", StringComparison.Ordinal));
    }

    // Chaos 13.
    [Fact]
    public async Task A_damaged_state_file_is_set_aside_and_a_person_is_told()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        Directory.CreateDirectory(swarm.Folder.At("state"));
        await File.WriteAllTextAsync(swarm.Folder.At("state", "state.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        CliResult result = await Cli.RunAsync(swarm.Download());
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("state.db.corrupt-1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tracker_that_is_never_asked_has_no_next_announce()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--json", "--tracker", "http://127.0.0.1:1/elsewhere"));
        JsonElement tracker = Lines(result.Out).First(happened => NameOf(happened) == "tracker");
        Assert.Equal(JsonValueKind.Null, tracker.GetProperty("nextAnnounceSeconds").ValueKind);
    }

    // docs/json-events.md is the contract.
    [Fact]
    public async Task Json_is_an_event_a_line_from_added_to_ended()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--json", "-v"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        JsonElement[] events = Lines(result.Out);
        Assert.All(events, happened => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", happened.GetProperty("time").GetString()!));
        JsonElement added = One(events, "added");
        Assert.Equal("album", added.GetProperty("name").GetString());
        Assert.Equal(305_000, added.GetProperty("totalBytes").GetInt64());
        Assert.Equal(40, added.GetProperty("infoHash").GetString()!.Length);
        JsonElement completed = One(events, "completed");
        Assert.Equal(1, completed.GetProperty("progress").GetDouble());
        Assert.Equal(19, events.Count(happened => NameOf(happened) == "piece"));
        Assert.Contains(events, happened => NameOf(happened) == "peerConnected" && happened.GetProperty("peer").GetString() == swarm.Peer);
        Assert.Contains(events, happened => NameOf(happened) == "state" && happened.GetProperty("state").GetString() == "seeding");
        Assert.Equal("ended", NameOf(events[^1]));
        Assert.Equal(0, events[^1].GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task The_events_that_are_documented_are_those_that_there_are()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Freshet.slnx")))
            root = Path.GetDirectoryName(root)!;
        string contract = await File.ReadAllTextAsync(Path.Combine(root, "docs", "json-events.md"), TestContext.Current.CancellationToken);
        await using Swarm swarm = await Swarm.StartAsync();
        foreach (JsonElement happened in Lines((await Cli.RunAsync(swarm.Download("--json", "-v"))).Out))
        {
            Assert.Contains($"### `{NameOf(happened)}`", contract, StringComparison.Ordinal);
            foreach (JsonProperty field in happened.EnumerateObject())
                Assert.Contains($"`{field.Name}`", contract, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_status_file_holds_the_end()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        string path = swarm.Folder.At("status.json");
        await Cli.RunAsync(swarm.Download("--status-file", path));
        using JsonDocument status = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.Equal(0, status.RootElement.GetProperty("exitCode").GetInt32());
        JsonElement torrent = Assert.Single(status.RootElement.GetProperty("torrents").EnumerateArray());
        Assert.True(torrent.GetProperty("complete").GetBoolean());
        Assert.Equal(305_000, torrent.GetProperty("haveBytes").GetInt64());
        Assert.Equal("stopped", torrent.GetProperty("state").GetString());
        Assert.Empty(Directory.GetFiles(swarm.Folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task A_status_file_that_cannot_be_written_is_said_once_and_does_not_stop_the_download()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--status-file", swarm.Folder.At("no", "such", "folder")));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("The status file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_peer_it_gives_up_when_told_to()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(
            "download", swarm.TorrentFile, "-o", swarm.Folder.At("out"), "--state-dir", swarm.Folder.At("state"), "--bind", "127.0.0.1", "--give-up-after", "200ms");
        Assert.Equal(ExitCode.Network, result.ExitCode);
        Assert.Contains("given up", result.Error, StringComparison.Ordinal);
        Assert.Contains("run the same command again", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_ends_it_cleanly_with_code_7()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        using var interrupt = new CancellationTokenSource();
        string status = swarm.Folder.At("status.json");
        Task<CliResult> running = Cli.RunAsync(
            new RunOptions { Interrupt = interrupt.Token },
            "download", swarm.TorrentFile, "-o", swarm.Folder.At("out"), "--state-dir", swarm.Folder.At("state"), "--bind", "127.0.0.1", "--status-file", status);
        while (!File.Exists(status))
            await Task.Yield();
        await interrupt.CancelAsync();
        CliResult result = await running;
        Assert.Equal(ExitCode.Unfinished, result.ExitCode);
        using JsonDocument last = JsonDocument.Parse(File.ReadAllBytes(status));
        Assert.Equal(ExitCode.Unfinished, last.RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task One_bad_source_does_not_keep_the_others_from_being_fetched()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("/nowhere/other.torrent"));
        Assert.Equal(ExitCode.SourceUnreadable, result.ExitCode);
        Assert.Contains("album: complete", result.Out, StringComparison.Ordinal);
        Assert.Contains("/nowhere/other.torrent", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torrent_that_another_session_has_is_a_conflict()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(
            "download", swarm.TorrentFile, "-o", swarm.Folder.At("seeder"), "--state-dir", swarm.Folder.At("seeder-state"), "--bind", "127.0.0.1");
        Assert.Equal(ExitCode.Conflict, result.ExitCode);
        Assert.Contains($"in use by process {Environment.ProcessId}", result.Error, StringComparison.Ordinal);
    }

    // THREATS H5: neither the screen nor the log of a download shows a passkey.
    [Fact]
    public async Task No_passkey_is_shown_or_logged()
    {
        const string Secret = "0123456789abcdef0123456789abcdef";
        await using Swarm swarm = await Swarm.StartAsync(new TestTorrent("t", ("a", 50_000)) { Trackers = [$"http://127.0.0.1:1/{Secret}/announce"] });
        string log = swarm.Folder.At("log.txt");
        CliResult result = await Cli.RunAsync(swarm.Download("-vv", "--json", "--log-file", log, "--tracker", $"http://127.0.0.1:1/announce?passkey={Secret}"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        string logged = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.Contains("Session started", logged, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, logged, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_finds_the_corrupt_seeder_and_every_byte_right()
    {
        CliResult result = await Cli.RunAsync("demo", "--size", "4MiB");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("all 4 MiB compared: every byte is right", result.Out, StringComparison.Ordinal);
        Assert.Contains("the seeder that sends corrupt blocks", result.Out, StringComparison.Ordinal);
        Assert.Matches("banned: 127.0.0.1:[0-9]+, the seeder that sends corrupt blocks", result.Out);
        Assert.DoesNotMatch("banned: .* the (slow|seeder that leaves)", result.Out);
    }

    private static JsonElement[] Lines(string output)
        => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string NameOf(JsonElement happened) => happened.GetProperty("event").GetString()!;

    private static JsonElement One(JsonElement[] events, string name) => Assert.Single(events, happened => NameOf(happened) == name);
}
