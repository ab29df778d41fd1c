using System.Net;
using System.Net.Sockets;
using Freshet.Core;

namespace Freshet.Tracker.Tests.Hosting;

/// <summary>The whole tracker over real sockets: with epoll and batches of datagrams on Linux, and with the portable sockets.</summary>
public sealed class TrackerServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly string Announce = Http.HttpRig.Announce(1);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Our_own_client_announces_over_http_and_udp(bool portable, bool ipv6)
    {
        using var tracker = new ServerUnderTest(portable, ipv6: ipv6);
        IReadOnlyList<TrackerReply> replies = await TrackerClient.AnnounceAsync([tracker.Http, tracker.Udp], Peers.Hash(3), cancellationToken: Cancellation);
        Assert.Equal(2, replies.Count);
        Assert.All(replies, reply => Assert.Null(reply.Error));
        Assert.All(replies, reply => Assert.Equal(1, reply.Leechers));
        TrackerStatistics statistics = tracker.Server.Statistics();
        Assert.Equal((2, 2), (statistics.HttpAnnounces, statistics.UdpAnnounces));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_may_come_in_pieces_and_one_behind_the_other(bool portable)
    {
        using var tracker = new ServerUnderTest(portable);
        using Socket socket = await tracker.ConnectAsync();
        string one = $"GET {Announce} HTTP/1.1\r\nHost: t\r\n\r\n";
        foreach (char c in one)
            await ServerUnderTest.SendAsync(socket, c.ToString());
        await ServerUnderTest.SendAsync(socket, string.Concat(Enumerable.Repeat(one, 200)) + one[..30]);
        await ServerUnderTest.SendAsync(socket, one[30..] + $"GET {Announce} HTTP/1.1\r\nConnection: close\r\n\r\n");
        string answers = await ServerUnderTest.ReadToEndAsync(socket);
        Assert.Equal(203, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(203, tracker.Server.Statistics().HttpAnnounces);
    }

    // A client that asks and does not read: what waits for it is bounded, and others are served meanwhile.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_read_stops_being_read(bool portable)
    {
        using var tracker = new ServerUnderTest(portable);
        using Socket socket = await tracker.ConnectAsync();
        socket.ReceiveBufferSize = 4096;
        socket.SendTimeout = 1;
        byte[] requests = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /x HTTP/1.1\r\n\r\n", 3000)));
        socket.Blocking = false;
        long sent = 0;
        for (int refusals = 0; refusals < 200 && sent < 200_000_000;)
        {
            socket.Send(requests, 0, requests.Length, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                refusals++;
                await Task.Delay(1, Cancellation);
            }
            else
            {
                sent += requests.Length;
            }
        }

        Assert.True(sent < 200_000_000, $"{sent} bytes were taken from a client that never reads");
        Assert.Null((await TrackerClient.AnnounceAsync([tracker.Http], Peers.Hash(3), cancellationToken: Cancellation))[0].Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_scrape_arrives_whole(bool portable)
    {
        using var tracker = new ServerUnderTest(portable, options => options with { FullScrape = true });
        using var http = new HttpClient();
        for (int i = 0; i < 2000; i++)
            await http.GetByteArrayAsync(new Uri($"http://{tracker.Endpoint}{Http.HttpRig.Announce(1, swarm: i)}"), Cancellation);
        byte[] body = await http.GetByteArrayAsync(new Uri($"http://{tracker.Endpoint}/scrape"), Cancellation);
        Assert.True(BencodeDocument.TryParse(body, BencodeLimits.Metainfo, out BencodeDocument document, out _));
        Assert.Equal(2000, document.Root["files"u8].Count());
    }

    // THREATS T4: more connections than allowed; the silent ones give way, and whoever asks is answered.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silent_connections_are_bounded(bool portable)
    {
        using var tracker = new ServerUnderTest(portable, options => options with { MaxConnections = 20, MaxConnectionsPerSource = 10 });
        var silent = new List<Socket>();
        for (int i = 0; i < 40; i++)
            silent.Add(await tracker.ConnectAsync());
        while (tracker.Server.Statistics().Rejected < 30)
            await Task.Delay(5, Cancellation);
        Assert.Equal(10, tracker.Server.Statistics().Connections);
        silent.ForEach(socket => socket.Dispose());
        while (tracker.Server.Statistics().Connections > 0)
            await Task.Delay(5, Cancellation);
        Assert.Null((await TrackerClient.AnnounceAsync([tracker.Http], Peers.Hash(3), cancellationToken: Cancellation))[0].Error);
    }

    // THREATS T4: a byte now and then keeps no connection open.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_drips_is_given_up(bool portable)
    {
        using var tracker = new ServerUnderTest(portable, options => options with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        using Socket socket = await tracker.ConnectAsync();
        try
        {
            while (true)
            {
                await ServerUnderTest.SendAsync(socket, "G");
                await Task.Delay(20, Cancellation);
            }
        }
        catch (SocketException)
        {
            // The tracker ended it.
        }

        while (tracker.Server.Statistics() is not { TimedOut: 1, Connections: 0 })
            await Task.Delay(5, Cancellation);
    }

    [Fact]
    public async Task A_list_is_read_again_when_it_is_asked_for_and_a_broken_one_changes_nothing()
    {
        string file = Path.GetTempFileName();
        try
        {
            using var tracker = new ServerUnderTest(portable: false, options => options with { AllowListFile = file });
            Assert.NotNull(await ErrorOfAsync(tracker));
            await File.WriteAllTextAsync(file, Peers.Hash(3).ToString(), Cancellation);
            tracker.Server.ReloadLists();
            Assert.Null(await ErrorOfAsync(tracker));
            await File.WriteAllTextAsync(file, "nonsense", Cancellation);
            tracker.Server.ReloadLists();
            Assert.Null(await ErrorOfAsync(tracker));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void What_keeps_a_tracker_from_starting_is_said()
    {
        using var tracker = new ServerUnderTest(portable: false);
        foreach (bool http in (bool[])[false, true])
        {
            var taken = Assert.Throws<TrackerException>(() => TrackerServer.Start(new TrackerOptions { Listen = [tracker.Endpoint], Http = http, Udp = !http }));
            Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketError);
            Assert.Contains("another process has this port", taken.Message, StringComparison.Ordinal);
        }

        Assert.Throws<TrackerException>(() => TrackerServer.Start(new TrackerOptions { AllowListFile = "/no/such/file" }));
        Assert.Throws<ArgumentException>(() => TrackerServer.Start(new TrackerOptions { Http = false, Udp = false }));
        Assert.Throws<ArgumentException>(() => TrackerServer.Start(new TrackerOptions { Interval = TimeSpan.FromSeconds(1) }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_stops_and_frees_its_port(bool portable)
    {
        IPEndPoint endpoint;
        using (var tracker = new ServerUnderTest(portable))
            endpoint = tracker.Endpoint;
        using var again = new ServerUnderTest(portable, options => options with { Listen = [endpoint] });
        Assert.Equal(endpoint, again.Endpoint);
    }

    private static async Task<string?> ErrorOfAsync(ServerUnderTest tracker)
        => (await TrackerClient.AnnounceAsync([tracker.Http], Peers.Hash(3), cancellationToken: Cancellation))[0].Error;
}
