using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

public sealed class RequestWindowTests
{
    private const double Gigabit = 125e6;

    [Fact]
    public void It_starts_with_32_requests()
    {
        var window = new RequestWindow();
        window.Begin(scarce: false);
        Assert.Equal(32, window.Room);
    }

    [Fact]
    public void It_starts_with_4_where_pieces_are_scarce_and_that_is_settled_once()
    {
        var window = new RequestWindow();
        window.Begin(scarce: true);
        window.Begin(scarce: false);
        Assert.Equal(4, window.Room);
    }

    [Fact]
    public void A_long_fat_link_is_full_within_ten_round_trips()
    {
        // 1 Gbit/s at 100 ms holds 763 blocks: 32 doubled five times.
        var window = new RequestWindow { PeerLimit = 2000 };
        var link = new SimulatedLink(window, Gigabit, TimeSpan.FromMilliseconds(100));
        link.Run(TimeSpan.FromSeconds(1));
        Assert.True(link.Run(TimeSpan.FromSeconds(1)) >= 0.9 * Gigabit);
        Assert.True(link.Run(TimeSpan.FromSeconds(20)) >= 20 * 0.99 * Gigabit);
    }

    [Fact]
    public void Once_the_depth_is_found_requests_go_out_together()
    {
        const double Rate = 100e6;
        var window = new RequestWindow { PeerLimit = 2000 };
        var link = new SimulatedLink(window, Rate, TimeSpan.FromMilliseconds(20));
        link.Run(TimeSpan.FromSeconds(20));
        int before = link.Sends;
        long received = link.Run(TimeSpan.FromSeconds(10));
        Assert.True(received >= 0.99 * 10 * Rate);
        Assert.InRange(link.Sends - before, 1, received / BlockRange.BlockLength / 50);
    }

    [Theory]
    [InlineData(10e3, 30)]
    [InlineData(20e3, 100)]
    [InlineData(50e3, 600)]
    public void It_stays_small_on_a_slow_link(double rate, int roundTrip)
    {
        var window = new RequestWindow { PeerLimit = 2000 };
        var link = new SimulatedLink(window, rate, TimeSpan.FromMilliseconds(roundTrip));
        int highest = 0;
        for (int second = 0; second < 120; second++)
        {
            link.Run(TimeSpan.FromSeconds(1));
            highest = Math.Max(highest, window.Depth);
        }

        Assert.True(highest <= 64, $"{highest} at most");
        Assert.InRange(window.Depth, RequestWindow.MinDepth, 12);
    }

    [Theory]
    [InlineData(1e6, 20)]
    [InlineData(10e6, 50)]
    [InlineData(10e6, 1500)]
    [InlineData(50e6, 200)]
    public void Afterwards_it_is_twice_the_delay_or_a_second_of_rate(double rate, int roundTrip)
    {
        var window = new RequestWindow { PeerLimit = 4000 };
        var link = new SimulatedLink(window, rate, TimeSpan.FromMilliseconds(roundTrip));
        link.Run(TimeSpan.FromSeconds(60));
        double seconds = Math.Max(1, 2 * roundTrip / 1000.0);
        double blocks = Math.Min(rate * seconds / BlockRange.BlockLength, RequestWindow.MaxDepth);
        Assert.InRange(window.Depth, 0.8 * blocks, (1.3 * blocks) + 2);
        Assert.True(link.Run(TimeSpan.FromSeconds(10)) >= 0.95 * 10 * rate);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(1000)]
    public void What_the_peer_queues_is_never_exceeded(int limit)
    {
        var window = new RequestWindow { PeerLimit = limit };
        var link = new SimulatedLink(window, Gigabit, TimeSpan.FromMilliseconds(100));
        for (int i = 0; i < 100; i++)
        {
            link.Run(TimeSpan.FromMilliseconds(50));
            Assert.True(window.Outstanding <= limit);
        }
    }

    [Fact]
    public void A_peer_that_does_not_say_is_taken_to_queue_250()
    {
        var window = new RequestWindow();
        new SimulatedLink(window, Gigabit, TimeSpan.FromMilliseconds(100)).Run(TimeSpan.FromSeconds(5));
        Assert.Equal(250, window.Depth);
    }

    [Fact]
    public void A_fixed_number_stays()
    {
        var window = new RequestWindow(fixedDepth: 7);
        new SimulatedLink(window, Gigabit, TimeSpan.FromMilliseconds(100)).Run(TimeSpan.FromSeconds(5));
        Assert.Equal(7, window.Depth);
        Assert.Equal(300, new RequestWindow(fixedDepth: 300).Depth);
    }

    [Fact]
    public void A_link_that_becomes_faster_is_filled_again()
    {
        var window = new RequestWindow { PeerLimit = 2000 };
        var slow = new SimulatedLink(window, 1e6, TimeSpan.FromMilliseconds(50));
        slow.Run(TimeSpan.FromSeconds(20));
        window.OnAllDropped();
        var fast = new SimulatedLink(window, 20e6, TimeSpan.FromMilliseconds(50), slow.Now);
        fast.Run(TimeSpan.FromSeconds(10));
        Assert.True(fast.Run(TimeSpan.FromSeconds(1)) > 0.9 * 20e6);
    }

    [Fact]
    public void Having_little_to_ask_for_does_not_shrink_it()
    {
        var window = new RequestWindow { PeerLimit = 2000 };
        var link = new SimulatedLink(window, 20e6, TimeSpan.FromMilliseconds(50));
        link.Run(TimeSpan.FromSeconds(10));
        int depth = window.Depth;
        MonoTime now = link.Now;
        window.OnAllDropped();
        for (int i = 0; i < 200; i++)
        {
            var block = new BlockRange(new PieceIndex(1_000_000 + i), 0, BlockRange.BlockLength);
            window.OnRequested(block, now);
            now += TimeSpan.FromMilliseconds(50);
            window.OnReceived(block, now);
        }

        Assert.True(window.Depth >= depth * 0.9, $"{depth} became {window.Depth}");
    }

