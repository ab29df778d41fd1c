using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Http;

namespace Freshet.Tracker.Tests.Http;

public sealed class HttpResponderTests
{
    private readonly HttpRig _http = new();

    [Fact]
    public void An_announce_is_answered_with_compact_peers_of_both_families_and_the_clients_address()
    {
        _http.Rig.Announce(Peers.Seeder(2));
        _http.Rig.Announce(Peers.Leecher(3) with { Source = Peers.Address("2a00::3") });
        BencodeValue answer = _http.Get(HttpRig.Announce(1));
        Assert.Equal([44, 0, 0, 2, 0x1A, 0xE1], Bytes(answer["peers"u8]));
        Assert.Equal(18, Bytes(answer["peers6"u8]).Length);
        Assert.Equal([44, 0, 0, 1], Bytes(answer["external ip"u8]));
        Assert.Equal((1, 2, 0), (answer["complete"u8].IntegerOr(-1), answer["incomplete"u8].IntegerOr(-1), answer["downloaded"u8].IntegerOr(-1)));
        Assert.InRange(answer["interval"u8].IntegerOr(0), 1800, 1980);
        Assert.Equal(900, answer["min interval"u8].IntegerOr(0));
        Assert.False(answer["failure reason"u8].Exists);
    }

    [Theory]
    [InlineData("&compact=0", true)]
    [InlineData("&compact=0&no_peer_id=1", false)]
    public void The_list_form_has_peer_ids_unless_they_are_not_wanted(string more, bool hasIds)
    {
        _http.Rig.Announce(Peers.Seeder(2));
        BencodeValue.ItemEnumerator items = _http.Get(HttpRig.Announce(1, more))["peers"u8].Items;
        Assert.True(items.MoveNext());
        Assert.Equal("44.0.0.2", items.Current["ip"u8].TextOrNull());
        Assert.Equal(6881, items.Current["port"u8].IntegerOr(0));
        Assert.Equal(hasIds, items.Current["peer id"u8].Exists && Bytes(items.Current["peer id"u8]).AsSpan().SequenceEqual(Peers.Id(2).Bytes));
        Assert.False(items.MoveNext());
    }

    // Every byte there is, escaped or not, in either case of the digits.
    [Fact]
    public void An_info_hash_is_its_twenty_bytes_however_they_are_escaped()
    {
        for (int start = 0; start < 256; start += 20)
        {
            byte[] bytes = [.. Enumerable.Range(start, 20).Select(b => (byte)b)];
            string upper = string.Concat(bytes.Select(b => $"%{b:X2}"));
            string mixed = string.Concat(bytes.Select(b => char.IsAsciiLetterOrDigit((char)b) || "-._~!*'()+,;:@/?$".Contains((char)b, StringComparison.Ordinal) ? ((char)b).ToString() : $"%{b:x2}"));
            foreach (string escaped in (string[])[upper, mixed])
            {
                var http = new HttpRig();
                http.Get($"/announce?peer_id={HttpRig.Escape(Peers.Id(1))}&info_hash={escaped}&port=1&left=0");
                Assert.Equal(1, http.Rig.Core.Scrape(new InfoHash(new Sha1Hash(bytes))).Seeders);
            }
        }
    }

