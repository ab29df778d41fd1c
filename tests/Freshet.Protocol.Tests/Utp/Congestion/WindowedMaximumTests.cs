using Freshet.Core;
using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

public sealed class WindowedMaximumTests
{
    [Fact]
    public void The_greatest_is_known_at_once_and_forgotten_after_its_rounds()
    {
        var maximum = new WindowedMaximum(10);
        maximum.Add(100, 1);
        Assert.Equal(100, maximum.Value);
        for (int round = 2; round <= 11; round++)
        {
            maximum.Add(50, round);
            Assert.Equal(100, maximum.Value);
        }

        maximum.Add(50, 12);
        Assert.Equal(50, maximum.Value);
    }

    [Fact]
    public void Three_candidates_say_nearly_what_all_samples_would()
    {
        var random = new SeededRandom(7);
        var maximum = new WindowedMaximum(10);
        var all = new List<(double Value, int Round)>();
        for (int round = 1; round < 2000; round++)
        {
            double value = 100 + (50 * Math.Sin(round / 30.0)) + random.Next(20);
            maximum.Add(value, round);
            all.Add((value, round));
            double truth = all.Where(sample => round - sample.Round <= 10).Max(static sample => sample.Value);
            Assert.InRange(maximum.Value, truth * 0.8, truth);
        }
    }
}