    [Fact]
    public void A_silent_peer_is_snubbed_and_falls_to_one()
    {
        var window = new RequestWindow();
        Ask(window, 32, MonoTime.Zero);
        MonoTime deadline = window.Deadline;
        Assert.Equal(MonoTime.Zero + RequestWindow.FirstTimeout, deadline);
        Assert.Equal(WindowTimeout.None, window.CheckTimeout(deadline - TimeSpan.FromMilliseconds(1), out _, out _));
        Assert.Equal(WindowTimeout.Stalled, window.CheckTimeout(deadline, out _, out _));
        Assert.True(window.IsSnubbed);
        Assert.Equal(1, window.Room);
        Assert.Equal(MonoTime.Never, window.Deadline);
    }

    [Fact]
    public void A_snubbed_peer_that_answers_grows_again()
    {
        var window = new RequestWindow();
        Ask(window, 32, MonoTime.Zero);
        MonoTime now = window.Deadline;
        window.CheckTimeout(now, out _, out _);
        BlockRange block = Ask(window, 1, now);
        window.OnReceived(block, now + TimeSpan.FromSeconds(1));
        Assert.False(window.IsSnubbed);
        Assert.True(window.Depth >= RequestWindow.MinDepth);
    }

    [Fact]
    public void A_peer_measured_as_quick_times_out_sooner_but_not_at_once()
    {
        var window = new RequestWindow();
        var link = new SimulatedLink(window, 10e6, TimeSpan.FromMilliseconds(20));
        link.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(window.Deadline - link.Now, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(6));
    }

    [Theory]
    [InlineData(1_000, 100)]
    [InlineData(2_000, 100)]
    [InlineData(5_000, 3_000)]
    public void A_slow_honest_peer_is_not_timed_out_however_long_its_queue(double rate, int roundTrip)
    {
        // 32 blocks at 1,000 bytes a second take nine minutes; one comes every 16 s. The link itself asserts that nothing times out.
        var window = new RequestWindow();
        var link = new SimulatedLink(window, rate, TimeSpan.FromMilliseconds(roundTrip));
        link.Run(TimeSpan.FromMinutes(20));
        Assert.False(window.IsSnubbed);
    }

    [Fact]
    public void A_request_that_is_passed_over_is_lost_while_others_are_answered()
    {
        var window = new RequestWindow(fixedDepth: 10);
        BlockRange skipped = Ask(window, 1, MonoTime.Zero);
        MonoTime now = MonoTime.Zero;
        int lost = 0;
        for (int i = 1; i < 400; i++)
        {
            BlockRange block = new(new PieceIndex(i), 0, BlockRange.BlockLength);
            window.OnRequested(block, now);
            now += TimeSpan.FromMilliseconds(100);
            window.OnReceived(block, now);
            WindowTimeout timeout = window.CheckTimeout(now, out PieceIndex piece, out int inPiece);
            Assert.NotEqual(WindowTimeout.Stalled, timeout);
            if (timeout != WindowTimeout.Lost)
                continue;
            lost++;
            Assert.Equal(skipped.Piece, piece);
            Assert.Equal(skipped.BlockInPiece, inPiece);
        }

        Assert.Equal(1, lost);
        Assert.Equal(0, window.Outstanding);
    }

    [Fact]
    public void A_peer_that_answers_its_window_backwards_loses_nothing()
    {
        // 5 KB/s: the oldest request is answered after 105 s, later than any time-out for a silent peer.
        var window = new RequestWindow(fixedDepth: 32);
        MonoTime now = MonoTime.Zero;
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 32; i++)
                window.OnRequested(new BlockRange(new PieceIndex((round * 32) + i), 0, BlockRange.BlockLength), now);
            for (int i = 31; i >= 0; i--)
            {
                now += TimeSpan.FromSeconds(BlockRange.BlockLength / 5000.0);
                Assert.Equal(WindowTimeout.None, window.CheckTimeout(now, out _, out _));
                window.OnReceived(new BlockRange(new PieceIndex((round * 32) + i), 0, BlockRange.BlockLength), now);
            }
        }
    }

    [Fact]
    public void A_pause_is_not_counted_against_the_peer()
    {
        var window = new RequestWindow();
        BlockRange block = Ask(window, 1, MonoTime.Zero);
        window.OnReceived(block, MonoTime.Zero + TimeSpan.FromMilliseconds(50));
        MonoTime later = MonoTime.Zero + TimeSpan.FromHours(1);
        Ask(window, 1, later);
        Assert.True(window.Deadline >= later + RequestWindow.MinTimeout);
    }

    [Fact]
    public void The_users_time_out_is_the_longest()
    {
        var window = new RequestWindow(maxTimeout: TimeSpan.FromSeconds(3));
        Ask(window, 1, MonoTime.Zero);
        Assert.Equal(MonoTime.Zero + TimeSpan.FromSeconds(3), window.Deadline);
    }

    private static BlockRange Ask(RequestWindow window, int count, MonoTime now)
    {
        BlockRange block = default;
        for (int i = 0; i < count; i++)
        {
            block = new BlockRange(new PieceIndex(500_000 + i), 0, BlockRange.BlockLength);
            window.OnRequested(block, now);
        }

        return block;
    }
}
