using System.Diagnostics;

namespace Freshet.Cli.Tests.Output;

public sealed class ClosedOutputTests
{
    [Theory]
    [InlineData(">&-", "version", 0)]
    [InlineData(">&- 2>&-", "version", 0)]
    [InlineData("2>&-", "info /nowhere/x.torrent", 4)]
    public async Task A_closed_stream_is_no_error_and_nothing_else_is_written_into(string redirection, string verb, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks into /proc");
        string command = Path.Combine(AppContext.BaseDirectory, "Freshet.Cli.dll");
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet '{command}' {verb} {redirection}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        string error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", error);
        Assert.Equal(exitCode, shell.ExitCode);
    }

    [Fact]
    public async Task A_full_device_behind_the_output_is_named()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        string command = Path.Combine(AppContext.BaseDirectory, "Freshet.Cli.dll");
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet '{command}' version >/dev/full"]) { RedirectStandardError = true, UseShellExecute = false })!;
        string error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failure, shell.ExitCode);
        Assert.StartsWith("freshet: Output was cut short: ", error, StringComparison.Ordinal);
        Assert.EndsWith("[output-closed]", error.TrimEnd(), StringComparison.Ordinal);
    }
}
