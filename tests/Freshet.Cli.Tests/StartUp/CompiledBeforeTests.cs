using System.Diagnostics;
using System.Security.Cryptography;
using Freshet.Cli.StartUp;

namespace Freshet.Cli.Tests.StartUp;

/// <summary>What one start leaves for the next in the cache, with the command as a process.</summary>
public sealed class CompiledBeforeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTorrent _torrent = new("content", ("", 40_000));

    private string Profile => _folder.At("cache", "freshet", CompiledBefore.Folder, "download.methods");

    [Fact]
    public async Task A_command_with_a_session_notes_what_it_compiled_and_starts_with_that_the_next_time()
    {
        Assert.Equal(ExitCode.Ok, await DownloadAsync());
        byte[] first = await File.ReadAllBytesAsync(Profile, TestContext.Current.CancellationToken);
        Assert.True(first.Length > 1000);
        Assert.True(CompiledBefore.IsSealed(Profile));
        Assert.Equal(ExitCode.Ok, await DownloadAsync());
        Assert.True(CompiledBefore.IsSealed(Profile));
    }

    [Theory]
    [InlineData("one bit")]
    [InlineData("noise")]
    [InlineData("half")]
    [InlineData("empty")]
    [InlineData("unsealed")]
    public void What_is_damaged_is_never_shown_to_the_runtime(string damage)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Profile)!);
        byte[] whole = RandomNumberGenerator.GetBytes(10_000);
        File.WriteAllBytes(Profile, whole);
        if (damage != "unsealed")
            File.WriteAllBytes(Profile + ".sha256", SHA256.HashData(whole));
        Assert.Equal(damage != "unsealed", CompiledBefore.IsSealed(Profile));
        byte[] damaged = damage switch
        {
            "one bit" => [.. whole[..^1], (byte)(whole[^1] ^ 1)],
            "noise" => RandomNumberGenerator.GetBytes(10_000),
            "half" => whole[..5000],
            "empty" => [],
            _ => whole,
        };
        File.WriteAllBytes(Profile, damaged);
        Assert.False(CompiledBefore.IsSealed(Profile));
    }

    [Fact]
    public async Task What_is_damaged_is_replaced()
    {
        Assert.Equal(ExitCode.Ok, await DownloadAsync());
        byte[] damaged = await File.ReadAllBytesAsync(Profile, TestContext.Current.CancellationToken);
        Random.Shared.NextBytes(damaged.AsSpan(damaged.Length / 2));
        await File.WriteAllBytesAsync(Profile, damaged, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Ok, await DownloadAsync());
        Assert.True(CompiledBefore.IsSealed(Profile));
        Assert.NotEqual(damaged, await File.ReadAllBytesAsync(Profile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_to_is_done_without()
    {
        await File.WriteAllTextAsync(_folder.At("cache"), "not a folder", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Ok, await DownloadAsync());
    }

    [Theory]
    [InlineData("version")]
    [InlineData("download", "--help")]
    [InlineData("download", "--no-such-option")]
    public async Task Short_commands_help_and_mistakes_note_nothing(params string[] arguments)
    {
        await RunAsync(arguments);
        Assert.False(Directory.Exists(_folder.At("cache")));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Of what is there already.</summary>
    private Task<int> DownloadAsync()
    {
        _torrent.WriteContent(_folder.At("data"));
        return RunAsync(
            "download", _torrent.WriteTorrent(_folder), "-o", _folder.At("data"), "--state-dir", _folder.At("state"), "--bind", "127.0.0.1", "--no-dht", "--no-lsd", "--overwrite", "-q");
    }

    private async Task<int> RunAsync(params string[] arguments)
    {
        string dotnet = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet";
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "Freshet.Cli.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = _folder.At("cache");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;
        TestContext.Current.TestOutputHelper?.WriteLine(await errors);
        return process.ExitCode;
    }
}
