using System.Net;
using System.Net.Sockets;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Each fault of a tracker is found in the step that it belongs to.</summary>
public sealed class TrackerTestTests
{
    private static readonly InfoHash Swarm = Metainfo.Load(new TestTorrent("t", ("a", 10)).ToBytes()).Hashes.Primary;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_good_tracker_passes_every_step()
    {
        await using var tracker = new TestTracker();
        tracker.Map("/scrape", _ => TestTracker.Answer("200 OK", Counts(Swarm)));
        TrackerTest test = await TestAsync(tracker.Announce);
        Assert.True(test.IsWorking);
        Assert.Equal("resolve", Assert.Single(test.Steps).Name);
        TrackerTestRoute route = Assert.Single(test.Routes);
        Assert.Equal("connect ok announce warned scrape ok stop ok", Outline(route));
        Assert.Equal((IPAddress.Loopback, TimeSpan.FromSeconds(60), 1), (route.Address, route.Interval, route.Leechers));
        Assert.Contains("interval", route.Steps[1].Advice, StringComparison.Ordinal);
        Assert.Contains(tracker.Requests, line => line.Contains("event=stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_fails_to_connect()
    {
        TrackerTestRoute route = Assert.Single((await TestAsync("http://127.0.0.1:1/announce")).Routes);
        Assert.Equal("connect failed", Outline(route));
        Assert.Contains("nobody listens", route.Steps[0].Advice, StringComparison.Ordinal);
    }

    /// <summary>Takes connections and never says a word.</summary>
    [Fact]
    public async Task A_black_hole_is_connected_to_and_does_not_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        TrackerTest test = await TestAsync($"http://{listener.LocalEndpoint}/announce");
        Assert.False(test.IsWorking);
        Assert.Equal("connect ok announce failed", Outline(Assert.Single(test.Routes)));
    }

    [Fact]
    public async Task A_udp_port_that_swallows_everything_fails_to_connect()
    {
        using var hole = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        TrackerTestRoute route = Assert.Single((await TestAsync($"udp://{hole.Client.LocalEndPoint}/announce")).Routes);
        Assert.Equal("connect failed", Outline(route));
        Assert.Contains("UDP is blocked", route.Steps[0].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_shown_and_followed()
    {
        await using var tracker = new TestTracker();
        tracker.Map("/old/announce", line => TestTracker.Answer("301 Moved Permanently", [], $"Location: {line.Split(' ')[1][4..]}\r\n"));
        TrackerTestRoute route = Assert.Single((await TestAsync($"{tracker.Origin}/old/announce")).Routes);
        Assert.StartsWith("connect ok redirect warned connect ok announce", Outline(route), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "file")]
    [InlineData("/old/announce", "too often")]
    public async Task A_redirect_that_must_not_be_followed_fails(string location, string why)
    {
        await using var tracker = new TestTracker();
        tracker.Map("/old/announce", _ => TestTracker.Answer("301 Moved Permanently", [], $"Location: {location}\r\n"));
        TrackerTestRoute route = Assert.Single((await TestAsync($"{tracker.Origin}/old/announce")).Routes);
        Assert.Equal(("redirect", TrackerVerdict.Failed), (route.Steps[^1].Name, route.Steps[^1].Verdict));
        Assert.Contains(why, route.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "nothing here", "none of a tracker")]
    [InlineData("503 Service Unavailable", "", "try again later")]
    [InlineData("200 OK", "<html>buy this domain</html>", "no tracker")]
    [InlineData("200 OK", "d14:failure reason23:0123456789abcdef is unke", "refuses")]
    public async Task What_answers_wrongly_fails_at_the_announce(string status, string body, string advice)
    {
        await using var tracker = new TestTracker();
        tracker.Map("/0123456789abcdef/announce", _ => TestTracker.Answer(status, System.Text.Encoding.ASCII.GetBytes(body)));
        TrackerTest test = await TestAsync($"{tracker.Origin}/0123456789abcdef/announce");
        TrackerTestRoute route = Assert.Single(test.Routes);
        Assert.Equal("connect ok announce failed", Outline(route));
        Assert.Contains(advice, route.Steps[^1].Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", test.ToString() + string.Join(' ', route.Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_where_there_is_none_is_found_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task plain = AnswerAsync();
        TrackerTestRoute route = Assert.Single((await TestAsync($"https://{listener.LocalEndpoint}/announce")).Routes);
        await plain;
        Assert.Equal("connect ok announce failed", Outline(route));
        Assert.Contains("http://", route.Steps[^1].Advice, StringComparison.Ordinal);

        async Task AnswerAsync()
        {
            using Socket socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        }
    }

    [Theory]
    [InlineData("gopher://x", "url")]
    [InlineData("udp://no.such.host.invalid:1", "resolve")]
    public async Task What_cannot_be_asked_fails_before_any_family(string url, string step)
    {
        TrackerTest test = await TestAsync(url);
        Assert.Equal((step, TrackerVerdict.Failed), (test.Steps[^1].Name, test.Steps[^1].Verdict));
        Assert.NotNull(test.Steps[^1].Advice);
        Assert.Empty(test.Routes);
    }

    [Fact]
    public async Task A_scrape_counts_each_swarm_that_the_tracker_knows()
    {
        await using var tracker = new TestTracker();
        tracker.Map("/scrape", _ => TestTracker.Answer("200 OK", Counts(Swarm)));
        InfoHash[] swarms = [.. Enumerable.Range(1, 70).Select(i => new InfoHash(new Sha1Hash([.. Enumerable.Repeat((byte)i, 20)]))), Swarm];
        IReadOnlyList<TrackerScrape> scrapes = await TrackerClient.ScrapeAsync(
            [tracker.Announce, $"{tracker.Origin}/x"], swarms, Patience, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(new ScrapedSwarm(Swarm, 3, 4, 5, null), Assert.Single(scrapes[0].Swarms));
        Assert.Equal(2, tracker.Requests.Count);
        Assert.Contains("BEP 48", scrapes[1].Error, StringComparison.Ordinal);
    }

    private static async Task<TrackerTest> TestAsync(string url)
        => Assert.Single(await TrackerClient.TestAsync([url], Swarm, Patience, cancellationToken: TestContext.Current.CancellationToken));

    private static string Outline(TrackerTestRoute route)
        => string.Join(' ', route.Steps.Select(step => $"{step.Name} {(step.Verdict == TrackerVerdict.Passed ? "ok" : step.Verdict.ToString().ToLowerInvariant())}"));

    private static byte[] Counts(InfoHash swarm)
    {
        BencodeWriter answer = new BencodeWriter().Dictionary().Key("files"u8).Dictionary().Key(swarm.Value.Bytes).Dictionary();
        return answer.Key("complete"u8).Integer(3).Key("downloaded"u8).Integer(5).Key("incomplete"u8).Integer(4).End().End().End().ToArray();
    }
}
