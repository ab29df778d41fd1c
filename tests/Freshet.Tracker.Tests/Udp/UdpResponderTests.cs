using System.Buffers.Binary;
using System.Text;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Udp;

namespace Freshet.Tracker.Tests.Udp;

public sealed class UdpResponderTests
{
    private static readonly PeerAddress Client = Peers.Address("44.0.0.1");
    private static readonly PeerAddress Client6 = Peers.Address("2a00::1");

    private readonly UdpResponder _responder = Make(new TrackerRig());

    [Fact]
    public void A_client_connects_announces_and_scrapes()
    {
        long id = Connect(_responder, Client, 1);
        byte[] first = Ask(_responder, Announce(id, 1), Client, 1);
        Assert.Equal(20, first.Length);
        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian(first));
        Assert.Equal(0x01020304, BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(4)));
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(8)), 1800, 1980);
        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(12)));

        PeerAddress other = Peers.Address("44.0.0.2");
        byte[] second = Ask(_responder, Announce(Connect(_responder, other, 2), 2), other, 2);
        Assert.Equal([44, 0, 0, 1, 0x1A, 0xE1], second[20..]);

        byte[] scrape = Ask(_responder, Request(id, 2, [.. Peers.Hash(0).Value.Bytes, .. Peers.Hash(9).Value.Bytes]), Client, 2);
        Assert.Equal(32, scrape.Length);
        Assert.Equal([0, 0, 2, 0, 0, 0], Enumerable.Range(0, 6).Select(i => BinaryPrimitives.ReadInt32BigEndian(scrape.AsSpan(8 + (i * 4)))));
    }

    [Fact]
    public void Over_ipv6_peers_have_eighteen_bytes()
    {
        Ask(_responder, Announce(Connect(_responder, Client6, 1), 1), Client6, 1);
        PeerAddress other = Peers.Address("2a00:5::2");
        byte[] answer = Ask(_responder, Announce(Connect(_responder, other, 1), 2), other, 1);
        Assert.Equal(38, answer.Length);
    }

    // THREATS T1: an id is good for its address alone, for one to two minutes, and for no other tracker.
    [Fact]
    public void A_connection_id_is_good_at_its_address_and_for_a_while()
    {
        long id = Connect(_responder, Client, 30);
        Assert.Equal(1, Action(Ask(_responder, Announce(id, 1), Client, 89)));
        Assert.Equal(1, Action(Ask(_responder, Announce(id, 1), Client, 119)));
        Assert.Equal(3, Action(Ask(_responder, Announce(id, 1), Client, 121)));
        Assert.Equal(3, Action(Ask(_responder, Announce(id, 1), Peers.Address("44.0.0.2"), 31)));
        Assert.Equal(3, Action(Ask(Make(new TrackerRig(), secret: 9), Announce(id, 1), Client, 31)));
        Assert.Equal(3, Action(Ask(_responder, Announce(id ^ 1, 1), Client, 31)));
    }

    // THREATS T2.
    [Fact]
    public void Without_a_valid_id_no_answer_is_longer_than_what_came()
    {
        var random = new SeededRandom(5);
        for (int i = 0; i < 5000; i++)
        {
            byte[] datagram = new byte[random.Next(120)];
            random.NextBytes(datagram);
            if (datagram.Length >= 12)
                BinaryPrimitives.WriteInt32BigEndian(datagram.AsSpan(8), random.Next(5));
            if (datagram.Length >= 12 && random.Chance(0.3))
                BinaryPrimitives.WriteInt64BigEndian(datagram, 0x41727101980);
            Assert.True(Ask(_responder, datagram, Client, i).Length <= datagram.Length);
        }
    }

    [Fact]
    public void Errors_name_what_is_wrong()
    {
        long id = Connect(_responder, Client, 1);
        byte[] answer = Ask(_responder, Request(id, 1, new byte[10]), Client, 1);
        Assert.Equal(3, Action(answer));
        Assert.Equal("Malformed request.", Encoding.ASCII.GetString(answer.AsSpan(8)));
        var rig = new TrackerRig();
        rig.Core.Lists = new TorrentLists(InfoHashList.Read(new StringReader("")), null);
        UdpResponder strict = Make(rig);
        Assert.Equal(
            "This tracker does not serve this torrent.", Encoding.ASCII.GetString(Ask(strict, Announce(Connect(strict, Client, 1), 1), Client, 1).AsSpan(8)));
    }

    [Fact]
    public void At_most_74_torrents_are_scraped_at_once()
    {
        long id = Connect(_responder, Client, 1);
        Assert.Equal(8 + (74 * 12), Ask(_responder, Request(id, 2, new byte[80 * 20]), Client, 1).Length);
    }

    // BEP 41: what follows an announce is the URL, which says nothing here.
    [Fact]
    public void Options_behind_an_announce_are_passed_over()
    {
        long id = Connect(_responder, Client, 1);
        Assert.Equal(1, Action(Ask(_responder, [.. Announce(id, 1), 2, 9, .. "/announce"u8, 0], Client, 1)));
    }

    [Fact]
    public void The_largest_answers_fit_datagrams_that_are_not_cut()
    {
        var rig = new TrackerRig();
        UdpResponder responder = Make(rig);
        for (int i = 0; i < 300; i++)
        {
            rig.Announce(Peers.Leecher(i));
            rig.Announce(Peers.Leecher(i) with { Source = Peers.Address($"2a00:{i:x}::1") });
        }

        Assert.Equal(1220, Ask(responder, Announce(Connect(responder, Client, 1), 999), Client, 1).Length);
        Assert.Equal(20 + (66 * 18), Ask(responder, Announce(Connect(responder, Client6, 1), 999), Client6, 1).Length);
    }

    [Fact]
    public void Who_asks_too_often_gets_no_answer()
    {
        UdpResponder responder = Make(new TrackerRig(), new SourceLimiter(1, 5, new SipHash(1, 1)));
        long id = Connect(responder, Client, 1);
        Assert.Equal(5, Enumerable.Range(0, 20).Count(_ => Ask(responder, Announce(id, 1), Client, 1).Length > 0));
        Assert.Equal(15, responder.Counters.Limited);
    }

    [Fact]
    public void An_announce_allocates_nothing()
    {
        byte[] answer = new byte[UdpResponder.MaxAnswer];
        byte[] announce = Announce(Connect(_responder, Client, 1), 1);
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
                _responder.Handle(announce, Client, Peers.At(2), answer, out _);
            if (warm > 0)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static UdpResponder Make(TrackerRig rig, SourceLimiter? limiter = null, byte secret = 1)
        => new(rig.Core, new ConnectionTokens([secret, 2, 3]), limiter ?? new SourceLimiter(0, 0, new SipHash(1, 1)));

    private static long Connect(UdpResponder responder, PeerAddress client, double now)
    {
        byte[] answer = Ask(responder, Request(0x41727101980, 0, []), client, now);
        Assert.Equal(16, answer.Length);
        Assert.Equal(0, Action(answer));
        return BinaryPrimitives.ReadInt64BigEndian(answer.AsSpan(8));
    }

    private static int Action(byte[] answer) => BinaryPrimitives.ReadInt32BigEndian(answer);

    private static byte[] Request(long connection, int action, byte[] rest)
    {
        byte[] datagram = new byte[16 + rest.Length];
        BinaryPrimitives.WriteInt64BigEndian(datagram, connection);
        BinaryPrimitives.WriteInt32BigEndian(datagram.AsSpan(8), action);
        BinaryPrimitives.WriteInt32BigEndian(datagram.AsSpan(12), 0x01020304);
        rest.CopyTo(datagram, 16);
        return datagram;
    }

    private static byte[] Announce(long connection, int client)
    {
        byte[] rest = new byte[82];
        Peers.Hash(0).Value.Bytes.CopyTo(rest);
        Peers.Id(client).Bytes.CopyTo(rest.AsSpan(20));
        BinaryPrimitives.WriteInt64BigEndian(rest.AsSpan(48), 1000);
        BinaryPrimitives.WriteInt32BigEndian(rest.AsSpan(76), 500);
        BinaryPrimitives.WriteUInt16BigEndian(rest.AsSpan(80), 6881);
        return Request(connection, 1, rest);
    }

    private static byte[] Ask(UdpResponder responder, byte[] datagram, PeerAddress from, double now)
    {
        byte[] answer = new byte[UdpResponder.MaxAnswer];
        int length = responder.Handle(datagram, from, Peers.At(now), answer, out PendingDatagram? pending);
        Assert.Null(pending);
        return answer[..length];
    }
}
