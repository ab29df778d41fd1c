using Freshet.Abstractions;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>What may be read where something limits it.</summary>
public sealed class ReadCreditTests
{
    [Fact]
    public void A_link_that_nothing_limits_says_nothing_of_credit()
    {
        using var under = new LinkUnderTest();
        Assert.Equal(int.MaxValue, under.Link.MayRead);
        under.Link.EndTurn(hasMore: true, under.Events);
        under.Link.EndTurn(hasMore: false, under.Events);
        Assert.Empty(under.Kinds);
        Assert.True(under.Link.WantsInput);
        Assert.False(under.Link.WantsCredit);
    }

    [Fact]
    public void Each_credit_is_answered_once_by_used_up_or_by_what_is_left()
    {
        using var under = new LinkUnderTest();
        under.Apply(PeerCommandKind.ReadCredit);
        Assert.False(under.Link.WantsInput);
        Assert.True(under.Link.WantsCredit);
        under.Link.EndTurn(hasMore: false, under.Events);
        Assert.Empty(under.Kinds);
        under.Link.EndTurn(hasMore: true, under.Events);
        under.Link.EndTurn(hasMore: true, under.Events);
        Assert.Equal(PeerEventKind.ReadWaiting, under.Only.Kind);
        under.Events.Clear();

        under.Apply(PeerCommandKind.ReadCredit, value: 10);
        Assert.Equal(10, under.Link.MayRead);
        under.Feed(new byte[4]);
        under.Link.EndTurn(hasMore: true, under.Events);
        Assert.Empty(under.Kinds);
        Assert.Equal(6, under.Link.MayRead);
        under.Link.EndTurn(hasMore: false, under.Events);
        Assert.Equal((PeerEventKind.CreditLeft, 6), (under.Only.Kind, under.Only.Value));
        Assert.False(under.Link.WantsInput);
        under.Events.Clear();

        under.Apply(PeerCommandKind.ReadCredit, value: 4);
        under.Feed(new byte[4]);
        under.Link.EndTurn(hasMore: false, under.Events);
        Assert.Equal((PeerEventKind.CreditLeft, 0), (under.Only.Kind, under.Only.Value));
    }

    [Fact]
    public void What_is_left_goes_back_when_the_connection_ends_and_nothing_where_it_was_told_already()
    {
        using var under = new LinkUnderTest();
        under.Apply(PeerCommandKind.ReadCredit, value: 1000);
        under.Feed(new byte[4]);
        under.Link.Close(DisconnectReason.ClosedByPeer, under.Events);
        Assert.Equal([PeerEventKind.CreditLeft, PeerEventKind.Closed], under.Kinds);
        Assert.Equal(996, under.Events.Events[0].Value);

        using var asking = new LinkUnderTest();
        asking.Apply(PeerCommandKind.ReadCredit, value: 4);
        asking.Feed(new byte[4]);
        asking.Link.EndTurn(hasMore: true, asking.Events);
        asking.Link.Close(DisconnectReason.ClosedByPeer, asking.Events);
        Assert.Equal([PeerEventKind.ReadWaiting, PeerEventKind.Closed], asking.Kinds);
    }

    [Fact]
    public void Lifting_the_limit_reads_on_at_once()
    {
        using var under = new LinkUnderTest();
        under.Apply(PeerCommandKind.ReadCredit);
        under.Apply(PeerCommandKind.ReadFreely);
        Assert.True(under.Link.WantsInput);
        Assert.Equal(int.MaxValue, under.Link.MayRead);
    }

    [Fact]
    public void A_peer_whose_bytes_wait_for_credit_is_not_silent()
    {
        using var under = new LinkUnderTest();
        under.Apply(PeerCommandKind.ReadCredit);
        under.Link.EndTurn(hasMore: true, under.Events);
        for (int i = 0; i < 20; i++)
        {
            under.Now += TimeSpan.FromSeconds(60);
            under.Link.Advance(under.Now);
            under.Drain();
        }

        Assert.Equal(DisconnectReason.None, under.Link.Ending);

        // Once it has credit and nothing comes, its silence counts.
        under.Apply(PeerCommandKind.ReadCredit, value: 100);
        under.Link.EndTurn(hasMore: false, under.Events);
        under.Now += WireLimits.Silence;
        under.Link.Advance(under.Now);
        Assert.Equal(DisconnectReason.PeerTimeout, under.Link.Ending);
    }
}
