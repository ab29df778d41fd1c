using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Freshet.Abstractions;
using Freshet.IO.Http;
using Freshet.IO.Loop;
using Freshet.IO.Network;

namespace Freshet.IO.Tests.Http;

public sealed class HttpExchangerTests : IDisposable
{
    private const string Passkey = "d41d8cd98f00b204";

    private readonly NameResolver _resolver = new(new MonoClock(), host => host switch
    {
        "loop.example" => [IPAddress.Loopback],
        "mapped.example" => [IPAddress.Parse("::ffff:127.0.0.1")],
        "metadata.example" => [IPAddress.Parse("169.254.169.254")],
        "both.example" => [IPAddress.Parse("10.0.0.1"), IPAddress.Loopback],
        _ => throw new SocketException((int)SocketError.HostNotFound),
    });

    private readonly HttpExchanger _http;

    public HttpExchangerTests() => _http = new HttpExchanger(_resolver);

    public void Dispose()
    {
        _http.Dispose();
        _resolver.Dispose();
    }

    [Fact]
    public async Task A_body_comes_back_with_status_and_address()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.Null(result.Error);
        Assert.Equal(7, result.Id);
        Assert.Equal(200, result.Status);
        Assert.Equal("hello"u8.ToArray(), result.Body.ToArray());
        Assert.Equal(IPAddress.Loopback, result.Remote);
        Assert.Contains("User-Agent: Freshet/test\r\n", server.Requests[0]);
        Assert.Contains("Connection: close\r\n", server.Requests[0]);
        Assert.DoesNotContain("Cookie", server.Requests[0]);
    }

    [Fact]
    public async Task An_error_answer_keeps_its_body_for_its_reason()
    {
        await using var server = new ScriptedServer("HTTP/1.0 403 Forbidden\r\n\r\nd14:failure reason2:noe");
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.Equal(403, result.Status);
        Assert.Equal("d14:failure reason2:noe"u8.ToArray(), result.Body.ToArray());
    }

    [Fact]
    public async Task Path_and_query_go_out_byte_by_byte()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        const string Path = "/a/%2E%2e/an%6Eounce?info_hash=%12%34%61%2F%ff%00%7e~!*'()&x=a%20b+c&left=0";
        await _http.FetchAsync(Fetch(server, Path));
        Assert.StartsWith($"GET {Path} HTTP/1.1\r\n", server.Requests[0]);
    }

    // THREATS B8, chaos 21.
    [Fact]
    public async Task A_gzip_bomb_ends_at_the_cap()
    {
        byte[] bomb = Gzip(new byte[100_000_000]);
        Assert.InRange(bomb.Length, 0, 200_000);
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {bomb.Length}\r\n\r\n"), stop);
            await stream.WriteAsync(bomb, stop);
        });
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce", maxBytes: 1_000_000));
        Assert.Equal("the answer is longer than 1000000 bytes", result.Error);
    }

    [Fact]
    public async Task A_gzip_answer_is_inflated()
    {
        byte[] body = Gzip("d8:intervali1800ee"u8.ToArray());
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}\r\n\r\n"), stop);
            await stream.WriteAsync(body, stop);
        });
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.Equal("d8:intervali1800ee"u8.ToArray(), result.Body.ToArray());
        Assert.Contains("Accept-Encoding: gzip\r\n", server.Requests[0]);
    }

    [Fact]
    public async Task Broken_gzip_is_an_error()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip");
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.Equal("the answer's body is not valid gzip or deflate", result.Error);
    }

    // THREATS B9, chaos 21.
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "the answer is longer than 100000 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "the answer is longer than 100000 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "the answer's headers are longer than 32 KiB")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", null)]
    [InlineData("<html>", null)]
    public async Task What_never_ends_or_lies_about_its_length_ends_here(string head, string? error)
    {
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
            byte[] more = new byte[10_000];
            more.AsSpan().Fill((byte)'a');
            while (true)
                await stream.WriteAsync(more, stop);
        });
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce", maxBytes: 100_000));
        Assert.NotNull(result.Error);
        if (error is not null)
            Assert.Equal(error, result.Error);
    }

    [Fact]
    public async Task A_silent_server_is_left_when_the_time_is_over()
    {
        await using var server = new ScriptedServer((_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce") with { Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal("no whole answer within 0.2 s", result.Error);
        Assert.Equal(0, result.Status);
    }

    [Fact]
    public async Task A_body_that_drips_is_left_when_the_time_is_over()
    {
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("a"u8.ToArray(), stop);
                await Task.Delay(20, stop);
            }
        });
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce") with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal("no whole answer within 0.3 s", result.Error);
    }

    // THREATS H1, H2: where a redirect leads is the engine's to judge.
    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        await using var server = new ScriptedServer("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
        HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.Equal(302, result.Status);
        Assert.Equal("file:///etc/passwd", result.Location);
        Assert.Null(result.Error);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Only_http_is_spoken()
    {
        HttpFetchResult result = await _http.FetchAsync(
            new HttpFetch(1, new Uri("ftp://127.0.0.1/x"), "x", 10, TimeSpan.FromSeconds(5), AddressPolicy.Any));
        Assert.Equal("only http and https are spoken here", result.Error);
    }

    // THREATS H3.
    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=loop.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        await using var server = new ScriptedServer((_, _, _) => Task.CompletedTask, certificate);
        HttpFetchResult result = await _http.FetchAsync(Fetch($"https://loop.example:{server.Port}/announce?passkey={Passkey}"));
        Assert.Contains("nobody that this machine trusts has signed it", result.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    // THREATS H1: judged when connecting, on the resolved address, in every spelling.
    [Theory]
    [InlineData("loop.example")]
    [InlineData("mapped.example")]
    [InlineData("metadata.example")]
    [InlineData("both.example")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    public async Task Where_only_global_addresses_may_be_reached_no_other_is(string host)
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        HttpFetchResult result = await _http.FetchAsync(Fetch($"http://{host}:{server.Port}/announce") with { Addresses = AddressPolicy.GlobalOnly });
        Assert.Equal("the host leads to an address that is not allowed here", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_users_own_tracker_on_this_machine_is_reached_by_name()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        HttpFetchResult result = await _http.FetchAsync(Fetch($"http://loop.example:{server.Port}/announce"));
        Assert.Equal(200, result.Status);
        Assert.Contains($"Host: loop.example:{server.Port}\r\n", server.Requests[0]);
    }

    // THREATS F8.
    [Theory]
    [InlineData("127.0.0.9")]
    [InlineData("::ffff:127.0.0.9")]
    public async Task A_bound_exchanger_connects_from_there_or_not_at_all(string address)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux has the whole of 127/8.");
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var bound = new HttpExchanger(_resolver, IPAddress.Parse(address));
        Assert.Equal(200, (await bound.FetchAsync(Fetch(server, "/announce"))).Status);
        Assert.Equal("127.0.0.9", server.LastClient!.Address.ToString());
        HttpFetchResult other = await bound.FetchAsync(Fetch($"http://[::1]:{server.Port}/"));
        Assert.Equal("the host has no address of the family that is in use", other.Error);
    }

    // THREATS H4: what a URL says of its user goes to that URL's host, in one exchange.
    [Fact]
    public async Task A_user_name_in_the_url_goes_with_that_request()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await _http.FetchAsync(Fetch($"http://me:p%40ss@127.0.0.1:{server.Port}/announce"));
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String("me:p@ss"u8)}\r\n", server.Requests[0]);
        await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.DoesNotContain("Authorization", server.Requests[1]);
    }

    // THREATS H5.
    [Theory]
    [InlineData("http://nowhere.example/announce/" + Passkey + "?passkey=" + Passkey)]
    [InlineData("http://127.0.0.1:1/announce?passkey=" + Passkey)]
    [InlineData("http://user:" + Passkey + "@127.0.0.1:1/")]
    [InlineData("gopher://127.0.0.1/" + Passkey)]
    public async Task No_error_quotes_the_url(string url)
    {
        HttpFetchResult result = await _http.FetchAsync(Fetch(url));
        Assert.NotNull(result.Error);
        Assert.DoesNotContain(Passkey, result.Error);
        Assert.DoesNotContain("announce", result.Error);
    }

    [Fact]
    public async Task More_than_the_cap_wait_and_are_served()
    {
        int inside = 0;
        int most = 0;
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            int now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
        });
        HttpFetchResult[] all = await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => _http.FetchAsync(Fetch(server, "/announce"))));
        Assert.All(all, result => Assert.Equal(200, result.Status));
        Assert.InRange(most, 1, HttpExchanger.MaxAtOnce);
    }

    [Fact]
    public async Task A_connection_that_is_kept_open_serves_the_next_exchange_with_the_same_server()
    {
        await using var server = new ScriptedServer(AnswerAll);
        HttpFetchResult first = await _http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true });
        HttpFetchResult second = await _http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true });
        HttpFetchResult last = await _http.FetchAsync(Fetch(server, "/announce"));
        Assert.All([first, second, last], result => Assert.Equal("hello"u8.ToArray(), result.Body.ToArray()));
        Assert.All([first, second, last], result => Assert.Equal(IPAddress.Loopback, result.Remote));
        Assert.Equal(1, server.Connections);
        Assert.DoesNotContain("Connection: close\r\n", server.Requests[0]);

        // Who wants nothing more says so.
        Assert.Contains("Connection: close\r\n", server.Requests[2]);
        Assert.Equal(200, (await _http.FetchAsync(Fetch(server, "/announce"))).Status);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_server_that_closes_each_connection_is_dialled_again()
    {
        await using var server = new ScriptedServer("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        for (int i = 1; i <= 3; i++)
        {
            HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true });
            Assert.Null(result.Error);
            Assert.Equal(IPAddress.Loopback, result.Remote);
            Assert.Equal(i, server.Connections);
        }
    }

    // THREATS H1: no connection serves under another policy, or another family, than it was opened under.
    [Fact]
    public async Task A_connection_that_is_kept_open_is_no_way_around_the_address_policy()
    {
        await using var server = new ScriptedServer(AnswerAll);
        HttpFetch fetch = Fetch($"http://loop.example:{server.Port}/announce") with { KeepOpen = true };
        Assert.Null((await _http.FetchAsync(fetch)).Error);
        HttpFetchResult result = await _http.FetchAsync(fetch with { Addresses = AddressPolicy.GlobalOnly });
        Assert.Equal("the host leads to an address that is not allowed here", result.Error);
        Assert.Null(result.Remote);
        result = await _http.FetchAsync(fetch with { Family = AddressFamily.InterNetworkV6 });
        Assert.Equal("the host has no address of the family that is in use", result.Error);
        Assert.Single(server.Requests);
    }

    // THREATS H5 of a kept connection: what one exchange was given is not left for the next.
    [Fact]
    public async Task A_server_that_says_more_than_one_answer_is_not_listened_to_for_the_next()
    {
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        for (int i = 0; i < 3; i++)
        {
            HttpFetchResult result = await _http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true });
            Assert.Equal("hello"u8.ToArray(), result.Body.ToArray());
        }

        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task A_connection_that_is_kept_open_is_closed_when_nothing_comes()
    {
        var closed = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            if (await stream.ReadAsync(new byte[1], stop) == 0)
                closed.SetResult();
        });
        using var http = new HttpExchanger(_resolver, linePatience: TimeSpan.FromMilliseconds(50));
        await http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true });
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Connections_that_are_kept_open_are_as_many_as_exchanges_at_once()
    {
        await using var server = new ScriptedServer(AnswerAll);
        for (int round = 0; round < 3; round++)
        {
            HttpFetchResult[] all = await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => _http.FetchAsync(Fetch(server, "/announce") with { KeepOpen = true })));
            Assert.All(all, result => Assert.Equal(200, result.Status));
        }

        Assert.InRange(server.Connections, 1, HttpExchanger.MaxAtOnce);
    }

    [Fact]
    public void Families_are_tried_by_turns()
    {
        IPAddress[] order = Dialer.Interleave([.. new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1" }.Select(IPAddress.Parse)]);
        Assert.Equal("2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3", string.Join(' ', order.AsEnumerable()));
    }

    /// <summary>Answers one request after the other on the same connection, until it is asked to close it.</summary>
    private static async Task AnswerAll(ScriptedServer server, string head, Stream stream, CancellationToken stop)
    {
        while (head.Length > 0)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray(), stop);
            if (head.Contains("Connection: close", StringComparison.Ordinal))
                return;
            head = await server.ReadHeadAsync(stream);
        }
    }

    private static void InterlockedMax(ref int place, int value)
    {
        for (int seen = place; value > seen; seen = place)
            Interlocked.CompareExchange(ref place, value, seen);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return to.ToArray();
    }

    private static HttpFetch Fetch(ScriptedServer server, string path, int maxBytes = 1_000_000)
        => Fetch($"http://127.0.0.1:{server.Port}{path}", maxBytes);

    private static HttpFetch Fetch(string url, int maxBytes = 1_000_000)
        => new(7, new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), "Freshet/test", maxBytes, TimeSpan.FromSeconds(30), AddressPolicy.Any);
}
