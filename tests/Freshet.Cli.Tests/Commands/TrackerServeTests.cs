using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Freshet.Cli.Tests.Commands;

public sealed class TrackerServeTests
{
    [Fact]
    public async Task It_serves_until_it_is_told_to_end_and_says_where()
    {
        int port = FreePort();
        using var stop = new CancellationTokenSource();
        Task<CliResult> serving = Cli.RunAsync(new RunOptions { Interrupt = stop.Token }, "tracker", "serve", "--listen", $"127.0.0.1:{port}", "--interval", "10m");
        IReadOnlyList<TrackerReply> replies = [];
        while (replies.Count == 0 || replies[0].Error is not null)
        {
            Assert.False(serving.IsCompleted, "the tracker ended by itself");
            replies = await TrackerClient.AnnounceAsync(
                [$"http://127.0.0.1:{port}/announce"], new Core.InfoHash(default), TimeSpan.FromSeconds(5), cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.InRange(replies[0].Interval!.Value, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
        await stop.CancelAsync();
        CliResult result = await serving;
        Assert.Equal((ExitCode.Ok, ""), (result.ExitCode, result.Error));
        Assert.Contains($"listening: http://127.0.0.1:{port}/announce", result.Out, StringComparison.Ordinal);
        Assert.Contains($"listening: udp://127.0.0.1:{port}/announce", result.Out, StringComparison.Ordinal);
        Assert.Matches(new Regex(@"\d+ over HTTP", RegexOptions.None, TimeSpan.FromSeconds(1)), result.Out);
    }

    [Fact]
    public async Task A_taken_port_is_a_conflict()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        CliResult result = await Cli.RunAsync("tracker", "serve", "--no-http", "--listen", taken.LocalEndPoint!.ToString()!);
        Assert.Equal(ExitCode.Conflict, result.ExitCode);
        Assert.Contains("another process has this port", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_said()
    {
        CliResult result = await Cli.RunAsync("tracker", "serve", "--listen", "127.0.0.1:0", "--allow-list", "/no/such/list");
        Assert.Equal(ExitCode.SourceUnreadable, result.ExitCode);
        Assert.Contains("/no/such/list", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-http", "--no-udp")]
    [InlineData("--listen", "6969")]
    [InlineData("--listen", "::1:6969")]
    [InlineData("--listen", "tracker.example:6969")]
    [InlineData("--interval", "1s")]
    [InlineData("--max-peers", "0")]
    [InlineData("--max-rate", "-1")]
    public async Task What_makes_no_sense_is_a_usage_error(params string[] options)
    {
        CliResult result = await Cli.RunAsync(["tracker", "serve", .. options]);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.StartsWith("freshet: ", result.Error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
