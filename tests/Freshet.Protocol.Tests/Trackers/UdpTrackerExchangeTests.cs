using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Protocol.Tests.Wire;
using Freshet.Protocol.Trackers;

namespace Freshet.Protocol.Tests.Trackers;

public sealed class UdpTrackerExchangeTests
{
    private const long ConnectionId = 0x1122334455667788;

    private static readonly IPEndPoint Tracker = new(IPAddress.Parse("10.0.0.9"), 1337);
    private static readonly MonoTime Start = MonoTime.Zero + TimeSpan.FromSeconds(1000);

    private readonly UdpConnectionIds _connections = new();
    private readonly UdpTransactionIds _transactions = new(new SeededRandom(1));

    [Fact]
    public void It_connects_and_announces()
    {
        UdpAnnounce exchange = New();
        byte[] connect = Poll(exchange, Start);
        Assert.Equal(16, connect.Length);
        Assert.Equal(0x41727101980, BinaryPrimitives.ReadInt64BigEndian(connect));
        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(connect.AsSpan(8)));
        Assert.Equal(Start + TimeSpan.FromSeconds(15), exchange.Deadline);

        Assert.True(exchange.Handle(Tracker, Connected(connect), Start));
        byte[] announce = Poll(exchange, Start);
        byte[] expected = new byte[98];
        BinaryPrimitives.WriteInt64BigEndian(expected, ConnectionId);
        BinaryPrimitives.WriteInt32BigEndian(expected.AsSpan(8), 1);
        announce.AsSpan(12, 4).CopyTo(expected.AsSpan(12));
        Samples.Swarm.Value.Bytes.CopyTo(expected.AsSpan(16));
        Samples.Us.Value.Bytes.CopyTo(expected.AsSpan(36));
        expected[63] = 20;
        expected[71] = 30;
        expected[79] = 10;
        expected[83] = 2;
        expected[91] = 7;
        expected[95] = 200;
        expected[96] = 6881 >> 8;
        expected[97] = 6881 & 0xFF;
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(announce));
        Assert.NotEqual(connect[12..16], announce[12..16]);

        Assert.True(exchange.Handle(Tracker, Answer(announce, 900, [1, 2, 3, 4, 0, 80, 5, 6, 7, 8, 0, 0, 9]), Start));
        Assert.True(exchange.IsOver && exchange.Deadline.IsNever);
        Assert.Equal((TimeSpan.FromMinutes(15), 4, 5), (exchange.Answer!.Interval, exchange.Answer.Incomplete, exchange.Answer.Complete));
        Assert.Equal([new TrackerPeer(IPAddress.Parse("1.2.3.4"), null, 80)], exchange.Answer.Peers);
        Assert.Empty(Poll(exchange, Start + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Over_IPv6_peers_have_sixteen_bytes_of_address()
    {
        var tracker = new IPEndPoint(IPAddress.Parse("2001:db8::9"), 1337);
        UdpAnnounce exchange = New(tracker: tracker);
        _connections.Keep(tracker, 1, Start);
        byte[] peer = [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0, 80];
        Assert.True(exchange.Handle(tracker, Answer(Poll(exchange, Start), 900, peer), Start));
        Assert.Equal([new TrackerPeer(IPAddress.Parse("2001:db8::1"), null, 80)], exchange.Answer!.Peers);
    }

    // BEP 41.
    [Fact]
    public void The_urls_path_and_query_go_along_in_parts()
    {
        string path = "/" + new string('k', 300) + "/announce?p=1";
        UdpAnnounce exchange = New($"udp://t.example:1337{path}");
        _connections.Keep(Tracker, 1, Start);
        byte[] options = Poll(exchange, Start)[98..];
        Assert.Equal([2, 255], options[..2]);
        Assert.Equal([2, (byte)(path.Length - 255)], options[257..259]);
        Assert.Equal(path, Encoding.ASCII.GetString([.. options[2..257], .. options[259..^1]]));
        Assert.Equal(0, options[^1]);
    }

    [Fact]
    public void The_longest_url_fits_the_room()
    {
        string url = "udp://t.example:1337/";
        UdpAnnounce exchange = New(url + new string('k', TrackerLimits.MaxUrl - url.Length));
        _connections.Keep(Tracker, 1, Start);
        Assert.InRange(Poll(exchange, Start).Length, 1024, UdpTrackerExchange.MaxDatagram);
    }

    [Fact]
    public void What_gets_no_answer_is_sent_again_ever_later_and_then_given_up()
    {
        UdpAnnounce exchange = New();
        MonoTime now = Start;
        byte[] first = Poll(exchange, now);
        foreach (int seconds in (int[])[15, 30, 60])
        {
            Assert.Equal(now + TimeSpan.FromSeconds(seconds), exchange.Deadline);
            Assert.Empty(Poll(exchange, exchange.Deadline - TimeSpan.FromTicks(1)));
            now = exchange.Deadline;
            Assert.Equal(first, Poll(exchange, now));
        }

        Assert.Equal(now + TimeSpan.FromSeconds(120), exchange.Deadline);
        Assert.False(exchange.IsOver);
        Assert.Empty(Poll(exchange, exchange.Deadline));
        Assert.True(exchange.HasTimedOut && exchange.IsOver && exchange.Deadline.IsNever);
    }

    [Fact]
    public void A_connection_id_serves_other_torrents_for_a_minute()
    {
        Connect(New());
        Assert.Equal(98, Poll(New(), Start + TimeSpan.FromSeconds(59)).Length);
        Assert.Equal(16, Poll(New(), Start + TimeSpan.FromSeconds(60)).Length);
    }

    [Fact]
    public void An_exchange_that_waits_uses_the_id_that_another_got()
    {
        UdpAnnounce waiting = New();
        Assert.Equal(16, Poll(waiting, Start).Length);
        Connect(New());
        Assert.Equal(98, Poll(waiting, Start + TimeSpan.FromSeconds(1)).Length);
    }

    [Fact]
    public void An_announce_that_is_sent_again_after_the_ids_end_connects_anew()
    {
        UdpAnnounce exchange = New();
        Connect(exchange);
        Assert.Equal(98, Poll(exchange, Start).Length);
        Assert.Equal(98, Poll(exchange, exchange.Deadline).Length);
        Assert.Equal(98, Poll(exchange, exchange.Deadline).Length);
        byte[] again = Poll(exchange, exchange.Deadline);
        Assert.Equal(16, again.Length);
        Assert.True(exchange.Handle(Tracker, Connected(again), Start + TimeSpan.FromSeconds(106)));
        Assert.Equal(98, Poll(exchange, Start + TimeSpan.FromSeconds(106)).Length);
    }

    // U8: who does not know the transaction, or is not the tracker, says nothing.
    [Fact]
    public void Answers_of_others_are_not_believed()
    {
        UdpAnnounce exchange = New();
        byte[] connect = Poll(exchange, Start);
        byte[] good = Connected(connect);
        Assert.False(exchange.Handle(new IPEndPoint(IPAddress.Parse("10.0.0.10"), 1337), good, Start));
        Assert.False(exchange.Handle(new IPEndPoint(Tracker.Address, 1338), good, Start));
        byte[] otherTransaction = [.. good];
        otherTransaction[7] ^= 1;
        Assert.False(exchange.Handle(Tracker, otherTransaction, Start));
        for (int length = 0; length < good.Length; length++)
            Assert.False(exchange.Handle(Tracker, good.AsSpan(0, length), Start));
        Assert.False(exchange.Handle(Tracker, Answer(connect, 900, []), Start));
        Assert.True(exchange.Handle(new IPEndPoint(Tracker.Address.MapToIPv6(), 1337), good, Start));
    }

    [Fact]
    public void A_short_answer_is_not_taken()
    {
        UdpAnnounce exchange = New();
        Connect(exchange);
        byte[] answer = Answer(Poll(exchange, Start), 900, []);
        Assert.False(exchange.Handle(Tracker, answer.AsSpan(0, 19), Start));
        Assert.True(exchange.Handle(Tracker, answer, Start));
    }

    [Fact]
    public void An_error_is_the_answer_and_is_made_harmless()
    {
        UdpAnnounce exchange = New();
        Connect(exchange);
        Assert.True(exchange.Handle(Tracker, Packet(3, Poll(exchange, Start), "\u001b[2Jno such torrent\0"u8), Start));
        Assert.Equal("[2Jno such torrent", exchange.Answer!.Failure);
    }

    [Fact]
    public void An_error_with_an_older_connection_id_leads_to_a_new_one_first()
    {
        _connections.Keep(Tracker, 1, Start);
        UdpAnnounce exchange = New();
        Assert.True(exchange.Handle(Tracker, Packet(3, Poll(exchange, Start), "Connection ID missmatch."u8), Start));
        Assert.False(exchange.IsOver);
        byte[] connect = Poll(exchange, Start);
        Assert.Equal(16, connect.Length);
        Assert.True(exchange.Handle(Tracker, Connected(connect), Start));
        Assert.True(exchange.Handle(Tracker, Packet(3, Poll(exchange, Start), "banned"u8), Start));
        Assert.Equal("banned", exchange.Answer!.Failure);
    }

    // U8.
    [Theory]
    [InlineData(0, 30)]
    [InlineData(-1, 1800)]
    [InlineData(int.MinValue, 1800)]
    [InlineData(int.MaxValue, 86400)]
    public void Intervals_make_neither_a_storm_nor_silence(int interval, int seconds)
    {
        UdpAnnounce exchange = New();
        Connect(exchange);
        Assert.True(exchange.Handle(Tracker, Answer(Poll(exchange, Start), interval, []), Start));
        Assert.Equal(TimeSpan.FromSeconds(seconds), exchange.Answer!.Interval);
    }

    // U8.
    [Fact]
    public void Only_so_many_peers_are_kept()
    {
        UdpAnnounce exchange = New();
        Connect(exchange);
        byte[] peers = [.. Enumerable.Repeat<byte[]>([1, 2, 3, 4, 1, 1], 10_000).SelectMany(peer => peer)];
        Assert.True(exchange.Handle(Tracker, Answer(Poll(exchange, Start), 900, peers), Start));
        Assert.Equal(TrackerLimits.MaxPeers, exchange.Answer!.Peers.Count);
    }

    private static byte[] Poll(UdpTrackerExchange exchange, MonoTime now)
    {
        byte[] datagram = new byte[UdpTrackerExchange.MaxDatagram];
        return datagram[..exchange.Poll(now, datagram)];
    }

    private static byte[] Packet(int action, byte[] request, ReadOnlySpan<byte> body)
    {
        byte[] packet = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, action);
        request.AsSpan(12, 4).CopyTo(packet.AsSpan(4));
        body.CopyTo(packet.AsSpan(8));
        return packet;
    }

    private static byte[] Connected(byte[] request)
    {
        byte[] id = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(id, ConnectionId);
        return Packet(0, request, id);
    }

    private static byte[] Answer(byte[] request, int interval, byte[] peers)
    {
        byte[] body = new byte[12 + peers.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, interval);
        body[7] = 4;
        body[11] = 5;
        peers.CopyTo(body, 12);
        return Packet(1, request, body);
    }

    private static void Connect(UdpTrackerExchange exchange)
        => Assert.True(exchange.Handle(Tracker, Connected(Poll(exchange, Start)), Start));

    private UdpAnnounce New(string url = "udp://t.example:1337", IPEndPoint? tracker = null)
    {
        Assert.True(TrackerUrl.TryParse(url, out TrackerUrl? parsed, out string? error), error);
        var request = new AnnounceRequest(Samples.Swarm, Samples.Us, 6881)
        {
            Event = AnnounceEvent.Started,
            Uploaded = 10,
            Downloaded = 20,
            Left = 30,
            Key = 7,
        };
        return new UdpAnnounce(request, parsed, tracker ?? Tracker, _connections, _transactions);
    }
}
