using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Output;

public sealed class WorkMeterTests
{
    [Fact]
    public void A_terminal_gets_a_bar_with_rate_and_time_left_that_is_cleared_at_the_end()
    {
        using var output = new StringWriter();
        var meter = new WorkMeter(Context(output, isTerminal: true), "hashing");
        meter.Show(512 << 20, 1 << 30);
        Assert.Matches("hashing ━{15}─{15} 50.0 % of 1 GiB, .*/s, ETA ", output.ToString());
        meter.Clear();
        Assert.EndsWith("\r\u001b[K", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public void It_fits_a_narrow_terminal(int width)
    {
        using var output = new StringWriter();
        new WorkMeter(Context(output, isTerminal: true, width), "hashing").Show(1 << 20, 1 << 30);
        Assert.InRange(output.ToString()["\r\u001b[K".Length..].Length, 1, width);
    }

    [Fact]
    public void Anything_else_gets_no_line_that_is_written_over()
    {
        using var output = new StringWriter();
        var meter = new WorkMeter(Context(output, isTerminal: false), "hashing");
        meter.Show(1, 2);
        meter.Clear();
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void What_is_nothing_is_done()
    {
        using var output = new StringWriter();
        new WorkMeter(Context(output, isTerminal: true), "hashing").Show(0, 0);
        Assert.Contains("100 % of 0 B", output.ToString(), StringComparison.Ordinal);
    }

    private static CommandContext Context(TextWriter output, bool isTerminal, int width = 120)
        => new(new Streams { Width = () => width, Out = output, Error = TextWriter.Null, In = () => Stream.Null, IsTerminal = isTerminal, Variable = _ => null });
}
