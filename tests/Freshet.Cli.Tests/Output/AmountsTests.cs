using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Output;

public sealed class AmountsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(16384, "16 KiB")]
    [InlineData(1546188226, "1.44 GiB")]
    [InlineData(104857600, "100 MiB")]
    public void Bytes_have_three_figures(long bytes, string expected) => Assert.Equal(expected, Amounts.Bytes(bytes));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59.4, "59s")]
    [InlineData(61, "1m01s")]
    [InlineData(3900, "1h05m")]
    [InlineData(90000, "1d01h")]
    [InlineData(1e9, "over 100 days")]
    public void Durations_have_two_units(double seconds, string expected) => Assert.Equal(expected, Amounts.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0.0 %")]
    [InlineData(0.9999, "99.9 %")]
    [InlineData(1, "100 %")]
    public void Only_the_whole_is_a_hundred_percent(double part, string expected) => Assert.Equal(expected, Amounts.Percent(part));

    [Theory]
    [InlineData(1, "1 piece")]
    [InlineData(1234, "1,234 pieces")]
    public void Counts_agree_with_their_noun(long count, string expected) => Assert.Equal(expected, Amounts.Count(count, "piece"));
}
