using Freshet.Engine.Choking;

namespace Freshet.Engine.Tests.Choking;

public sealed class SharingPaceTests
{
    private const int Line = 1000;

    private readonly SharingPace _pace = new(given: 500);
    private long _given = 500;

    [Fact]
    public void Peers_that_pass_on_many_times_what_we_give_need_no_more_of_us()
    {
        Spread(looks: 4, came: 16 * Line);
        Assert.True(_pace.IsAmple);
    }

    [Fact]
    public void Peers_that_pass_on_little_more_than_we_give_need_us()
    {
        Spread(looks: 4, came: 15 * Line);
        Assert.False(_pace.IsAmple);
    }

    [Fact]
    public void Where_nothing_has_left_us_nobody_can_say_what_is_ample()
    {
        for (int look = 0; look < 10; look++)
        {
            _pace.Came(1_000_000);
            Assert.False(_pace.Look(500, isSpread: false));
            Assert.False(_pace.IsAmple);
        }
    }

    [Fact]
    public void A_spreading_that_is_over_at_once_says_nothing_of_our_line()
    {
        Spread(looks: 3, came: 100 * Line);
        Assert.False(_pace.IsAmple);
    }

    // While we stand back nothing leaves us: what left before is what we could add.
    [Fact]
    public void What_we_could_add_is_the_most_that_left_us()
    {
        Spread(looks: 4, came: 16 * Line);
        Rest(came: 16 * Line);
        Assert.True(_pace.IsAmple);
        Rest(came: 15 * Line);
        Assert.False(_pace.IsAmple);
    }

    [Fact]
    public void What_came_since_the_last_look_counts_at_once()
    {
        Spread(looks: 4, came: Line);
        Assert.False(_pace.IsAmple);
        _pace.Came(16 * Line);
        Assert.True(_pace.IsAmple);
    }

    // What peers say may be a lie.
    [Fact]
    public void We_stand_back_no_longer_than_the_spreading_took()
    {
        Spread(looks: 5, came: 20 * Line);
        for (int look = 1; look < 5; look++)
        {
            Rest(came: 100 * Line);
            Assert.True(_pace.IsAmple);
        }

        Rest(came: 100 * Line);
        Assert.False(_pace.IsAmple);
    }

    private void Spread(int looks, int came)
    {
        for (int i = 0; i < looks; i++)
        {
            _pace.Came(came);
            _given += Line;
            Assert.True(_pace.Look(_given, isSpread: false));
        }
    }

    private void Rest(int came)
    {
        _pace.Came(came);
        Assert.False(_pace.Look(_given, isSpread: true));
    }
}
