using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;
using Freshet.Protocol.Tests.Wire;

namespace Freshet.Protocol.Tests.Extensions;

public sealed class ExtensionHandshakeTests
{
    [Fact]
    public void Ours_says_who_we_are_and_comes_back_as_it_was()
    {
        using var test = new LinkUnderTest();
        ExtensionHandshake ours = ExtensionNumbers.Announce(6881, IPAddress.Parse("10.0.0.1"), isUploadOnly: true, metadataSize: 500, exchangesPeers: true);
        test.Apply(PeerCommandKind.ExtensionHandshake, payload: ours);
        byte[] sent = test.Drain();
        Assert.Equal(
            Samples.Extended(0, "d1:md11:lt_donthavei7e11:ut_metadatai2e6:ut_pexi1ee13:metadata_sizei500e1:pi6881e4:reqqi2000e11:upload_onlyi1e1:v13:Freshet 0.1.06:yourip4:\u000a\0\0\u0001e"u8),
            sent);
        test.Feed(sent);
        var read = (ExtensionHandshake)test.Only.Payload!;
        Assert.Equal(ours with { Messages = read.Messages }, read);
        Assert.Equal(7, read.Messages["lt_donthave"]);
    }

    [Fact]
    public void Of_a_private_torrent_no_peers_are_offered()
        => Assert.False(ExtensionNumbers.Announce(null, null, isUploadOnly: false, metadataSize: null, exchangesPeers: false).Messages.ContainsKey("ut_pex"));

    [Fact]
    public void It_is_not_sent_to_who_does_not_know_it()
    {
        using var test = new LinkUnderTest(extensions: false);
        test.Apply(PeerCommandKind.ExtensionHandshake, payload: ExtensionNumbers.Announce(null, null, isUploadOnly: false, metadataSize: null, exchangesPeers: false));
        Assert.False(test.Link.HasOutput);
    }

    [Theory]
    [InlineData("de")]
    [InlineData("d1:mi5e1:p3:abc4:reqqlee")]
    [InlineData("d1:md2:aai-1e2:bbi256e2:cc1:1ee")]
    [InlineData("d1:pi0ee")]
    [InlineData("d1:pi65536e6:yourip3:abce")]
    [InlineData("d13:metadata_sizei-1ee")]
    [InlineData("d13:metadata_sizei2147483648ee")]
    [InlineData("d1:v0:e")]
    public void What_makes_no_sense_counts_as_not_said(string body)
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Extended(0, System.Text.Encoding.ASCII.GetBytes(body)));
        var read = (ExtensionHandshake)test.Only.Payload!;
        Assert.Empty(read.Messages);
        Assert.Equal(new ExtensionHandshake { Messages = read.Messages }, read);
    }

    [Theory]
    [InlineData("d4:reqqi0ee", 1)]
    [InlineData("d4:reqqi-5ee", 1)]
    [InlineData("d4:reqqi250ee", 250)]
    [InlineData("d4:reqqi9223372036854775807ee", int.MaxValue)]
    public void The_request_queue_is_at_least_one(string body, int expected)
    {
        Assert.True(ExtensionHandshakeCodec.TryParse(System.Text.Encoding.ASCII.GetBytes(body), out ExtensionHandshake? read));
        Assert.Equal(expected, read.RequestQueue);
    }

    [Theory]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("i1e")]
    [InlineData("d1:m")]
    [InlineData("garbage")]
    public void What_is_no_dictionary_ends_the_link(string body)
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Extended(0, System.Text.Encoding.ASCII.GetBytes(body)));
    }

    // B1: nesting beyond ten ends the link, not the process.
    [Fact]
    public void Deep_nesting_is_refused()
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Extended(0, [.. "d1:a"u8, .. Enumerable.Repeat((byte)'l', 10_000)]));
    }

    // W1: a handshake longer than any real one is skipped without being kept.
    [Fact]
    public void A_huge_handshake_is_skipped()
    {
        using var test = new LinkUnderTest();
        test.Feed(Samples.Extended(0, [.. "d1:v1000000:"u8, .. new byte[1_000_000], (byte)'e']), Samples.Message(4, [1]));
        Assert.Equal(PeerEventKind.Have, test.Only.Kind);
    }

    // B13.
    [Fact]
    public void A_client_name_is_made_harmless()
    {
        Assert.True(ExtensionHandshakeCodec.TryParse("d1:v12:\u001b[2Jab\u0000\u0007 c\r\n"u8, out ExtensionHandshake? read)
            || ExtensionHandshakeCodec.TryParse("d1:v11:\u001b[2Jab\u0000\u0007 c\re"u8, out read));
        Assert.Equal("[2Jab c", read!.Client);
    }

    [Fact]
    public void A_mapped_address_is_the_IPv4_one()
    {
        byte[] mapped = IPAddress.Parse("::ffff:1.2.3.4").GetAddressBytes();
        Assert.True(ExtensionHandshakeCodec.TryParse([.. "d6:yourip16:"u8, .. mapped, (byte)'e'], out ExtensionHandshake? read));
        Assert.Equal(IPAddress.Parse("1.2.3.4"), read.YourAddress);
        var writer = new BencodeWriter();
        ExtensionHandshakeCodec.Write(new ExtensionHandshake { YourAddress = IPAddress.Parse("::ffff:1.2.3.4") }, writer);
        Assert.Equal("d1:mde6:yourip4:\u0001\u0002\u0003\u0004e"u8.ToArray(), writer.ToArray());
    }
}
