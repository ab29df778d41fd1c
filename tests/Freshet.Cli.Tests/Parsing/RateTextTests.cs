using System.CommandLine;
using Freshet.Abstractions;
using Freshet.Cli.Download;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Tests.Parsing;

public sealed class RateTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("off", 0)]
    [InlineData("none", 0)]
    [InlineData("1024", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("500KB", 500_000)]
    [InlineData("2.5MiB", 2_621_440)]
    [InlineData("2.5 MiB/s", 2_621_440)]
    [InlineData("10MB/s", 10_000_000)]
    [InlineData("10GiB", 10_737_418_240)]
    public void Rates_are_read_as_people_write_them(string text, long expected)
    {
        Assert.True(RateText.TryParse(text, out long rate));
        Assert.Equal(expected, rate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("1023")]
    [InlineData("-1K")]
    [InlineData("5 M bytes")]
    [InlineData("1e6")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(RateText.TryParse(text, out _));

    [Fact]
    public void An_alternative_that_is_not_named_is_the_normal_limit_and_0_is_none()
    {
        RateLimits limits = Read("--limit-up 100K --limit-down 1M --alt-limit-down 0 --alt-schedule", "sat,sun 00:00-24:00");
        Assert.Equal(new TransferLimits(102_400, 1_048_576), limits.Normal);
        Assert.Equal(new TransferLimits(102_400, null), limits.Alternative);
        Assert.Equal(WeeklySchedule.Parse("sat,sun 00:00-24:00"), limits.Schedule);
        Assert.Equal(AlternativeUse.BySchedule, limits.UseAlternative);
        Assert.False(limits.ExemptLocal);
    }

    [Fact]
    public void Without_options_nothing_is_limited_and_nobody_exempt() => Assert.Equal(RateLimits.None, Read(""));

    private static RateLimits Read(string words, params string[] more)
    {
        var options = new LimitOptions();
        var command = new RootCommand();
        foreach (Option option in options.All)
            command.Options.Add(option);
        ParseResult parsed = command.Parse([.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more]);
        Assert.Empty(parsed.Errors);
        return options.Read(parsed);
    }
}
