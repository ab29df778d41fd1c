using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>BEP 9 on the wire: requests, pieces and rejects of metadata (THREATS B7).</summary>
public sealed class MetadataMessageTests
{
    private const int Size = MetadataPieces.Length + 100;

    [Fact]
    public void Messages_go_out_under_the_peers_number_as_the_bep_says()
    {
        using LinkUnderTest test = Introduced();
        test.Apply(PeerCommandKind.MetadataRequest, value: 1);
        test.Apply(PeerCommandKind.MetadataReject, value: 0);
        test.Apply(PeerCommandKind.Metadata, payload: new MetadataPiece(1, Size, "abc"u8.ToArray()));
        byte[] expected =
        [
            .. Samples.Extended(9, "d8:msg_typei0e5:piecei1ee"u8),
            .. Samples.Extended(9, "d8:msg_typei2e5:piecei0ee"u8),
            .. Samples.Extended(9, Encoding.ASCII.GetBytes($"d8:msg_typei1e5:piecei1e10:total_sizei{Size}eeabc")),
        ];
        Assert.Equal(expected, test.Drain());
    }

    [Fact]
    public void Nothing_goes_to_who_does_not_know_them()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.MetadataRequest, value: 1);
        Assert.Empty(test.Drain());
    }

    [Fact]
    public void A_request_is_told_whatever_it_asks_for()
    {
        using LinkUnderTest test = Introduced();
        test.Feed(Message("d8:msg_typei0e5:piecei99999999999ee"));
        Assert.Equal((PeerEventKind.MetadataRequest, int.MaxValue), (test.Only.Kind, test.Only.Value));
    }

    [Fact]
    public void A_piece_that_was_asked_for_comes_in_once()
    {
        using LinkUnderTest test = Introduced();
        test.Apply(PeerCommandKind.MetadataRequest, value: 1);
        test.Feed(Message($"d8:msg_typei1e5:piecei1e10:total_sizei{Size}ee", new byte[100]));
        var piece = (MetadataPiece)test.Only.Payload!;
        Assert.Equal((1, Size, 100), (piece.Index, piece.TotalSize, piece.Bytes.Length));

        // Again it is one of a few strays that are overlooked.
        test.Apply(PeerCommandKind.MetadataRequest, value: 0);
        test.Feed(Message($"d8:msg_typei1e5:piecei1e10:total_sizei{Size}ee", new byte[100]));
        Assert.Single(test.Kinds);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }

    [Theory]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei16484ee", 99)]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei16484ee", 101)]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei16384ee", 100)]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei-1ee", 100)]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei2038487152ee", 16384)]
    [InlineData("d8:msg_typei1e5:piecei1ee", 100)]
    [InlineData("d8:msg_typei1ee", 100)]
    [InlineData("i1e", 100)]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei99999999999999999999ee", 100)]
    public void A_piece_of_another_length_than_its_size_says_ends_the_link(string head, int length)
    {
        using LinkUnderTest test = Introduced();
        test.Apply(PeerCommandKind.MetadataRequest, value: 1);
        test.AssertEnds(DisconnectReason.ProtocolError, Message(head, new byte[length]));
    }

    [Fact]
    public void A_message_that_is_longer_than_any_is_not_kept()
    {
        using LinkUnderTest test = Introduced();
        test.AssertEnds(DisconnectReason.ProtocolError, Message($"d8:msg_typei1e5:piecei1e10:total_sizei{Size}ee", new byte[2000])[..20]);
    }

    [Fact]
    public void Messages_of_a_later_kind_are_ignored()
    {
        using LinkUnderTest test = Introduced();
        test.Feed(Message("d8:msg_typei7e5:piecei1ee"));
        Assert.Empty(test.Kinds);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }

    /// <summary>THREATS W2: 30 bytes ask for 16 KiB.</summary>
    [Fact]
    public void Who_asks_and_does_not_read_is_declined_once_much_waits_for_it()
    {
        using LinkUnderTest test = Introduced();
        for (int i = 0; i < 100; i++)
            test.Apply(PeerCommandKind.Metadata, payload: new MetadataPiece(0, Size, new byte[MetadataPieces.Length]));
        Assert.InRange(test.Link.OutputLength, WireLimits.SendHighWater, WireLimits.SendHighWater + (2 * MetadataPieces.Length));
    }

    private static LinkUnderTest Introduced()
    {
        var test = new LinkUnderTest();
        test.Feed(Samples.Extended(0, "d1:md11:ut_metadatai9eee"u8));
        test.Events.Clear();
        return test;
    }

    private static byte[] Message(string head, params byte[] tail) => Samples.Extended(2, [.. Encoding.ASCII.GetBytes(head), .. tail]);
}
