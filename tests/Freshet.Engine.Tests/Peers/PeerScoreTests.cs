using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class PeerScoreTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Who_was_fast_goes_before_who_is_unknown_and_he_before_who_failed()
    {
        double fast = After(new ConnectionTrack(600_000_000, TimeSpan.FromMinutes(10), Quick)).Value;
        double slow = After(new ConnectionTrack(6_000_000, TimeSpan.FromMinutes(10), Quick)).Value;
        double empty = After(new ConnectionTrack(0, TimeSpan.FromMinutes(10), Quick)).Value;
        var failed = default(PeerScore);
        failed.AddFailure();
        Assert.True(fast > slow && slow > default(PeerScore).Value && default(PeerScore).Value > empty, $"{fast} {slow} {empty}");
        Assert.True(default(PeerScore).Value > failed.Value);
    }

    [Fact]
    public void Of_equals_the_one_that_answers_sooner_is_better()
        => Assert.True(After(new ConnectionTrack(1 << 20, TimeSpan.FromMinutes(1), Quick)).Value > After(new ConnectionTrack(1 << 20, TimeSpan.FromMinutes(1), Quick * 30)).Value);

    [Fact]
    public void One_bad_day_does_not_undo_a_good_name_and_many_do()
    {
        PeerScore score = After(Enumerable.Repeat(new ConnectionTrack(60_000_000, TimeSpan.FromMinutes(1), Quick), 5).ToArray());
        score.AddFailure();
        Assert.True(score.Value > 0);
        Assert.InRange(score.Reliability, 0.6, 0.7);
        for (int i = 0; i < 5; i++)
            score.AddFailure();
        Assert.True(score.Value < 0, score.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void It_stays_within_bounds_whatever_comes()
    {
        PeerScore score = After(Enumerable.Repeat(new ConnectionTrack(long.MaxValue, TimeSpan.Zero, TimeSpan.Zero), 1000).ToArray());
        Assert.Equal(byte.MaxValue, score.Connections);
        Assert.InRange(score.Value, 0, 18);
        Assert.InRange(System.Runtime.CompilerServices.Unsafe.SizeOf<PeerScore>(), 1, 16);
    }

    private static PeerScore After(params ConnectionTrack[] tracks)
    {
        var score = default(PeerScore);
        foreach (ConnectionTrack track in tracks)
            score.Add(track);
        return score;
    }
}