    [Theory]
    [InlineData("/announce", "info_hash is missing.")]
    [InlineData("/announce?info_hash=abc&peer_id=01234567890123456789&port=1", "info_hash is not 20 bytes.")]
    [InlineData("/announce?info_hash=0123456789012345678%4&peer_id=01234567890123456789&port=1", "info_hash is not 20 bytes.")]
    [InlineData("/announce?info_hash=0123456789012345678%zz&peer_id=01234567890123456789&port=1", "info_hash is not 20 bytes.")]
    [InlineData("/announce?info_hash=01234567890123456789&port=1", "peer_id is missing.")]
    [InlineData("/announce?info_hash=01234567890123456789&peer_id=0123456789012345678901&port=1", "peer_id is not 20 bytes.")]
    [InlineData("/announce?info_hash=01234567890123456789&peer_id=01234567890123456789", "port is missing.")]
    [InlineData("/announce?info_hash=01234567890123456789&peer_id=01234567890123456789&port=65536", "port is out of range.")]
    [InlineData("/announce?info_hash=01234567890123456789&peer_id=01234567890123456789&port=1e3", "port is no number.")]
    [InlineData("/announce?info_hash=01234567890123456789&peer_id=01234567890123456789&port=1&left=x", "left is no number.")]
    [InlineData("/scrape?info_hash=0", "info_hash is not 20 bytes.")]
    public void What_is_wrong_with_a_request_is_said(string target, string reason)
    {
        BencodeValue answer = _http.Get(target);
        Assert.Equal(reason, answer["failure reason"u8].TextOrNull());
        Assert.Equal("never", answer["retry in"u8].TextOrNull());
    }

    [Theory]
    [InlineData("&left=99999999999999999999999999")]
    [InlineData("&left=-1")]
    [InlineData("&numwant=-99999999999999999999999")]
    [InlineData("&numwant=99999999999999999999999")]
    [InlineData("&event=dance&compact=7&key=&ip=&ip=not-an-address&trackerid=%00%ff")]
    [InlineData("&&&=&==&%&key=%&ip=%&event=%")]
    public void Odd_values_do_no_harm(string more)
        => Assert.False(_http.Get(HttpRig.Announce(1).Replace("&left=10", "", StringComparison.Ordinal) + more)["failure reason"u8].Exists);

    [Fact]
    public void The_key_over_http_is_the_number_that_is_sent_over_udp()
    {
        _http.Get(HttpRig.Announce(1, "&key=0000004D"));
        _http.Rig.Announce(Peers.Leecher(1) with { Key = 0x4D, Source = Peers.Address("2a00::1") });
        Assert.Equal(1, _http.Rig.Counts().Leechers);
    }

    [Fact]
    public void A_refusal_says_when_to_come_again()
    {
        _http.Rig.Core.Lists = new TorrentLists(InfoHashList.Read(new StringReader("")), null);
        BencodeValue answer = _http.Get(HttpRig.Announce(1));
        Assert.Contains("does not serve", answer["failure reason"u8].TextOrNull(), StringComparison.Ordinal);
        Assert.Equal(30, answer["retry in"u8].IntegerOr(0));
    }

    [Fact]
    public void Port_zero_is_warned_about()
        => Assert.Contains("port 0", _http.Get(HttpRig.Announce(1).Replace("6881", "0", StringComparison.Ordinal))["warning message"u8].TextOrNull(), StringComparison.Ordinal);

    [Fact]
    public void Several_torrents_are_scraped_at_once_with_partial_seeds_apart()
    {
        _http.Rig.Announce(Peers.Seeder(1, 5));
        _http.Rig.Announce(Peers.Leecher(2, 5));
        _http.Rig.Announce(Peers.Leecher(3, 5) with { Event = CallEvent.Paused });
        _http.Rig.Announce(Peers.Seeder(4, 3) with { Event = CallEvent.Completed });
        BencodeValue files = _http.Get($"/scrape?info_hash={HttpRig.Escape(Peers.Hash(5).Value)}&info_hash={HttpRig.Escape(Peers.Hash(3).Value)}&info_hash={HttpRig.Escape(Peers.Hash(5).Value)}")["files"u8];
        Assert.Equal(2, files.Count());
        BencodeValue five = files[Peers.Hash(5).Value.Bytes], three = files[Peers.Hash(3).Value.Bytes];
        Assert.Equal((1, 2, 1), (five["complete"u8].IntegerOr(-1), five["incomplete"u8].IntegerOr(-1), five["downloaders"u8].IntegerOr(-1)));
        Assert.Equal((1, 1), (three["complete"u8].IntegerOr(-1), three["downloaded"u8].IntegerOr(-1)));
    }

