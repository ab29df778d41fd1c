using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;
using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

/// <summary>What holds for each controller, whatever it is told.</summary>
public sealed class AnyControllerTests
{
    public static TheoryData<UtpCongestion> All => [UtpCongestion.Ledbat, UtpCongestion.Cubic, UtpCongestion.Rate];

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_a_peer_says_at_least_a_packet_may_go_out_and_never_without_bound(UtpCongestion congestion)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new SeededRandom(seed);
            ICongestionController controller = CongestionControllers.Create(congestion, 1180);
            var now = new MonoTime(random.Next(1000) * 1_000_000L);
            long delivered = 0;
            int packet = 1180;
            for (int i = 0; i < 3000; i++)
            {
                now += TimeSpan.FromMicroseconds(random.Next(50_000));
                switch (random.Next(20))
                {
                    case 0:
                        controller.OnLost(new UtpLossSample(now, packet, controller.Window, now - TimeSpan.FromMilliseconds(random.Next(300))));
                        break;
                    case 4:
                        controller.OnNotLost(random.Next(3), now);
                        break;
                    case 1 when random.Chance(0.2):
                        controller.OnTimeout(now);
                        break;
                    case 2 when random.Chance(0.2):
                        controller.OnIdle(TimeSpan.FromMilliseconds(random.Next(100_000)), now);
                        break;
                    case 3 when random.Chance(0.2):
                        controller.SetPacketSize(packet = 500 + random.Next(1000));
                        break;
                    default:
                        int bytes = random.Next(3) * packet;
                        delivered += bytes;
                        var roundTrip = TimeSpan.FromMicroseconds(random.Chance(0.1) ? 0 : random.Next(2_000_000));
                        uint? delay = random.Chance(0.1) ? null : (uint)random.NextUInt64();
                        long atSend = Math.Max(0, delivered - random.Next(1_000_000));
                        controller.OnAcked(new UtpAckSample(
                            now, bytes, random.Next(1_000_000), roundTrip, roundTrip, delay, delivered, atSend, TimeSpan.FromMicroseconds(random.Next(100_000)), random.Chance(0.3)));
                        break;
                }

                Assert.InRange(controller.Window, packet, 4_000_000_000);
                Assert.InRange(controller.PacingRate, 0, long.MaxValue);
            }
        }
    }

    [Theory]
    [InlineData(UtpCongestion.Ledbat)]
    [InlineData(UtpCongestion.Cubic)]
    public void A_window_that_was_lowered_for_packets_that_were_only_overtaken_is_put_back(UtpCongestion congestion)
    {
        ICongestionController controller = CongestionControllers.Create(congestion, 1452);
        var samples = new Samples(controller);
        samples.Rounds(5);
        double before = samples.Packets;
        samples.Lose();
        samples.Lose(samples.RoundTrip);
        double lowered = samples.Packets;
        Assert.True(lowered < before);
        controller.OnNotLost(1, samples.Now);
        Assert.Equal(lowered, samples.Packets, 0.01); // one of the two is still missing
        controller.OnNotLost(1, samples.Now);
        Assert.Equal(before, samples.Packets, 0.01);

        // It grows on as if nothing had been said.
        samples.Round();
        Assert.True(samples.Packets > before * 1.2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_allocated_once_it_is_made(UtpCongestion congestion)
    {
        ICongestionController controller = CongestionControllers.Create(congestion, 1452);
        var samples = new Samples(controller);
        samples.Rounds(20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            samples.Round();
            if (i % 10 == 0)
                samples.Lose();
            if (i % 70 == 0)
                controller.OnTimeout(samples.Now);
            controller.OnIdle(TimeSpan.FromMilliseconds(i), samples.Now);
            _ = controller.Window + controller.PacingRate;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_same_history_gives_the_same_windows(UtpCongestion congestion)
    {
        Assert.Equal(Play(), Play());

        long[] Play()
        {
            var line = new ModelLine(20e6, TimeSpan.FromMilliseconds(40), 100_000, 0.001, seed: 5);
            ModelFlow flow = line.Add(new ModelFlow(CongestionControllers.Create(congestion, ModelLine.Payload)));
            var windows = new long[50];
            for (int i = 0; i < windows.Length; i++)
            {
                line.Run(TimeSpan.FromMilliseconds(100));
                windows[i] = flow.Controller.Window;
            }

            return windows;
        }
    }

    [Fact]
    public void An_unknown_rule_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => CongestionControllers.Create((UtpCongestion)99, 1452));
}
