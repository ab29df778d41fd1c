using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Tests.Commands;

public sealed class TrackerCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _requests = [];

    public TrackerCommandTests() => _listener.Start();

    private string Announce => $"http://{_listener.LocalEndpoint}/0123456789abcdef/announce";

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Scrape_asks_the_trackers_of_a_torrent_and_names_it()
    {
        var torrent = new TestTorrent("album", ("one.flac", 300)) { Trackers = [Announce] };
        InfoHash swarm = Metainfo.Load(torrent.ToBytes()).Hashes.Primary;
        Task serving = ServeAsync(1, swarm);
        CliResult result = await Cli.RunAsync("tracker", "scrape", torrent.WriteTorrent(_folder));
        await serving;
        Assert.Equal(0, result.ExitCode);
        string[] row = result.Out.Split('\n')[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["http", "IPv4"], row[1..3]);
        Assert.Equal(["3", "4", "5", "album"], row[4..]);
        Assert.DoesNotContain("0123456789abcdef", result.Out, StringComparison.Ordinal);
        Assert.StartsWith("GET /0123456789abcdef/scrape?info_hash=", _requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_asks_a_named_tracker_for_many_hashes_at_once()
    {
        InfoHash swarm = new(new Sha1Hash([.. Enumerable.Repeat((byte)'a', 20)]));
        Task serving = ServeAsync(1, swarm);
        CliResult result = await Cli.RunAsync("tracker", "scrape", "--json", Announce, swarm.ToString(), new string('b', 40));
        await serving;
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement only = Assert.Single(Assert.Single(json.RootElement.EnumerateArray()).GetProperty("swarms").EnumerateArray());
        Assert.Equal((swarm.ToString(), 3, 5), (only.GetProperty("infoHash").GetString(), only.GetProperty("seeders").GetInt32(), only.GetProperty("completed").GetInt32()));
        Assert.Single(_requests);
    }

    [Theory]
    [InlineData("a tracker alone", "udp://127.0.0.1:1")]
    [InlineData("a hash alone", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task Scrape_without_a_question_is_a_usage_error(string why, string argument)
    {
        CliResult result = await Cli.RunAsync("tracker", "scrape", argument);
        Assert.True(result.ExitCode == ExitCode.Usage, why);
        Assert.Contains("give", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_shows_each_step_and_what_to_do()
    {
        Task serving = ServeAsync(3, default);
        CliResult result = await Cli.RunAsync("tracker", "test", Announce);
        await serving;
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("works", result.Out, StringComparison.Ordinal);
        Assert.Contains("→ ", result.Out, StringComparison.Ordinal);
        foreach (string step in (string[])["resolve", "connect", "announce", "scrape", "stop"])
            Assert.Contains(step, result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_of_a_tracker_that_is_not_there_is_exit_code_8()
    {
        CliResult result = await Cli.RunAsync("tracker", "test", "--json", "http://127.0.0.1:1/announce");
        Assert.Equal(ExitCode.Network, result.ExitCode);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement test = Assert.Single(json.RootElement.EnumerateArray());
        Assert.False(test.GetProperty("works").GetBoolean());
        JsonElement step = test.GetProperty("routes")[0].GetProperty("steps")[0];
        Assert.Equal(("connect", "FAIL"), (step.GetProperty("name").GetString(), step.GetProperty("verdict").GetString()));
        Assert.NotEmpty(step.GetProperty("advice").GetString()!);
    }

    /// <summary>A tracker that answers so many requests, announces and scrapes alike.</summary>
    private async Task ServeAsync(int requests, InfoHash swarm)
    {
        string hash = Encoding.Latin1.GetString(swarm.Value.Bytes);
        for (int i = 0; i < requests; i++)
        {
            using Socket socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            byte[] buffer = new byte[8192];
            int read = 0;
            while (!buffer.AsSpan(0, read).EndsWith("\r\n\r\n"u8))
                read += await socket.ReceiveAsync(buffer.AsMemory(read), TestContext.Current.CancellationToken);
            string line = Encoding.ASCII.GetString(buffer, 0, read).Split('\r')[0];
            _requests.Add(line);
            string body = line.Contains("/scrape", StringComparison.Ordinal)
                ? $"d5:filesd20:{hash}d8:completei3e10:downloadedi5e10:incompletei4eeee"
                : "d8:completei3e10:incompletei4e8:intervali30e5:peers0:e";
            await socket.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Both);
        }
    }
}
