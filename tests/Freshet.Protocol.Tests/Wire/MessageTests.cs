using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class MessageTests
{
    /// <summary>Id and what it must become.</summary>
    public static TheoryData<int, PeerEventKind> Signals => new()
    {
        { 1, PeerEventKind.Unchoke },
        { 2, PeerEventKind.Interested },
        { 14, PeerEventKind.HaveAll },
        { 15, PeerEventKind.HaveNone },
    };

    /// <summary>Messages whose length does not fit their id (W5).</summary>
    public static TheoryData<byte[]> WrongLengths =>
    [
        Samples.Message(0, 1), Samples.Message(1, 1), Samples.Message(2, 0), Samples.Message(3, 0),
        Samples.Message(4), Samples.Message(4, 0, 0, 0), Samples.Message(4, 0, 0, 0, 0, 0),
        Samples.Message(5), Samples.Message(5, 0), Samples.Message(5, 0, 0, 0),
        Samples.Message(6, [0, 0]), Samples.Message(6, [0, 0, 16384, 0]),
        Samples.Message(7), Samples.Message(7, [0]), Samples.Message(7, [0, 0]),
        Samples.Message(8, [0, 0]), Samples.Message(9, 1), Samples.Message(9, 1, 2, 3),
        Samples.Message(13), Samples.Message(14, 0), Samples.Message(15, 0), Samples.Message(16, [0]), Samples.Message(17, 1),
        Samples.Message(20), Samples.Extended(7, [0, 0, 0]), Samples.Extended(7, [0, 0, 0, 0, 0]),
    ];

    /// <summary>Indexes, offsets and lengths outside of the torrent: ten pieces of 64 KiB, the last of 20,000 bytes (W5, B4).</summary>
    public static TheoryData<byte[]> OutOfRange =>
    [
        Samples.Message(4, [10]), Samples.Message(4, [-1]), Samples.Message(4, [int.MinValue]), Samples.Message(13, [10]),
        Samples.Message(17, [10]), Samples.Message(17, [-1]),
        Samples.Message(6, [10, 0, 16384]), Samples.Message(6, [0, 65536, 1]), Samples.Message(6, [0, 60000, 16384]),
        Samples.Message(6, [9, 16384, 16384]), Samples.Message(6, [0, int.MaxValue, 16384]), Samples.Message(6, [0, -1, 16384]),
        Samples.Message(6, [0, 0, 0]), Samples.Message(6, [0, 0, -1]), Samples.Message(6, [-1, 0, 16384]),
        Samples.Message(8, [10, 0, 16384]), Samples.Message(8, [0, 0, 0]), Samples.Message(16, [10, 0, 16384]),
        Samples.Message(7, [10, 0], 1, 2, 3), Samples.Message(7, [0, 65535], 1, 2), Samples.Message(7, [9, 19_999], 1, 2),
        Samples.Message(7, [0, -1], 1), Samples.Message(7, [-1, 0], 1), Samples.Message(7, [0, int.MaxValue], 1, 2),
        Samples.Extended(7, [0, 0, 0, 10]), Samples.Extended(7, [0xFF, 0xFF, 0xFF, 0xFF]),
    ];

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_message_without_a_body_becomes_its_event(int id, PeerEventKind kind)
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Message((byte)id));
        Assert.Equal(kind, test.Only.Kind);
    }

    // W12: what is so already is not said again.
    [Fact]
    public void Repeated_choke_and_interest_make_no_events()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Message(0), Samples.Message(3));
        Assert.Equal(0, test.Events.Count);
        test.Feed(Samples.Message(1), Samples.Message(1), Samples.Message(2), Samples.Message(2), Samples.Message(0), Samples.Message(3));
        Assert.Equal(
            [PeerEventKind.Unchoke, PeerEventKind.Interested, PeerEventKind.Choke, PeerEventKind.NotInterested],
            test.Kinds);
    }

    [Fact]
    public void Messages_with_an_index_or_a_range_carry_it()
    {
        using var test = new LinkUnderTest();
        test.Feed(
            Samples.Message(4, [9]),
            Samples.Message(13, [8]),
            Samples.Message(17, [7]),
            Samples.Message(6, [9, 16384, 3616]),
            Samples.Message(8, [0, 49152, 16384]),
            Samples.Extended(7, [0, 0, 0, 5]),
            Samples.Message(9, 0x1A, 0xE1));
        Assert.Equal(
            [
                (PeerEventKind.Have, Samples.Range(9, 0, 0)), (PeerEventKind.Suggest, Samples.Range(8, 0, 0)),
                (PeerEventKind.AllowedFast, Samples.Range(7, 0, 0)), (PeerEventKind.Request, Samples.Range(9, 16384, 3616)),
                (PeerEventKind.Cancel, Samples.Range(0, 49152)), (PeerEventKind.DontHave, Samples.Range(5, 0, 0)),
                (PeerEventKind.Port, default),
            ],
            test.Events.Events.ToArray().Select(e => (e.Kind, e.Range)));
        Assert.Equal(6881, test.Events.Events[^1].Value);
    }

    [Theory]
    [MemberData(nameof(WrongLengths))]
    public void A_length_that_does_not_fit_is_refused(byte[] message)
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, message);
        Assert.Equal(0, test.Events.Count);
    }

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void What_lies_outside_of_the_torrent_is_refused(byte[] message)
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, message);
        Assert.Equal(0, test.Events.Count);
    }

    // W5: larger pieces than 128 KiB exist; larger requests are refused all the same.
    [Fact]
    public void A_request_of_128_KiB_is_the_longest()
    {
        using var test = new LinkUnderTest(Samples.Layout(pieceLength: 1 << 20));
        test.Feed(Samples.Message(6, [0, 0, 128 * 1024]));
        Assert.Equal(PeerEventKind.Request, test.Only.Kind);
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(6, [0, 0, (128 * 1024) + 1]));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    public void Messages_of_BEP_6_need_both_sides(int id)
    {
        using var test = new LinkUnderTest(fast: false);
        byte[] message = id switch { 14 or 15 => Samples.Message((byte)id), 16 => Samples.Message(16, [0, 0, 16384]), _ => Samples.Message((byte)id, [0]) };
        test.AssertEnds(DisconnectReason.ProtocolError, message);
    }

    [Fact]
    public void A_bitfield_is_read_where_it_fits()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Message(5, 0b1000_0001, 0b0100_0000));
        var bitfield = (Bitfield)test.Only.Payload!;
        Assert.Equal(PeerEventKind.Bitfield, test.Only.Kind);
        Assert.Equal([0, 7, 9], Enumerable.Range(0, 10).Where(i => bitfield[i]));
    }

    // W5.
    [Fact]
    public void A_set_spare_bit_is_refused()
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(5, 0, 0b0010_0000));
    }

    // W5: bitfield and its short forms come first and once. Extended messages, ports and keep-alives may stand before (Transmission does that).
    [Theory]
    [InlineData(5)]
    [InlineData(14)]
    [InlineData(15)]
    public void Availability_as_a_whole_comes_first_and_once(int id)
    {
        byte[] message = id == 5 ? Samples.Message(5, 0, 0) : Samples.Message((byte)id);
        foreach (byte[] earlier in (byte[][])[Samples.Message(5, 0, 0), Samples.Message(14), Samples.Message(15), Samples.Message(4, [1]), Samples.Message(1)])
        {
            using var late = new LinkUnderTest();
            late.Feed(earlier);
            late.AssertEnds(DisconnectReason.ProtocolError, message);
        }

        using var test = new LinkUnderTest();
        test.Feed(new byte[4], Samples.Message(9, 1, 2), Samples.Extended(0, "de"u8), Samples.Message(200, 1, 2, 3), message);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }

    [Fact]
    public void Unknown_messages_are_skipped_within_the_bound()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Message(21, new byte[100_000]), Samples.Message(99), Samples.Extended(3, new byte[100]), Samples.Message(4, [1]));
        Assert.Equal(PeerEventKind.Have, test.Only.Kind);
    }

    // W1: refused at the length, before a byte of it is taken.
    [Theory]
    [InlineData(0xFFFFFFFF, 20)]
    [InlineData(0x80000000, 5)]
    [InlineData(WireLimits.MaxMessage + 1, 99)]
    public void A_length_beyond_the_bound_ends_the_link_at_once(uint length, byte id)
    {
        using var test = new LinkUnderTest();
        byte[] start = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, id];
        test.AssertEnds(DisconnectReason.MessageTooLong, start[..4]);
    }

    // W1: a piece is never longer than a block, though other messages may be.
    [Fact]
    public void A_piece_message_longer_than_a_block_ends_the_link()
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.MessageTooLong, Samples.Message(7, [0, 0], new byte[BlockRange.BlockLength + 1])[..5]);
    }

    // W1: a length that is announced and never sent costs a few hundred bytes, not what it announces.
    [Fact]
    public void A_dripped_message_is_not_paid_for_in_advance()
    {
        using var test = new LinkUnderTest(Samples.Layout(2_000_000));
        byte[] message = Samples.Message(5, new byte[250_000]);
        test.Feed(message[..600]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        test.Feed(message[600..1000]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        test.Feed(message[1000..]);
        Assert.Equal(PeerEventKind.Bitfield, test.Only.Kind);
    }

    // W12.
    [Fact]
    public void Floods_of_suggestions_and_allowed_fast_are_cut_off()
    {
        using var test = new LinkUnderTest();
        for (int i = 0; i < 200; i++)
            test.Feed(Samples.Message(13, [1]), Samples.Message(17, [2]));
        Assert.Equal(WireLimits.MaxSuggests, test.Kinds.Count(kind => kind == PeerEventKind.Suggest));
        Assert.Equal(WireLimits.MaxAllowedFast, test.Kinds.Count(kind => kind == PeerEventKind.AllowedFast));
    }

    // W12.
    [Fact]
    public void Rejects_of_what_was_never_asked_for_end_the_link()
    {
        using var test = new LinkUnderTest();
        byte[] reject = Samples.Message(16, [0, 0, 16384]);
        for (int i = 0; i < WireLimits.MaxStrayRejects; i++)
            test.Feed(reject);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        Assert.Equal(0, test.Events.Count);
        test.AssertEnds(DisconnectReason.ProtocolError, reject);
    }

    [Fact]
    public void A_reject_for_each_withdrawn_request_is_overlooked()
    {
        using var test = new LinkUnderTest();
        for (int i = 0; i < 1000; i++)
        {
            test.Request(Samples.Range(0, 0));
            test.Apply(PeerCommandKind.Cancel, Samples.Range(0, 0));
            test.Feed(Samples.Message(16, [0, 0, 16384]));
        }

        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        Assert.Equal(0, test.Events.Count);
    }

    [Fact]
    public void A_reject_of_an_outstanding_request_takes_it_back()
    {
        using var test = new LinkUnderTest();
        test.Request(Samples.Range(0, 0));
        test.Feed(Samples.Message(16, [0, 0, 16384]), Samples.Piece(Samples.Range(0, 0), 1));
        Assert.Equal([PeerEventKind.Reject, PeerEventKind.UnwantedBlock], test.Kinds);
    }

    [Fact]
    public void Extended_messages_are_ignored_where_the_peer_does_not_know_them()
    {
        using var test = new LinkUnderTest(extensions: false);
        test.Feed(Samples.Extended(0, "de"u8), Samples.Extended(7, [0, 0, 0, 99]), Samples.Message(4, [1]));
        Assert.Equal(PeerEventKind.Have, test.Only.Kind);
    }

    // W12.
    [Fact]
    public void Only_so_many_extension_handshakes_are_read()
    {
        using var test = new LinkUnderTest();
        for (int i = 0; i < 2 * WireLimits.MaxExtensionHandshakes; i++)
            test.Feed(Samples.Extended(0, "de"u8));
        Assert.Equal(WireLimits.MaxExtensionHandshakes, test.Events.Count);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }
}
