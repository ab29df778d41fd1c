using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Tests.Wire;
using Freshet.Protocol.Trackers;

namespace Freshet.Protocol.Tests.Trackers;

public sealed class HttpAnnounceTests
{
    private static readonly AnnounceRequest Request = new(new InfoHash(new Sha1Hash("\0/aZ09-._~ %\u007f+&=?#!*"u8)), Samples.Us, 6881)
    {
        Event = AnnounceEvent.Started,
        Uploaded = 1,
        Downloaded = 20_000_000_000,
        Left = 3,
        Corrupt = 4,
        Redundant = 5,
        Key = 0xBEEF,
    };

    [Fact]
    public void The_url_carries_everything_and_escapes_each_byte()
        => Assert.Equal(
            "http://t.example/announce?info_hash=%00%2FaZ09-._~%20%25%7F%2B%26%3D%3F%23%21%2A&peer_id=-FH0100-aaaaaaaaaaaa&port=6881&uploaded=1"
            + "&downloaded=20000000000&left=3&corrupt=4&redundant=5&key=0000BEEF&event=started&numwant=200&compact=1&no_peer_id=1",
            Url("http://t.example/announce", Request).AbsoluteUri);

    [Fact]
    public void The_trackers_own_query_comes_first_and_stays_as_it_is()
    {
        Uri url = Url("http://t.example/%61/announce.php?passkey=a%2fb", Request with { Event = AnnounceEvent.None });
        Assert.StartsWith("/%61/announce.php?passkey=a%2fb&info_hash=%00%2F", url.PathAndQuery, StringComparison.Ordinal);
        Assert.DoesNotContain("event=", url.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_announce_wants_no_peers()
        => Assert.Contains("&event=stopped&numwant=0&", Url("http://t.example/", Request with { Event = AnnounceEvent.Stopped }).Query, StringComparison.Ordinal);

    [Fact]
    public void What_is_known_is_said_of_the_other_address_family_and_the_tracker_id()
    {
        AnnounceRequest request = Request with
        {
            TrackerId = new byte[] { 0, (byte)'&' },
            AlsoIPv4 = IPAddress.Parse("1.2.3.4"),
            AlsoIPv6 = IPAddress.Parse("2001:db8::1"),
        };
        Assert.EndsWith("&trackerid=%00%26&ipv4=1.2.3.4&ipv6=2001%3Adb8%3A%3A1", Url("http://t.example/", request).Query, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_answer_is_read()
    {
        AnnounceAnswer answer = Parse(
            "d8:completei3e10:downloadedi4e11:external ip4:\u0001\u0002\u0003\u000410:incompletei5e8:intervali900e12:min intervali300e"
            + "5:peers12:\u0001\u0002\u0003\u0004\u0000\u0050\u0005\u0006\u0007\u0008\u0000\u000010:tracker id2:id15:warning message4:busye");
        Assert.Null(answer.Failure);
        Assert.Equal("busy", answer.Warning);
        Assert.Equal((3, 4, 5), (answer.Complete, answer.Downloaded, answer.Incomplete));
        Assert.Equal(TimeSpan.FromMinutes(15), answer.Interval);
        Assert.Equal(TimeSpan.FromMinutes(5), answer.MinInterval);
        Assert.Equal(IPAddress.Parse("1.2.3.4"), answer.ExternalAddress);
        Assert.Equal("id"u8.ToArray(), answer.TrackerId!.Value.ToArray());

        // Port 0 is dropped.
        Assert.Equal([new TrackerPeer(IPAddress.Parse("1.2.3.4"), null, 80)], answer.Peers);
    }

    [Fact]
    public void IPv6_peers_and_listed_peers_are_read_together()
    {
        string address = Encoding.Latin1.GetString(IPAddress.Parse("2001:db8::1").GetAddressBytes());
        AnnounceAnswer answer = Parse(
            "d5:peersld2:ip7:1.2.3.47:peer id20:-LT2100-bbbbbbbbbbbb4:porti1eed2:ip9:a.example4:porti65535eed2:ip1:x4:porti0ee"
            + $"d2:ip3:a b4:porti5eed4:porti5eei1ed2:ip7:2001::14:porti7eee6:peers618:{address}\u0000\u0051e");
        Assert.Equal(
            [
                new TrackerPeer(IPAddress.Parse("1.2.3.4"), null, 1, Samples.Them),
                new TrackerPeer(null, "a.example", 65535),
                new TrackerPeer(IPAddress.Parse("2001::1"), null, 7),
                new TrackerPeer(IPAddress.Parse("2001:db8::1"), null, 81),
            ],
            answer.Peers);
    }

    // U8.
    [Theory]
    [InlineData("i0e", 30)]
    [InlineData("i1e", 30)]
    [InlineData("i-1e", 1800)]
    [InlineData("i-9223372036854775808e", 1800)]
    [InlineData("i2147483648e", 86400)]
    [InlineData("i9223372036854775807e", 86400)]
    [InlineData("4:1800", 1800)]
    [InlineData("i1801e", 1801)]
    public void Intervals_make_neither_a_storm_nor_silence(string interval, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), Parse($"d8:interval{interval}e").Interval);

    // U8: 10,000 peers in both lists; no more are kept than a peer list holds.
    [Fact]
    public void Only_so_many_peers_are_kept()
    {
        byte[] compact = [.. Enumerable.Range(0, 10_000).SelectMany(i => new byte[] { 1, 2, (byte)(i >> 8), (byte)i, 1, 1 })];
        AnnounceAnswer answer = Parse([.. "d5:peers60000:"u8, .. compact, .. "6:peers618:"u8, .. new byte[16], 1, 1, (byte)'e']);
        Assert.Equal(TrackerLimits.MaxPeers, answer.Peers.Count);
    }

    [Fact]
    public void A_refusal_has_no_peers_and_may_say_when_to_come_back()
    {
        AnnounceAnswer answer = Parse("d14:failure reason6:go awa8:retry ini15e5:peers6:\u0001\u0002\u0003\u0004\u0001\u0001e");
        Assert.Equal("go awa", answer.Failure);
        Assert.Equal(TimeSpan.FromMinutes(15), answer.RetryIn);
        Assert.False(answer.NeverRetry);
        Assert.Empty(answer.Peers);
    }

    // BEP 31.
    [Theory]
    [InlineData("5:never", null, true)]
    [InlineData("2:15", 900, false)]
    [InlineData("i0e", 30, false)]
    [InlineData("i-3e", null, false)]
    [InlineData("i9223372036854775807e", 86400, false)]
    [InlineData("3:15x", null, false)]
    [InlineData("le", null, false)]
    public void A_time_to_retry_is_clamped(string retry, int? seconds, bool never)
    {
        AnnounceAnswer answer = Parse($"d14:failure reason1:x8:retry in{retry}e");
        Assert.Equal(seconds, (int?)answer.RetryIn?.TotalSeconds);
        Assert.Equal(never, answer.NeverRetry);
    }

    [Theory]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("d5:peers7:1234567e")]
    [InlineData("d5:peers5:12345e")]
    [InlineData("d6:peers66:123456e")]
    [InlineData("d5:peersi1ee")]
    [InlineData("d5:peersd1:ai1eee")]
    [InlineData("d5:peers99:1234e")]
    [InlineData("d8:interval")]
    [InlineData("d1:alllllllllllleeeeeeeeeeeee")]
    public void What_is_no_answer_is_an_error_that_says_so(string body)
    {
        Assert.False(HttpAnnounce.TryParse(Encoding.Latin1.GetBytes(body), out AnnounceAnswer? answer, out string? error));
        Assert.Null(answer);
        Assert.NotEmpty(error);
    }

    // B13: texts of trackers end up in terminals.
    [Fact]
    public void Texts_are_made_harmless_and_short()
    {
        AnnounceAnswer answer = Parse($"d14:failure reason1004:\u001b[2J{new string('a', 1000)}e");
        Assert.Equal("[2J" + new string('a', TrackerLimits.MaxText - 3), answer.Failure);
        Assert.Equal("no reason given", Parse("d14:failure reason1:\u0007e").Failure);
    }

    [Fact]
    public void A_line_break_behind_the_answer_is_overlooked() => Assert.Empty(Parse("d5:peers0:e\r\n").Peers);

    [Fact]
    public void A_tracker_id_that_would_fill_the_url_is_ignored()
        => Assert.Null(Parse($"d10:tracker id257:{new string('a', 257)}e").TrackerId);

    [Fact]
    public void The_corpus_is_read_as_others_read_it()
    {
        foreach (JsonElement row in Corpus.Read("tracker/http_responses.json").EnumerateArray())
        {
            byte[] body = Convert.FromHexString(row.GetProperty("body_hex").GetString()!);
            bool isRead = HttpAnnounce.TryParse(body, out AnnounceAnswer? answer, out string? error);
            JsonElement expect = row.GetProperty("expect");
            if (expect.ValueKind == JsonValueKind.String)
            {
                Assert.False(isRead);
                continue;
            }

            Assert.True(isRead, error);
            foreach (JsonProperty fact in expect.EnumerateObject())
                AssertFact(fact, answer!);
        }
    }

    private static void AssertFact(JsonProperty fact, AnnounceAnswer answer)
    {
        switch (fact.Name)
        {
            case "peers" or "peers6":
                Assert.Equal<string[]>([.. fact.Value.EnumerateArray().Select(Show)], [.. answer.Peers.Select(Show)]);
                break;
            case "warning":
                Assert.Equal(fact.Value.GetString(), answer.Warning);
                break;
            case "failure":
                Assert.Equal(fact.Value.GetString(), answer.Failure);
                break;
            case "external_ip":
                Assert.Equal(fact.Value.GetString(), answer.ExternalAddress?.ToString());
                break;
            case "interval":
                Assert.Equal(fact.Value.GetInt32(), answer.Interval.TotalSeconds);
                break;
            case "scrape":
                // Not an announce's answer: nothing of it may be taken for one.
                Assert.Empty(answer.Peers);
                Assert.Null(answer.Complete);
                break;
            default:
                Assert.Fail($"The corpus states {fact.Name}, which no case here compares.");
                break;
        }
    }

    private static string Show(JsonElement peer) => peer.ValueKind == JsonValueKind.String
        ? peer.GetString()!
        : string.Create(CultureInfo.InvariantCulture, $"{peer[0].GetString()}:{peer[1].GetInt32()}");

    private static string Show(TrackerPeer peer)
        => peer.Address is { } address ? new IPEndPoint(address, peer.Port).ToString() : string.Create(CultureInfo.InvariantCulture, $"{peer.HostName}:{peer.Port}");

    private static Uri Url(string tracker, AnnounceRequest request)
    {
        Assert.True(TrackerUrl.TryParse(tracker, out TrackerUrl? url, out string? error), error);
        return HttpAnnounce.Url(url, request);
    }

    private static AnnounceAnswer Parse(string body) => Parse(Encoding.Latin1.GetBytes(body));

    private static AnnounceAnswer Parse(byte[] body)
    {
        Assert.True(HttpAnnounce.TryParse(body, out AnnounceAnswer? answer, out string? error), error);
        return answer;
    }
}
