using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

public sealed class RateControllerTests
{
    [Theory]
    [InlineData(5, 0, 0.95)]
    [InlineData(40, 0, 0.95)]
    [InlineData(200, 0, 0.85)]
    [InlineData(40, 0.02, 0.9)]
    [InlineData(40, 0.1, 0.75)]
    public void Sends_at_the_rate_of_the_line_with_hardly_a_queue_whatever_is_lost(int milliseconds, double loss, double least)
    {
        var line = new ModelLine(100e6, TimeSpan.FromMilliseconds(milliseconds), 5_000_000, loss);
        ModelFlow flow = line.Add(new ModelFlow(new RateController(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(12));
        Assert.True(flow.RateOver(TimeSpan.FromSeconds(12)) > least * 100e6, $"{flow.RateOver(TimeSpan.FromSeconds(12))}");
        flow.Reset();
        line.Run(TimeSpan.FromSeconds(5));
        Assert.True(flow.MeanWaitMilliseconds < 10, $"{flow.MeanWaitMilliseconds}");
    }

    [Fact]
    public void Heavy_loss_slows_it()
    {
        // A line that drops a third: nobody's radio, but a policer, or a queue that is always full.
        var line = new ModelLine(100e6, TimeSpan.FromMilliseconds(40), 5_000_000, loss: 0.33);
        ModelFlow flow = line.Add(new ModelFlow(new RateController(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(10));
        flow.Reset();
        line.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(flow.RateOver(TimeSpan.FromSeconds(5)), 1, 0.3 * 100e6);
    }

    [Fact]
    public void A_line_that_becomes_slower_is_followed_within_its_ten_rounds()
    {
        var controller = new RateController(1452);
        var samples = new Samples(controller);
        samples.Rounds(30);
        long before = controller.PacingRate;
        samples.RoundTrip *= 4;
        samples.Rounds(30);
        Assert.True(controller.PacingRate < before);
    }

    [Fact]
    public void Looks_at_the_empty_line_every_ten_seconds()
    {
        var controller = new RateController(1452);
        var samples = new Samples(controller) { Wait = TimeSpan.Zero };
        samples.Rounds(20);
        samples.Wait = TimeSpan.FromMilliseconds(10);
        long least = long.MaxValue;
        long usual = controller.Window;
        for (int i = 0; i < 400; i++)
        {
            samples.Round();
            least = Math.Min(least, controller.Window);
        }

        Assert.True(least <= usual / 2, $"{least} of {usual}");
    }

    [Fact]
    public void A_silence_begins_with_four_packets_and_grows_with_what_comes_back()
    {
        var line = new ModelLine(100e6, TimeSpan.FromMilliseconds(40), 5_000_000);
        var controller = new RateController(ModelLine.Payload);
        line.Add(new ModelFlow(controller));
        line.Run(TimeSpan.FromSeconds(3));
        controller.OnTimeout(line.Now);
        Assert.Equal(4 * ModelLine.Payload, controller.Window);
        line.Run(TimeSpan.FromSeconds(2));
        Assert.True(controller.Window > 300 * ModelLine.Payload);
    }
}
