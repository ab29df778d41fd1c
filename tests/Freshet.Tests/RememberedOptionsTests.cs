using Freshet.Abstractions;
using Freshet.Sessions;

namespace Freshet.Tests;

public class RememberedOptionsTests
{
    private static readonly RememberedOptions Everything = new()
    {
        Priorities = [FilePriority.Skip, FilePriority.High],
        Strategy = PieceStrategy.Sequential,
        SuperSeeding = true,
        IgnoresTrackers = true,
        Trackers = ["http://tracker.example/ü?a=1&b=2"],
        TrackerTiers = TrackerTiers.Bep12,
        Goals = new SeedGoals { Ratio = 1.5, SeedTime = TimeSpan.FromMinutes(90), IdleTime = TimeSpan.MaxValue, Action = GoalAction.RemoveWithData },
        IsForced = true,
        SeedOnly = true,
        MaxPeers = 12,
        Limits = new TorrentLimits { Whole = new TransferLimits(4096, null), EachPeer = new TransferLimits(null, long.MaxValue) },
    };

    [Fact]
    public void What_was_written_is_read_back()
    {
        string text = Everything.ToText()!;
        RememberedOptions read = RememberedOptions.Parse(text);
        Assert.Equal(text, read.ToText());
        Assert.Equal(Everything.Priorities, read.Priorities);
        Assert.Equal(Everything.Trackers, read.Trackers);
        Assert.Equal(Everything with { Priorities = null, Trackers = null }, read with { Priorities = null, Trackers = null });
    }

    [Fact]
    public void Goals_that_are_never_reached_are_remembered()
    {
        var forever = new RememberedOptions { Goals = SeedGoals.Forever };
        Assert.Equal(forever, RememberedOptions.Parse(forever.ToText()));
    }

    [Fact]
    public void Defaults_need_no_text() => Assert.Null(new RememberedOptions().ToText());

    [Fact]
    public void What_earlier_sessions_kept_is_still_understood() => Assert.Equal(
        new RememberedOptions { Goals = new SeedGoals { Ratio = double.PositiveInfinity, SeedTime = TimeSpan.FromHours(36) }, SeedOnly = true, Limits = new TorrentLimits { Whole = new TransferLimits(1024, null) } },
        RememberedOptions.Parse("""{"goals":{"ratio":"Infinity","seedTime":"1.12:00:00"},"seedOnly":true,"limits":{"whole":{"up":1024}},"ofTomorrow":[{}]}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"maxPeers\":")]
    [InlineData("""{"maxPeers":1.5}""")]
    [InlineData("""{"maxPeers":99999999999}""")]
    [InlineData("""{"superSeeding":"yes"}""")]
    [InlineData("""{"priorities":[256]}""")]
    [InlineData("""{"goals":{"seedTime":"99999999.00:00:00"}}""")]
    [InlineData("""{"goals":{"ratio":"much"}}""")]
    public void What_cannot_be_read_counts_as_the_defaults(string text) => Assert.Same(RememberedOptions.Default, RememberedOptions.Parse(text));
}
