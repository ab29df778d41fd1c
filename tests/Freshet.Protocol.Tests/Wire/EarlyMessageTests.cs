using Freshet.Abstractions;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>What a peer says of pieces before anybody knows how many there are, as of a magnet link.</summary>
public sealed class EarlyMessageTests
{
    private static readonly byte[] AllButLast = Samples.Message(5, new byte[] { 0xFF, 0x80 });

    [Fact]
    public void It_is_told_in_order_once_the_pieces_are_known()
    {
        using var test = new LinkUnderTest(late: true);
        test.Feed(AllButLast, Number(4, 9), Samples.Message(1), Number(17, 3));
        Assert.Empty(test.Kinds);
        test.Apply(PeerCommandKind.Layout, payload: test.Layout);
        Assert.Equal([PeerEventKind.Bitfield, PeerEventKind.Have, PeerEventKind.Unchoke, PeerEventKind.AllowedFast], test.Kinds);

        // From here on it is as ever.
        test.Feed(Samples.Message(0));
        Assert.Equal(PeerEventKind.Choke, test.Kinds[^1]);
    }

    [Fact]
    public void What_is_about_no_piece_is_told_at_once()
    {
        using var test = new LinkUnderTest(late: true);
        test.Feed(AllButLast, Samples.Message(9, 26, 225), Samples.Extended(0, "d1:v4:teste"u8));
        Assert.Equal([PeerEventKind.Port, PeerEventKind.ExtensionHandshake], test.Kinds);
    }

    [Fact]
    public void What_came_halfway_is_told_when_it_is_whole()
    {
        for (int cut = 1; cut < AllButLast.Length; cut++)
        {
            using var test = new LinkUnderTest(late: true);
            test.Feed(Samples.Message(2), AllButLast[..cut]);
            test.Apply(PeerCommandKind.Layout, payload: test.Layout);
            Assert.Equal([PeerEventKind.Interested], test.Kinds);

            // A bitfield that is not the first message is a breach, now as ever.
            test.AssertEnds(DisconnectReason.ProtocolError, AllButLast[cut..]);
        }
    }

    [Fact]
    public void It_is_judged_as_ever_when_the_pieces_are_known()
    {
        byte[][] breaches = [Samples.Message(5, new byte[] { 0xFF }), Samples.Message(5, new byte[] { 0xFF, 0xFF }), Number(4, 10), Number(17, -1)];
        foreach (byte[] breach in breaches)
        {
            using var test = new LinkUnderTest(late: true);
            test.Feed(breach);
            Assert.Equal(DisconnectReason.None, test.Link.Ending);
            test.Apply(PeerCommandKind.Layout, payload: test.Layout);
            Assert.Equal(DisconnectReason.ProtocolError, test.Link.Ending);
        }
    }

    [Fact]
    public void Requests_and_blocks_that_make_no_sense_yet_are_passed_over()
    {
        using var test = new LinkUnderTest(late: true);
        test.Feed(Number(6, 0, 0, 16384), Samples.Piece(Samples.Range(0, 0), 7), Number(16, 0, 0, 16384), Number(13, 1));
        test.Apply(PeerCommandKind.Layout, payload: test.Layout);
        Assert.Empty(test.Kinds);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }

    /// <summary>THREATS W1: a length alone takes no memory, and bytes no more than the largest torrent needs.</summary>
    [Fact]
    public void It_is_bounded()
    {
        using var longest = new LinkUnderTest(late: true);
        longest.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(5, new byte[WireLimits.MaxBitfield + 1])[..16]);
        using var many = new LinkUnderTest(late: true);
        byte[] have = Number(4, 9);
        for (int i = 0; i <= WireLimits.MaxEarly / have.Length; i++)
            many.Feed(have);
        Assert.Equal(DisconnectReason.Limit, many.Link.Ending);
    }

    private static byte[] Number(byte id, params int[] numbers) => Samples.Message(id, numbers, []);
}
