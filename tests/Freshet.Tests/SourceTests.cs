using System.Net;
using System.Text;

namespace Freshet.Tests;

public sealed class SourceTests
{
    private static readonly TestTorrent Torrent = new("t", ("a", 1000));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://h.example/x.torrent", "http://h.example/x.torrent")]
    [InlineData("https://h.example/x.torrent?key=secret", "https://h.example/x.torrent?key=***")]
    [InlineData("/tmp/x.torrent", "/tmp/x.torrent")]
    [InlineData("http:/x", "http:/x")]
    [InlineData("C:\\x.torrent", "C:\\x.torrent")]
    public void Text_is_a_path_or_a_url(string text, string description) => Assert.Equal(description, TorrentSource.Parse(text).Description);

    // THREATS H2: nothing but http and https is fetched.
    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://h.example/x")]
    [InlineData("relative")]
    public void Other_urls_are_refused(string url)
        => Assert.Throws<ArgumentException>(() => TorrentSource.FromUrl(new Uri(url, UriKind.RelativeOrAbsolute)));

    [Fact]
    public async Task A_url_is_fetched()
    {
        await using var server = new TestTracker();
        server.Map("/x.torrent", _ => TestTracker.Answer("200 OK", Torrent.ToBytes()));
        Assert.Equal("t", (await TorrentSource.Parse(server.Origin + "/x.torrent?key=1").LoadAsync(Cancellation)).Name);
        Assert.Equal("GET /x.torrent?key=1 HTTP/1.1", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task Redirects_are_followed_to_a_limit()
    {
        await using var server = new TestTracker();
        server.Map("/one", _ => TestTracker.Answer("302 Found", [], "Location: /two\r\n"));
        server.Map("/two", _ => TestTracker.Answer("200 OK", Torrent.ToBytes()));
        server.Map("/round", _ => TestTracker.Answer("302 Found", [], "Location: /round\r\n"));
        Assert.Equal("t", (await TorrentSource.Parse(server.Origin + "/one").LoadAsync(Cancellation)).Name);
        Assert.Contains("redirects more than 5 times", await FailureAsync(server, "/round"), StringComparison.Ordinal);
        Assert.Equal(2 + 6, server.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    public async Task A_redirect_to_another_scheme_is_not_followed(string location)
    {
        await using var server = new TestTracker();
        server.Map("/x", _ => TestTracker.Answer("301 Moved", [], $"Location: {location}\r\n"));
        Assert.Contains("which is not allowed", await FailureAsync(server, "/x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_says_instead_is_told_without_the_urls_secret()
    {
        await using var server = new TestTracker();
        string message = await FailureAsync(server, "/gone?passkey=hush");
        Assert.Contains("the server answered 404", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_what_to_do()
    {
        FreshetException failure = await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.Parse("http://127.0.0.1:1/x").LoadAsync(Cancellation));
        Assert.Equal(FreshetError.Network, failure.Error);
        Assert.Contains("Check the URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_given_up()
    {
        await using var server = new TestTracker();
        server.Map("/x", _ => TestTracker.Answer("200 OK", new byte[TorrentSource.MaxBytes + 1]));
        Assert.Contains("longer than", await FailureAsync(server, "/x"), StringComparison.Ordinal);
    }

    // THREATS F8: a bound session fetches from its own address or not at all.
    [Fact]
    public async Task A_bound_source_leaves_from_its_address_alone()
    {
        await using var server = new TestTracker();
        server.Map("/x", _ => TestTracker.Answer("200 OK", Torrent.ToBytes()));
        var url = new Uri(server.Origin + "/x");
        await TorrentSource.FromUrl(url, IPAddress.Loopback).LoadAsync(Cancellation);
        await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.FromUrl(url, IPAddress.IPv6Loopback).LoadAsync(Cancellation));
        await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.FromUrl(url, IPAddress.Parse("192.0.2.7")).LoadAsync(Cancellation));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stream_is_read_to_its_end_and_not_beyond_the_limit()
    {
        using var stream = new MemoryStream(Torrent.ToBytes());
        Assert.Equal("t", (await TorrentSource.FromStream(stream).LoadAsync(Cancellation)).Name);
        Assert.True(stream.CanRead);
        using var endless = new MemoryStream(new byte[TorrentSource.MaxBytes + 1]);
        FreshetException failure = await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.FromStream(endless, "the pipe").LoadAsync(Cancellation));
        Assert.Equal(FreshetError.SourceInvalid, failure.Error);
        Assert.StartsWith("the pipe is not a torrent file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_torrent_are_refused_with_what_and_where()
    {
        FreshetException failure = await Assert.ThrowsAsync<FreshetException>(
            () => TorrentSource.FromBytes(Encoding.ASCII.GetBytes("d4:infodee"), "x.torrent").LoadAsync(Cancellation));
        Assert.Equal(FreshetError.SourceInvalid, failure.Error);
        Assert.StartsWith("x.torrent: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_and_a_missing_file_are_told_apart()
    {
        using var folder = new TempFolder();
        FreshetException one = await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.FromFile(folder.Path).LoadAsync(Cancellation));
        Assert.Contains("it is a folder", one.Message, StringComparison.Ordinal);
        FreshetException two = await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.FromFile(folder.At("x", "y")).LoadAsync(Cancellation));
        Assert.Contains("there is no such file", two.Message, StringComparison.Ordinal);
        Assert.Equal(FreshetError.SourceUnreadable, two.Error);
    }

    [Fact]
    public async Task Metainfo_is_a_source_with_the_same_info_hash()
    {
        Core.Metainfo metainfo = await Torrent.Source.LoadAsync(Cancellation);
        TorrentSource again = TorrentSource.FromMetainfo(metainfo);
        Assert.Same(metainfo, await again.LoadAsync(Cancellation));
        Assert.Equal(metainfo.Hashes, (await TorrentSource.FromBytes(await again.ReadAsync(Cancellation)).LoadAsync(Cancellation)).Hashes);
    }

    private static async Task<string> FailureAsync(TestTracker server, string path)
    {
        FreshetException failure = await Assert.ThrowsAsync<FreshetException>(() => TorrentSource.Parse(server.Origin + path).LoadAsync(Cancellation));
        Assert.Equal(FreshetError.Network, failure.Error);
        return failure.Message;
    }
}
