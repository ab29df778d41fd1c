using System.Diagnostics;
using System.Globalization;
using Freshet.Abstractions;
using Freshet.Cli.Download;
using Freshet.Core;

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

    [Fact]
    public async Task A_program_that_takes_longer_than_an_hour_is_ended_with_all_that_it_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var folder = new TempFolder();
        var warnings = new List<string>();
        var clock = new OneTimer();
        string script = await WriteEndlessAsync(folder);
        int[] processes;
        await using (var hook = new CompletionHook(["/bin/sh", script], warnings.Add, log: null, clock))
        {
            hook.Look(new TorrentStatus
            {
                Id = new TorrentId(1),
                Name = "album",
                Hashes = new InfoHashes(default(Sha1Hash), null),
                Directory = folder.At("out"),
                State = TorrentState.Seeding,
                IsComplete = true,
                DownloadedThisRun = 1,
            });
            processes = await ProcessesAsync(script);
            Assert.All(processes, process => Assert.True(IsAlive(process)));
            Assert.Equal(TimeSpan.FromHours(1), clock.Due);
            clock.Fire();
        }

        await GoneAsync(processes);
        Assert.Contains("took longer than", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_signal_ends_the_program_with_all_that_it_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using Swarm swarm = await Swarm.StartAsync();
        string script = await WriteEndlessAsync(swarm.Folder);
        string dotnet = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet";
        using Process freshet = Process.Start(new ProcessStartInfo(
            dotnet,
            [Path.Combine(AppContext.BaseDirectory, "Freshet.Cli.dll"), .. swarm.Download("--on-complete", $"/bin/sh '{script}'")])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        int[] processes = await ProcessesAsync(script);

        // SIGTERM: who runs the tests in the background may have SIGINT ignored. The first one is waited out, as the program is. Two that come at once may be one for the system, hence as many as it takes.
        int signals = 0;
        for (; !freshet.HasExited; signals++)
        {
            using Process kill = Process.Start("/bin/kill", ["-TERM", freshet.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(signals > 1);
        Assert.Equal(ExitCode.Terminated, freshet.ExitCode);
        await GoneAsync(processes);
    }

    /// <summary>A program that does not end, and has started another that does not; it tells who they are.</summary>
    private static async Task<string> WriteEndlessAsync(TempFolder folder)
    {
        string script = folder.At("endless.sh");
        await File.WriteAllTextAsync(
            script,
            """
            sleep 86400 &
            echo "$$ $!" >"$0.part" && mv "$0.part" "$0.pids"
            wait
            """,
            TestContext.Current.CancellationToken);
        return script;
    }

    private static async Task<int[]> ProcessesAsync(string script)
    {
        while (!File.Exists(script + ".pids"))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        string text = await File.ReadAllTextAsync(script + ".pids", TestContext.Current.CancellationToken);
        return [.. text.Split().Where(word => word.Length > 0).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }

    private static async Task GoneAsync(int[] processes)
    {
        Assert.Equal(2, processes.Length);
        while (processes.Any(IsAlive))
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    /// <summary>Whether a process runs; one that nobody has asked for its exit code does not.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A clock with one timer, which goes off when it is told to.</summary>
    private sealed class OneTimer : TimeProvider
    {
        private Action _fire = static () => { };

        public TimeSpan Due { get; private set; }

        public void Fire() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            _fire = () => callback(state);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
