using System.Net;

namespace Freshet.Cli.Tests.Commands;

/// <summary><c>freshet publish</c> and <c>freshet follow</c> as command lines; a DHT of our own nodes on this machine.</summary>
public sealed class FeedCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_is_followed()
    {
        using var folder = new TempFolder();
        await using DhtClient one = await NodeAsync(1, null), two = await NodeAsync(2, one);
        await two.JoinAsync(Cancellation);
        string way = $"{Address(1)}:{one.Port}";
        Directory.CreateDirectory(folder.At("site"));
        await File.WriteAllTextAsync(folder.At("site", "page.html"), "<p>one", Cancellation);
        string publicKey = Convert.ToHexStringLower((await SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation)).PublicKey.Span);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using DhtClient port = await NodeAsync(3, one);
        int free = port.Port;
        await port.DisposeAsync();
        Task<CliResult> publishing = Cli.RunAsync(
            new RunOptions { Interrupt = stop.Token },
            "publish", folder.At("site"), "--key", folder.At("key"), "--salt", "news", "--bind", Address(3), "--listen-port", $"{free}", "--dht-routers", way, "--state-dir", folder.At("p"), "--json");
        // The item may not be there yet; without --once it is waited for.
        using var followed = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<CliResult> following = Cli.RunAsync(
            new RunOptions { Interrupt = followed.Token },
            "follow", publicKey + ":news", "-o", folder.At("here"), "--interval", "1s", "--peer", $"{Address(3)}:{free}", "--bind", Address(4), "--dht-routers", way, "--state-dir", folder.At("f"));
        while (!File.Exists(folder.At("here", "site", "page.html")) && !following.IsCompleted)
            await Task.Delay(50, Cancellation);
        CliResult once = await Cli.RunAsync(
            "follow", $"magnet:?xs=urn:btpk:{publicKey}&s=6e657773", "-o", folder.At("there"), "--once", "--peer", $"{Address(3)}:{free}", "--bind", Address(5), "--dht-routers", way, "--state-dir", folder.At("o"));
        await followed.CancelAsync();
        await stop.CancelAsync();
        CliResult ended = await following;
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("version 1 is here: site", ended.Out, StringComparison.Ordinal);
        Assert.Equal("<p>one", await File.ReadAllTextAsync(folder.At("here", "site", "page.html"), Cancellation));
        Assert.Equal(0, once.ExitCode);
        Assert.Equal("<p>one", await File.ReadAllTextAsync(folder.At("there", "site", "page.html"), Cancellation));
        CliResult published = await publishing;
        Assert.Equal((0, ""), (published.ExitCode, published.Error));
        Assert.Contains("\"event\":\"feedPublished\"", published.Out, StringComparison.Ordinal);
        Assert.Contains($"\"publicKey\":\"{publicKey}\"", published.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abcd", "64 hexadecimal digits")]
    [InlineData("magnet:?xt=urn:btih:0123456789012345678901234567890123456789", "no key")]
    public async Task What_names_no_feed_is_said(string name, string why)
    {
        CliResult result = await Cli.RunAsync("follow", name);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_others_may_read_is_not_used()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.At("key"), new string('0', 64), Cancellation);
        File.SetUnixFileMode(folder.At("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        CliResult result = await Cli.RunAsync("publish", folder.Path, "--key", folder.At("key"));
        Assert.Equal(ExitCode.Denied, result.ExitCode);
        Assert.Contains("[key-exposed]", result.Error, StringComparison.Ordinal);
    }

    private static string Address(int host) => $"127.46.250.{host}";

    private static Task<DhtClient> NodeAsync(int host, DhtClient? way) => DhtClient.StartAsync(
        new DhtClientOptions { BindAddress = IPAddress.Parse(Address(host)), Serves = true, Routers = [], Nodes = way is null ? [] : [new IPEndPoint(IPAddress.Parse(Address(1)), way.Port)] },
        Cancellation);
}
