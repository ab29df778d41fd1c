using System.Text;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Protocol.Tests.Trackers;

/// <summary>BEP 48.</summary>
public sealed class HttpScrapeTests
{
    private static readonly InfoHash X = Swarm('x');
    private static readonly InfoHash Y = Swarm('y');

    [Theory]
    [InlineData("http://t.example/announce", "http://t.example/scrape?info_hash=")]
    [InlineData("http://t.example:8080/x/announce", "http://t.example:8080/x/scrape?info_hash=")]
    [InlineData("http://t.example/announce.php", "http://t.example/scrape.php?info_hash=")]
    [InlineData("https://t.example/announce/x/announce?key=%aa&b", "https://t.example/announce/x/scrape?key=%aa&b&info_hash=")]
    [InlineData("http://t.example/announce?x=a/b", "http://t.example/scrape?x=a/b&info_hash=")]
    [InlineData("http://u:p@t.example/announcement", "http://u:p@t.example/scrapement?info_hash=")]
    [InlineData("http://announce.example/a", null)]
    [InlineData("http://t.example/", null)]
    [InlineData("http://t.example/x/myannounce", null)]
    [InlineData("http://t.example/announce/x", null)]
    [InlineData("http://t.example/?announce", null)]
    public void The_url_follows_from_that_of_announces_or_there_is_none(string announce, string? expected)
    {
        Assert.True(TrackerUrl.TryParse(announce, out TrackerUrl? url, out _));
        Uri? scrape = HttpScrape.Url(url, [X, Y]);
        Assert.Equal(expected is null ? null : $"{expected}{new string('x', 20)}&info_hash={new string('y', 20)}", scrape?.OriginalString);
    }

    [Fact]
    public void The_longest_question_fits_into_what_servers_read()
    {
        string url = "http://t.example/announce?k=";
        Assert.True(TrackerUrl.TryParse(url + new string('k', TrackerLimits.MaxUrl - url.Length), out TrackerUrl? tracker, out _));
        InfoHash dense = new(new Sha1Hash([.. Enumerable.Repeat((byte)0xFF, 20)]));
        Assert.InRange(HttpScrape.Url(tracker, [.. Enumerable.Repeat(dense, HttpScrape.MaxSwarms)])!.OriginalString.Length, 4096, 8000);
    }

    [Fact]
    public void Each_swarm_that_the_tracker_knows_is_counted()
    {
        ScrapeAnswer answer = Parse("d5:filesd20:xxxxxxxxxxxxxxxxxxxxd8:completei11e10:downloadedi13772e11:downloadersi9e10:incompletei19ee"
            + "20:zzzzzzzzzzzzzzzzzzzzd8:completei21eee5:flagsd20:min_request_intervali3600eee");
        Assert.Equal([new SwarmCounts(X, 11, 19, 13772, 9)], answer.Swarms);
        Assert.Equal(TimeSpan.FromHours(1), answer.MinInterval);
        Assert.Null(answer.Failure);
    }

    [Fact]
    public void Odd_counts_do_no_harm()
    {
        ScrapeAnswer answer = Parse("d5:filesd20:xxxxxxxxxxxxxxxxxxxxd8:completei-5e10:downloadedi99999999999999e10:incomplete1:9e20:yyyyyyyyyyyyyyyyyyyylee5:flagsd20:min_request_intervali-1eee");
        Assert.Equal([new SwarmCounts(X, 0, 0, int.MaxValue)], answer.Swarms);
        Assert.Null(answer.MinInterval);
    }

    [Fact]
    public void A_refusal_is_an_answer_and_is_made_harmless()
        => Assert.Equal("noway", Parse("d14:failure reason6:no\u001bwaye").Failure);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("le")]
    [InlineData("de")]
    [InlineData("d5:filesi1ee")]
    [InlineData("d5:files")]
    public void What_is_no_answer_is_an_error_that_says_so(string body)
    {
        Assert.False(HttpScrape.TryParse(Encoding.Latin1.GetBytes(body), [X], out ScrapeAnswer? answer, out string? error));
        Assert.Null(answer);
        Assert.NotEmpty(error);
    }

    private static InfoHash Swarm(char letter) => new(new Sha1Hash([.. Enumerable.Repeat((byte)letter, 20)]));

    private static ScrapeAnswer Parse(string body)
    {
        Assert.True(HttpScrape.TryParse(Encoding.Latin1.GetBytes(body), [X, Y], out ScrapeAnswer? answer, out string? error), error);
        return answer;
    }
}