    [Fact]
    public void All_torrents_are_told_only_where_that_is_switched_on()
    {
        var open = new HttpRig(fullScrape: true);
        for (int i = 0; i < 20; i++)
            open.Rig.Announce(Peers.Seeder(1, i));
        Assert.Equal(20, open.Get("/scrape")["files"u8].Count());

        // Made at most once a minute, whoever asks.
        open.Rig.Announce(Peers.Seeder(1, 99));
        Assert.Equal(20, open.Get("/scrape")["files"u8].Count());
        open.Rig.Now += 61;
        Assert.Equal(21, open.Get("/scrape")["files"u8].Count());
        Assert.True(_http.Get("/scrape")["failure reason"u8].Exists);
    }

    [Fact]
    public void Numbers_are_told_only_where_that_is_switched_on()
    {
        Assert.StartsWith("HTTP/1.1 404", _http.Send("GET /stats HTTP/1.1\r\n\r\n").Answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", new HttpRig(stats: true).Send("GET /stats HTTP/1.1\r\n\r\n").Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 404, false)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", 404, true)]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 404, false)]
    [InlineData("GET / HTTP/1.1\r\nConnection: foo, CLOSE\r\n\r\n", 404, true)]
    [InlineData("GET http://t.example/scrape HTTP/1.1\r\n\r\n", 200, false)]
    [InlineData("POST /announce HTTP/1.1\r\n\r\n", 405, true)]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, false)]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde", 400, true)]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, true)]
    [InlineData("GET / HTTP/2.0\r\n\r\n", 400, true)]
    [InlineData("GET /\r\n\r\n", 400, true)]
    [InlineData("GET  HTTP/1.1\r\n\r\n", 400, true)]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n", 400, true)]
    [InlineData("GET /a\nb HTTP/1.1\r\n\r\n", 400, true)]
    [InlineData("GET * HTTP/1.1\r\n\r\n", 400, true)]
    [InlineData("GET / HTTP/1.1\r\n: x\r\n\r\n", 400, true)]
    [InlineData("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, true)]
    [InlineData("GET / HTTP/1.1\r\n folded\r\n\r\n", 400, true)]
    [InlineData("\x16\x03\x01\x02", 400, true)]
    public void Of_http_only_what_a_tracker_needs_is_spoken(string request, int status, bool closes)
    {
        (string answer, HttpStep step) = _http.Send(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(closes, step.Close);
        Assert.Equal(closes, answer.Contains("Connection: close", StringComparison.Ordinal));
    }

    // THREATS T4.
    [Fact]
    public void A_request_is_of_bounded_length_and_may_come_in_any_parts()
    {
        string request = $"GET {HttpRig.Announce(1)} HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int length = 0; length < request.Length; length++)
            Assert.Equal(0, _http.Send(request[..length]).Step.Consumed);
        Assert.Equal(request.Length, _http.Send(request + "GET").Step.Consumed);
        Assert.Equal(0, _http.Send("GET /" + new string('a', HttpRequest.MaxLength - 6)).Step.Consumed);
        Assert.StartsWith("HTTP/1.1 431", _http.Send("GET /" + new string('a', HttpRequest.MaxLength)).Answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", _http.Send("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("a: b\r\n", 65)) + "\r\n").Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_asks_too_often_is_told_to_come_again_later()
    {
        var http = new HttpRig(maxRate: 5);
        Assert.Equal(5, Enumerable.Range(0, 20).Count(_ => !http.Get(HttpRig.Announce(1))["failure reason"u8].Exists));
        Assert.Equal(5, http.Get(HttpRig.Announce(1))["retry in"u8].IntegerOr(0));
    }

    private static byte[] Bytes(BencodeValue value)
    {
        Assert.True(value.TryGetBytes(out ReadOnlySpan<byte> bytes));
        return bytes.ToArray();
    }
}
