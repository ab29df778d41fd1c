using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Tests.RateLimiting;

/// <summary>Rates in virtual time: ±3 % or ±1 block over ten seconds, from 16 KiB/s to 10 GiB/s.</summary>
public sealed class RateBucketTests
{
    private const int Block = RateBucket.MaxNeed;
    private const long KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public static TheoryData<long, int> RatesAndPeers()
    {
        var data = new TheoryData<long, int>();
        foreach (long rate in (long[])[16 * KiB, 256 * KiB, 10 * MiB, GiB, 10 * GiB])
        {
            foreach (int peers in (int[])[1, 2, 7, 50])
                data.Add(rate, peers);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(RatesAndPeers))]
    public void Blocks_keep_to_the_rate_from_a_pause_on_and_ever_after(long rate, int peers)
        => KeepsTo(rate, peers, need: Block, wanted: 16 * Block, lateness: TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(RatesAndPeers))]
    public void Slices_keep_to_the_rate_also_where_every_alarm_is_late(long rate, int peers)
        => KeepsTo(rate, peers, need: (int)Math.Clamp(rate / 16, 256, 16384), wanted: 256 * 1024, lateness: TimeSpan.FromMilliseconds(3));

    [Fact]
    public void Any_rate_is_kept_to_by_any_mix_of_peers()
    {
        var random = new SeededRandom(11);
        for (int i = 0; i < 30; i++)
        {
            // As many small rates as large ones.
            long rate = (long)(16 * KiB * Math.Pow(655_360, random.Next(10_000) / 10_000.0));
            int need = 1 + random.Next(Block);
            KeepsTo(rate, 1 + random.Next(50), need, need + random.Next(1 << 18), TimeSpan.FromMicroseconds(random.Next(1000)));
        }
    }

    [Fact]
    public void Who_waits_is_served_in_turn_and_nobody_gets_more_than_a_turn_ahead()
    {
        foreach (long rate in (long[])[16 * KiB, 256 * KiB, 10 * MiB, GiB])
        {
            var world = new RateWorld();
            RateBucket bucket = world.Bucket(rate);
            RateWorld.Taker[] takers = [.. Enumerable.Range(0, 20).Select(_ => world.Hungry(Block, Block, bucket))];
            world.Run(TimeSpan.FromSeconds(60));

            // The first to come emptied the full bucket before anybody waited.
            long[] totals = [.. takers.Skip(1).Select(static taker => taker.Total)];
            Assert.InRange(totals.Max() - totals.Min(), 0, Math.Max(2 * Block, (long)(totals.Max() * 0.02)));
        }
    }

    [Fact]
    public void What_a_modest_peer_leaves_the_others_share()
    {
        var world = new RateWorld();
        RateBucket session = world.Bucket(MiB);
        RateWorld.Taker modest = world.Hungry(Block, Block, world.Bucket(64 * KiB), session);
        RateWorld.Taker[] greedy = [.. Enumerable.Range(0, 3).Select(_ => world.Hungry(Block, Block, session))];
        long before = modest.Total, beforeAll = world.Taken();
        world.Run(TimeSpan.FromSeconds(30));
        Assert.InRange((modest.Total - before) / 30.0, 0.97 * 64 * KiB, (1.03 * 64 * KiB) + (Block / 30.0));
        Assert.InRange((world.Taken() - beforeAll) / 30.0, 0.97 * MiB, 1.03 * MiB);
        Assert.InRange(greedy.Max(static taker => taker.Total) - greedy.Min(static taker => taker.Total), 0, MiB);
    }

    [Theory]
    [InlineData(10 * MiB, 1 * MiB, 256 * KiB)]
    [InlineData(1 * MiB, 10 * MiB, 64 * KiB)]
    [InlineData(256 * KiB, 16 * KiB, 16 * KiB)]
    [InlineData(10 * GiB, 1 * GiB, 16 * KiB)]
    public void Nested_limits_each_hold_and_the_tightest_is_used_up(long sessionRate, long torrentRate, long peerRate)
    {
        var world = new RateWorld();
        RateBucket session = world.Bucket(sessionRate);
        RateBucket[] torrents = [world.Bucket(torrentRate), world.Bucket(torrentRate)];
        RateWorld.Taker[][] takers = [.. torrents.Select(torrent =>
            Enumerable.Range(0, 10).Select(_ => world.Hungry(Block, 4 * Block, world.Bucket(peerRate), torrent, session)).ToArray())];
        for (int i = 0; i < 3; i++)
        {
            long[][] before = [.. takers.Select(static row => row.Select(static taker => taker.Total).ToArray())];
            world.Run(Window);
            long all = 0;
            for (int t = 0; t < 2; t++)
            {
                long torrent = 0;
                for (int p = 0; p < 10; p++)
                {
                    long one = takers[t][p].Total - before[t][p];
                    AssertAtMost(peerRate, one);
                    torrent += one;
                }

                AssertAtMost(torrentRate, torrent);
                all += torrent;
            }

            AssertAtMost(sessionRate, all);
            // A block more or less for each of the buckets that are the tightest.
            AssertKept(Math.Min(sessionRate, 2 * Math.Min(torrentRate, 10 * peerRate)), all, blocks: 10 * peerRate < torrentRate ? 20 : 2);
        }
    }

    [Fact]
    public void A_rate_that_changes_holds_from_that_moment_on()
    {
        var world = new RateWorld();
        RateBucket bucket = world.Bucket(10 * MiB);
        for (int i = 0; i < 5; i++)
            world.Hungry(1024, 256 * 1024, bucket);
        foreach (long rate in (long[])[16 * KiB, GiB, 256 * KiB, 10 * GiB, 16 * KiB, 64 * MiB])
        {
            bucket.SetRate(rate, world.Now);
            long before = world.Taken();
            world.Run(Window);
            AssertKept(rate, world.Taken() - before);
        }
    }

    [Fact]
    public void Changing_the_rate_again_and_again_gives_nothing_away()
    {
        var world = new RateWorld();
        RateBucket bucket = world.Bucket(MiB);
        world.Hungry(Block, Block, bucket);
        long before = world.Taken();
        for (int i = 0; i < 10_000; i++)
        {
            bucket.SetRate(i % 2 == 0 ? MiB : MiB + 1, world.Now);
            world.Run(TimeSpan.FromMilliseconds(1));
        }

        AssertKept(MiB, world.Taken() - before);
    }

    [Fact]
    public void No_alarm_is_set_while_nobody_waits()
    {
        var world = new RateWorld();
        RateBucket bucket = world.Bucket(MiB);
        RateWorld.Taker taker = world.Hungry(1000, 1000, bucket, world.Bucket(2 * MiB));
        taker.Appetite = 50_000;
        world.Run(Window);
        Assert.True(world.IsIdle);
        Assert.Equal(0, bucket.Waiting);
        int wakes = world.Wakes;
        world.Run(TimeSpan.FromHours(1));
        Assert.Equal(wakes, world.Wakes);
    }

    [Fact]
    public void Many_who_wait_at_a_high_rate_are_woken_for_together()
    {
        var world = new RateWorld();
        RateBucket bucket = world.Bucket(10 * GiB);
        for (int i = 0; i < 50; i++)
            world.Hungry(Block, 256 * 1024, bucket);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.InRange(world.Wakes, 1, 501);
    }

    [Fact]
    public void Who_leaves_takes_no_bytes_along_and_those_behind_go_on()
    {
        var world = new RateWorld();
        RateBucket session = world.Bucket(256 * KiB);
        RateBucket torrent = world.Bucket(100 * MiB);
        RateWorld.Taker[] takers = [.. Enumerable.Range(0, 30).Select(_ => world.Hungry(Block, Block, torrent, session))];
        var random = new SeededRandom(5);
        long before = world.Taken();
        for (int i = 0; i < 1000; i++)
        {
            RateWorld.Taker leaver = takers[random.Next(takers.Length)];
            leaver.Gate.Leave();
            leaver.Eat();
            world.Run(TimeSpan.FromMilliseconds(10));
        }

        AssertKept(256 * KiB, world.Taken() - before);
        foreach (RateWorld.Taker taker in takers)
        {
            taker.Appetite = 0;
            taker.Gate.Leave();
        }

        Assert.True(world.IsIdle);
        Assert.Equal(0, session.Waiting + torrent.Waiting);
    }

    [Fact]
    public void Unused_bytes_that_come_back_are_used_by_others_and_never_pile_up()
    {
        var world = new RateWorld();
        RateBucket bucket = world.Bucket(256 * KiB);
        RateWorld.Taker taker = world.Hungry(Block, Block, bucket);
        long before = world.Taken();
        for (int i = 0; i < 1000; i++)
        {
            world.Run(TimeSpan.FromMilliseconds(10));
            bucket.GiveBack(0);
        }

        AssertKept(256 * KiB, world.Taken() - before);
        taker.Appetite = 0;
        taker.Gate.Leave();
        for (int i = 0; i < 100; i++)
            taker.Gate.GiveBack(1 << 20);
        taker.Appetite = long.MaxValue;
        before = world.Taken();
        taker.Eat();
        Assert.InRange(world.Taken() - before, 0, bucket.Capacity);
    }

    [Fact]
    public void Asking_and_waiting_allocate_nothing()
    {
        var world = new RateWorld();
        RateBucket session = world.Bucket(10 * MiB);
        for (int i = 0; i < 10; i++)
            world.Hungry(Block, 4 * Block, world.Bucket(2 * MiB), session);
        world.Run(TimeSpan.FromSeconds(5));
        int wakes = world.Wakes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        world.Run(TimeSpan.FromSeconds(20));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(world.Wakes > wakes + 1000);
        Assert.InRange(allocated, 0, 1024);
    }

    private static void KeepsTo(long rate, int peers, int need, int wanted, TimeSpan lateness)
    {
        var world = new RateWorld { Lateness = lateness };
        RateBucket bucket = world.Bucket(rate);

        // After a pause: the bucket is full.
        for (int i = 0; i < peers; i++)
            world.Hungry(need, wanted, bucket);
        long before = 0;
        for (int window = 0; window < 3; window++)
        {
            world.Run(Window);
            AssertKept(rate, world.Taken() - before);
            before = world.Taken();
        }
    }

    private static void AssertKept(long rate, long taken, int blocks = 1)
    {
        double expected = rate * Window.TotalSeconds;
        double tolerance = Math.Max(0.03 * expected, blocks * Block);
        Assert.InRange(taken, expected - tolerance, expected + tolerance);
    }

    private static void AssertAtMost(long rate, long taken)
        => Assert.InRange(taken, 0, (rate * Window.TotalSeconds) + Math.Max(0.03 * rate * Window.TotalSeconds, Block));
}
