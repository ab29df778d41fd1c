using Freshet.Engine.Discovery;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Tests.Discovery;

public sealed class TrackerUrlsTests
{
    private readonly TrackerUrls _urls = new();

    [Fact]
    public void Torrents_that_name_the_same_url_share_it()
    {
        TrackerUrl first = Read("http://one.example/announce");
        Assert.Same(first, Read("http://one.example/announce"));
        Assert.NotSame(first, Read("http://one.example/announce?passkey=1"));
    }

    [Fact]
    public void Torrents_with_a_url_each_leave_no_more_than_the_limit_behind()
    {
        TrackerUrl first = Read("http://one.example/0");
        for (int i = 1; i < TrackerUrls.MaxRemembered; i++)
            Read($"http://one.example/{i}");
        Assert.Same(first, Read("http://one.example/0"));
        Read("http://one.example/more");
        Assert.NotSame(first, Read("http://one.example/0"));
        Assert.Equal(first, Read("http://one.example/0"));
    }

    [Fact]
    public void What_cannot_be_used_is_refused_each_time()
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.False(_urls.TryRead("ftp://one.example/announce", out TrackerUrl? url, out string? refusal));
            Assert.Null(url);
            Assert.Equal("its scheme is not http, https or udp", refusal);
        }
    }

    private TrackerUrl Read(string text)
    {
        Assert.True(_urls.TryRead(text, out TrackerUrl? url, out _));
        return url;
    }
}
