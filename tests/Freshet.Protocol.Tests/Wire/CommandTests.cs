using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Tests.Wire;

public sealed class CommandTests
{
    [Fact]
    public void Commands_become_their_messages()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.Choke);
        test.Apply(PeerCommandKind.Unchoke);
        test.Apply(PeerCommandKind.Interested);
        test.Apply(PeerCommandKind.NotInterested);
        test.Apply(PeerCommandKind.Have, Samples.Range(3, 0, 0));
        test.Apply(PeerCommandKind.Request, Samples.Range(1, 16384));
        test.Apply(PeerCommandKind.Cancel, Samples.Range(1, 16384));
        test.Apply(PeerCommandKind.Reject, Samples.Range(9, 0, 20_000));
        test.Apply(PeerCommandKind.Suggest, Samples.Range(4, 0, 0));
        test.Apply(PeerCommandKind.AllowedFast, Samples.Range(5, 0, 0));
        test.Apply(PeerCommandKind.Port, value: 6881);
        test.Apply(PeerCommandKind.KeepAlive);
        test.Apply(PeerCommandKind.Forget, Samples.Range(0, 0));
        byte[] expected =
        [
            .. Samples.Message(0), .. Samples.Message(1), .. Samples.Message(2), .. Samples.Message(3), .. Samples.Message(4, [3]),
            .. Samples.Message(6, [1, 16384, 16384]), .. Samples.Message(8, [1, 16384, 16384]), .. Samples.Message(16, [9, 0, 20_000]),
            .. Samples.Message(13, [4]), .. Samples.Message(17, [5]), .. Samples.Message(9, 0x1A, 0xE1), .. new byte[4],
        ];
        Assert.Equal(expected, test.Drain());
    }

    [Fact]
    public void A_peer_without_BEP_6_hears_nothing_of_it()
    {
        using var test = new LinkUnderTest(fast: false);
        test.Apply(PeerCommandKind.Reject, Samples.Range(9, 0, 20_000));
        test.Apply(PeerCommandKind.Suggest, Samples.Range(4, 0, 0));
        test.Apply(PeerCommandKind.AllowedFast, Samples.Range(5, 0, 0));
        Assert.False(test.Link.HasOutput);
    }

    [Fact]
    public void Dont_have_goes_out_under_the_number_that_the_peer_named()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.DontHave, Samples.Range(5, 0, 0));
        Assert.False(test.Link.HasOutput);
        test.Feed(Samples.Extended(0, "d1:md11:lt_donthavei9eee"u8));
        test.Apply(PeerCommandKind.DontHave, Samples.Range(5, 0, 0));
        Assert.Equal(Samples.Extended(9, [0, 0, 0, 5]), test.Drain());
        test.Feed(Samples.Extended(0, "d1:md11:lt_donthavei0eee"u8));
        test.Apply(PeerCommandKind.DontHave, Samples.Range(5, 0, 0));
        Assert.False(test.Link.HasOutput);
    }

    [Fact]
    public void A_bitfield_takes_its_shortest_form()
    {
        var full = new Bitfield(10);
        full.SetAll();
        var some = new Bitfield(10) { [0] = true, [9] = true };
        Assert.Equal(Samples.Message(14), Sent(fast: true, full));
        Assert.Equal(Samples.Message(15), Sent(fast: true, new Bitfield(10)));
        Assert.Equal(Samples.Message(5, 0x80, 0x40), Sent(fast: true, some));
        Assert.Equal(Samples.Message(5, 0xFF, 0xC0), Sent(fast: false, full));
        Assert.Empty(Sent(fast: false, new Bitfield(10)));

        static byte[] Sent(bool fast, Bitfield bitfield)
        {
            using var test = new LinkUnderTest(fast: fast);
            test.Apply(PeerCommandKind.Bitfield, payload: bitfield);
            return test.Drain();
        }
    }

    [Fact]
    public void Connect_is_the_pumps_own()
    {
        using var test = new LinkUnderTest();
        Assert.Throws<InvalidOperationException>(() => test.Apply(PeerCommandKind.Connect));
    }

    [Fact]
    public void Close_lets_what_waits_go_out()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.Have, Samples.Range(3, 0, 0));
        test.Link.Apply(new PeerCommand(PeerCommandKind.Close, test.Link.Id) { Reason = DisconnectReason.Useless }, test.Events, test.Now);
        Assert.Equal(DisconnectReason.Useless, test.Link.Ending);
        Assert.False(test.Link.WantsInput);
        Assert.Equal(Samples.Message(4, [3]), test.Drain());
    }
}
