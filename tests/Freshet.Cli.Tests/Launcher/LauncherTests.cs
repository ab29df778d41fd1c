using System.Diagnostics;

namespace Freshet.Cli.Tests.Launcher;

/// <summary>
/// The launcher on a small tree of sources, with a <c>dotnet</c> of our own on the PATH that notes what it is asked for: <c>publish</c> makes a build, anything
/// else is the command itself.
/// </summary>
public sealed class LauncherTests : IDisposable
{
    private const string FakeDotnet = """
        #!/bin/sh
        case "$1" in
        --list-sdks) echo "${FAKE_SDK-10.0.100 [/sdk]}"; exit 0 ;;
        publish)
            echo publish >>"$FAKE_LOG"
            [ -z "${FAKE_BUILD_FAILS-}" ] || { echo "error CS1002: ; expected"; exit 1; }
            while [ "$1" != -o ]; do shift; done
            mkdir -p "$2"
            cp src/a.cs "$2/Freshet.Cli.dll"
            if [ -n "${FAKE_EDIT-}" ] && [ ! -f "$FAKE_LOG.edited" ]; then : >"$FAKE_LOG.edited"; echo edited >src/a.cs; fi
            exit 0 ;;
        esac
        echo "run:$(cat "$1"):$0" >>"$FAKE_LOG"
        [ -f "$1" ] || exit 99
        shift
        echo "args:$*"
        [ -z "${FAKE_WAIT-}" ] || read -r go
        exit "${FAKE_EXIT-0}"

        """;

    private readonly TempFolder _folder = new();

    public LauncherTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the launcher for POSIX shells");
        string script = Path.Combine(RepositoryRoot(), "freshet");
        File.Copy(script, _folder.At("freshet"));
        Directory.CreateDirectory(_folder.At("src"));
        Directory.CreateDirectory(_folder.At("bin"));
        File.WriteAllText(_folder.At("src", "a.cs"), "one");
        File.WriteAllText(_folder.At("bin", "dotnet"), FakeDotnet.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.At("bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_run_builds_and_the_second_does_not()
    {
        Assert.Equal("args:info x", (await LaunchAsync(["info", "x"])).Out.Trim());
        await LaunchAsync(["version"]);
        Assert.Equal(["publish", "run:one", "run:one"], Log());
    }

    [Fact]
    public async Task A_changed_source_is_built_again()
    {
        await LaunchAsync([]);
        Edit("two");
        await LaunchAsync([]);
        Assert.Equal(["publish", "run:one", "publish", "run:two"], Log());
    }

    [Fact]
    public async Task What_was_built_before_is_used_when_the_sources_go_back()
    {
        await LaunchAsync([]);
        Edit("two");
        await LaunchAsync([]);
        Edit("one");
        await LaunchAsync([]);
        Assert.Equal(2, Log().Count(line => line == "publish"));
        Assert.Equal("run:one", Log()[^1]);
    }

    [Fact]
    public async Task A_source_that_changes_during_the_build_never_gives_a_build_with_a_wrong_name()
    {
        await LaunchAsync([], ("FAKE_EDIT", "1"));
        Assert.Equal(["publish", "publish", "run:edited"], Log());
    }

    [Fact]
    public async Task First_runs_at_the_same_time_build_once()
    {
        Launched[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => LaunchAsync([$"{i}"])));
        Assert.All(all, launched => Assert.Equal(0, launched.ExitCode));
        Assert.Equal(1, Log().Count(line => line == "publish"));
        Assert.Equal(4, Log().Count(line => line == "run:one"));
    }

    [Fact]
    public async Task The_exit_code_is_passed_on()
        => Assert.Equal(7, (await LaunchAsync([], ("FAKE_EXIT", "7"))).ExitCode);

    [Fact]
    public async Task A_failed_build_shows_its_output_and_leaves_nothing()
    {
        Launched launched = await LaunchAsync([], ("FAKE_BUILD_FAILS", "1"));
        Assert.Equal(1, launched.ExitCode);
        Assert.Contains("error CS1002", launched.Error, StringComparison.Ordinal);
        Assert.Contains("the build failed", launched.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await LaunchAsync([])).ExitCode);
    }

    [Fact]
    public async Task Without_the_sdk_it_says_where_to_get_it()
    {
        Launched launched = await LaunchAsync([], ("FAKE_SDK", "8.0.100 [/sdk]"));
        Assert.Equal(1, launched.ExitCode);
        Assert.Contains("https://dotnet.microsoft.com/download/dotnet/10.0", launched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_building_the_last_build_is_run_whatever_the_sources_say()
    {
        await LaunchAsync([]);
        Edit("two");
        await LaunchAsync([], ("FRESHET_NO_BUILD", "1"));
        Assert.Equal(["publish", "run:one", "run:one"], Log());
    }

    [Fact]
    public async Task Without_building_and_without_a_build_it_says_so()
    {
        Launched launched = await LaunchAsync([], ("FRESHET_NO_BUILD", "1"));
        Assert.Equal(1, launched.ExitCode);
        Assert.Contains("run it once without", launched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_in_use_stays_and_one_nobody_uses_goes()
    {
        using Process running = Start(_folder.At("freshet"), [], ("FAKE_WAIT", "1"));
        await running.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        string used = Assert.Single(Builds());

        // Long unused, as far as the clock can tell.
        Directory.SetLastWriteTimeUtc(Path.Combine(used, "running"), DateTime.UtcNow.AddHours(-1));
        Edit("two");
        await LaunchAsync([]);
        Assert.Contains(used, Builds(), StringComparer.Ordinal);

        running.StandardInput.Close();
        await running.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.SetLastWriteTimeUtc(Path.Combine(used, "running"), DateTime.UtcNow.AddHours(-1));
        Edit("three");
        await LaunchAsync([]);
        Assert.DoesNotContain(used, Builds(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task It_works_through_a_link_from_another_folder()
    {
        string link = _folder.At("bin", "freshet");
        File.CreateSymbolicLink(link, "../freshet");
        Assert.Equal("args:x", (await LaunchAsync(link, ["x"])).Out.Trim());
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Freshet.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    private string[] Builds() => [.. Directory.GetDirectories(_folder.At(".build")).Where(path => !Path.GetFileName(path).StartsWith('.'))];

    private string[] Log() => [.. File.ReadAllLines(_folder.At("log")).Select(line => line.Split(':') is ["run", var what, ..] ? $"run:{what}" : line)];

    private Task<Launched> LaunchAsync(string[] arguments, params (string Name, string Value)[] environment)
        => LaunchAsync(_folder.At("freshet"), arguments, environment);

    private async Task<Launched> LaunchAsync(string launcher, string[] arguments, params (string Name, string Value)[] environment)
    {
        using Process process = Start(launcher, arguments, environment);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Launched(process.ExitCode, await output, await error);
    }

    private Process Start(string launcher, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("/bin/sh", [launcher, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PATH"] = $"{_folder.At("bin")}:/usr/bin:/bin";
        start.Environment["FAKE_LOG"] = _folder.At("log");
        start.Environment.Remove("FRESHET_NO_BUILD");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Edit(string source) => File.WriteAllText(_folder.At("src", "a.cs"), source);

    private sealed record Launched(int ExitCode, string Out, string Error);
}
