using Freshet.Protocol.Trackers;

namespace Freshet.Protocol.Tests.Trackers;

public sealed class TrackerUrlTests
{
    [Theory]
    [InlineData("http://tracker.example.org/announce", TrackerProtocol.Http, "tracker.example.org", 80, "/announce")]
    [InlineData("HTTPS://Tracker.Example.org:8443/Announce?X=1", TrackerProtocol.Https, "tracker.example.org", 8443, "/Announce?X=1")]
    [InlineData("  udp://tracker.example.org:1337  ", TrackerProtocol.Udp, "tracker.example.org", 1337, "/")]
    [InlineData("udp://[2001:db8::1]:80/announce", TrackerProtocol.Udp, "2001:db8::1", 80, "/announce")]
    [InlineData("http://10.0.0.1:6969/a%20b%2f%41/announce#x", TrackerProtocol.Http, "10.0.0.1", 6969, "/a%20b%2f%41/announce")]
    [InlineData("http://h.example?passkey=1", TrackerProtocol.Http, "h.example", 80, "/?passkey=1")]
    [InlineData("http://h.example/../a/./b é", TrackerProtocol.Http, "h.example", 80, "/../a/./b%20%C3%A9")]
    [InlineData("http://my_tracker.example/announce", TrackerProtocol.Http, "my_tracker.example", 80, "/announce")]
    [InlineData("http://bücher.example/announce", TrackerProtocol.Http, "xn--bcher-kva.example", 80, "/announce")]
    [InlineData("http://user:pass@h.example/announce", TrackerProtocol.Http, "h.example", 80, "/announce")]
    public void A_good_url_keeps_its_path_and_query(string text, TrackerProtocol protocol, string host, int port, string pathAndQuery)
    {
        Assert.True(TrackerUrl.TryParse(text, out TrackerUrl? url, out _));
        Assert.Equal((protocol, host, port, pathAndQuery), (url.Protocol, url.Host, url.Port, url.PathAndQuery));
    }

    // H2: nothing but the three schemes, whatever the rest looks like.
    [Theory]
    [InlineData("")]
    [InlineData("announce")]
    [InlineData("://host/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://h.example/announce")]
    [InlineData("qrc://h.example/")]
    [InlineData("wss://h.example/")]
    [InlineData("javascript://h.example/%0aalert(1)")]
    [InlineData("http:/h.example/")]
    [InlineData("http://")]
    [InlineData("http:///announce")]
    [InlineData("http://h.example:0/")]
    [InlineData("http://h.example:65536/")]
    [InlineData("http://h.example:x/")]
    [InlineData("http://[::1/announce")]
    [InlineData("http://a b/announce")]
    [InlineData("http://xn--b\uFFFDcher.example/announce")]
    [InlineData("http://[2001:db8::1]\uFFFD6969/announce")]
    [InlineData("http://[2001:db8::1]6969/announce")]
    [InlineData("http://h.example:80:80/announce")]
    [InlineData("http://h.example/\r\nHost: other")]
    [InlineData("http://h.example/\u0000")]
    [InlineData("udp://h.example/announce")]
    public void What_is_no_tracker_is_refused(string text)
    {
        Assert.False(TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error));
        Assert.Null(url);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_url_is_bounded_also_after_encoding()
    {
        Assert.True(TrackerUrl.TryParse("http://h.example/" + new string('a', 1000), out _, out _));
        Assert.False(TrackerUrl.TryParse("http://h.example/" + new string('a', 1010), out _, out _));
        Assert.False(TrackerUrl.TryParse("http://h.example/" + new string('é', 500), out _, out _));
    }

    // H5: what may be a passkey is shown nowhere.
    [Theory]
    [InlineData("http://t.example/announce", "http://t.example:80/announce")]
    [InlineData("https://t.example/0123456789abcdef/announce", "https://t.example:443/***/announce")]
    [InlineData("http://t.example/announce.php?passkey=secret1", "http://t.example:80/announce.php?***")]
    [InlineData("http://user:secret1@t.example/announce", "http://***@t.example:80/announce")]
    [InlineData("http://0123456789abcdef0123456789abcdef.t.example/announce", "http://***.t.example:80/announce")]
    [InlineData("udp://[2001:db8::1]:80/secret1", "udp://[2001:db8::1]:80/***")]
    public void As_text_it_shows_no_secret(string text, string expected)
    {
        Assert.True(TrackerUrl.TryParse(text, out TrackerUrl? url, out _));
        Assert.Equal(expected, url.ToString());
        Assert.Equal(expected, $"{url}");
    }

    // H5: also where a tracker's or a library's message quotes it.
    [Fact]
    public void Quoted_secrets_are_scrubbed_from_other_texts()
    {
        Assert.True(TrackerUrl.TryParse("http://bob:hunter22@t.example/k3y%2Fpart/announce?pass=PassKey99&uk=1", out TrackerUrl? url, out _));
        Assert.Equal(
            "unknown *** for ***, *** and *** at /announce: 1",
            url.Scrub("unknown passkey99 for hunter22, k3y/part and k3y%2Fpart at /announce: 1"));
    }

    [Fact]
    public void Equal_urls_are_equal_whatever_the_case_of_the_host()
    {
        Assert.True(TrackerUrl.TryParse("http://T.example/announce", out TrackerUrl? a, out _));
        Assert.True(TrackerUrl.TryParse("HTTP://t.example:80/announce", out TrackerUrl? b, out _));
        Assert.True(TrackerUrl.TryParse("http://t.example/Announce", out TrackerUrl? c, out _));
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, c);
    }
}
