namespace Freshet.Cli.Tests.Download;

public sealed class CompletionHookTests
{
    [Fact]
    public async Task The_command_runs_once_with_its_own_arguments_and_the_torrent_in_its_environment()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a script for POSIX shells");
        await using Swarm swarm = await Swarm.StartAsync(new TestTorrent("$(touch pwned) 'a;b", ("one.flac", 50_000)));
        string script = swarm.Folder.At("the hook.sh");
        await File.WriteAllTextAsync(
            script,
            """
            printf '%s|' "$#" "$1" "$2" "$FRESHET_TORRENT_NAME" "$FRESHET_INFO_HASH" "$FRESHET_DIRECTORY" "$FRESHET_PATH" "$FRESHET_SIZE" >>"$0.out"
            """,
            TestContext.Current.CancellationToken);
        CliResult result = await Cli.RunAsync(swarm.Download("--on-complete", $"/bin/sh '{script}' \"two words\" $HOME"));
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        string name = swarm.Torrent.Name;
        string hash = (await TorrentSource.FromFile(swarm.TorrentFile).LoadAsync(TestContext.Current.CancellationToken)).Hashes.Primary.ToString();
        string expected = $"2|two words|$HOME|{name}|{hash}|{swarm.Folder.At("out")}|{swarm.Folder.At("out", name)}|50000|";
        Assert.Equal(expected, await File.ReadAllTextAsync(script + ".out", TestContext.Current.CancellationToken));

        // What is there already is no completion.
        await Cli.RunAsync(swarm.Download("--on-complete", $"/bin/sh '{script}'"));
        Assert.Equal(expected, await File.ReadAllTextAsync(script + ".out", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/nowhere/program", "cannot be run")]
    [InlineData("/bin/false", "ended with exit code 1")]
    public async Task A_command_that_fails_is_a_warning(string command, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "programs of POSIX systems");
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--on-complete", command));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_prints_goes_to_the_log()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "programs of POSIX systems");
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--on-complete", "/bin/echo done and said", "--log-file", swarm.Folder.At("log")));
        Assert.DoesNotContain("done and said", result.Out, StringComparison.Ordinal);
        Assert.Contains("done and said", await File.ReadAllTextAsync(swarm.Folder.At("log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
