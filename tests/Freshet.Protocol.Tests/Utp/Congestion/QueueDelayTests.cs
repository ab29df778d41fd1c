using Freshet.Core;
using Freshet.Protocol.Utp;
using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

public sealed class QueueDelayTests
{
    private readonly QueueDelay _queue = new();
    private MonoTime _now = new(1_000_000_000);

    [Fact]
    public void Is_what_the_least_of_four_packets_waited_above_the_least_there_was()
    {
        Note(delay: 5_000, roundTrip: 40_000);
        Assert.Equal(0, _queue.Microseconds);
        Note(delay: 35_000, roundTrip: 70_000);
        Note(delay: 30_000, roundTrip: 65_000);
        Note(delay: 36_000, roundTrip: 71_000);
        Assert.Equal(0, _queue.Microseconds); // the first of the four saw no queue
        Note(delay: 35_000, roundTrip: 70_000);
        Assert.Equal(25_000, _queue.Microseconds);
    }

    [Fact]
    public void Data_that_comes_the_other_way_and_queues_is_not_counted()
    {
        Notes(delay: 5_000, roundTrip: 40_000);
        Notes(delay: 15_000, roundTrip: 140_000);
        Assert.Equal(10_000, _queue.Microseconds);
    }

    [Fact]
    public void The_wrap_of_the_peers_difference_is_not_seen()
    {
        Notes(delay: uint.MaxValue - 1_000, roundTrip: 40_000);
        Notes(delay: 9_000, roundTrip: 50_001);
        Assert.Equal(10_001, _queue.Microseconds);
        Notes(delay: uint.MaxValue - 1_000, roundTrip: 40_000);
        Assert.Equal(0, _queue.Microseconds);
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_no_queue()
    {
        Notes(delay: 5_000, roundTrip: 40_000);
        Notes(delay: 3_605_000, roundTrip: 60_000);
        Assert.Equal(20_000, _queue.Microseconds);

        // And what is measured from then on has the new clock for its base.
        Notes(delay: 3_595_000, roundTrip: 50_000);
        Assert.Equal(10_000, _queue.Microseconds);
    }

    [Fact]
    public void A_clock_that_is_set_back_is_no_queue_either()
    {
        Notes(delay: 3_605_000, roundTrip: 40_000);
        Notes(delay: 5_000, roundTrip: 40_000);
        Notes(delay: 25_000, roundTrip: 60_000);
        Assert.Equal(20_000, _queue.Microseconds);
    }

    [Fact]
    public void Where_the_peer_says_nothing_the_round_trip_tells()
    {
        for (int i = 0; i < 4; i++)
            Note(null, 40_000);
        for (int i = 0; i < 4; i++)
            Note(null, 90_000);
        Assert.Equal(50_000, _queue.Microseconds);
    }

    [Fact]
    public void A_path_that_became_longer_is_believed_after_ten_minutes()
    {
        Notes(delay: 5_000, roundTrip: 40_000);
        for (int minute = 0; minute < 9; minute++)
        {
            _now += TimeSpan.FromMinutes(1);
            Notes(delay: 35_000, roundTrip: 100_000);
            Assert.Equal(30_000, _queue.Microseconds);
        }

        _now += TimeSpan.FromMinutes(1);
        Notes(delay: 35_000, roundTrip: 100_000);
        Assert.Equal(0, _queue.Microseconds);
    }

    [Fact]
    public void After_a_pause_nothing_is_known_of_the_queue()
    {
        Notes(delay: 5_000, roundTrip: 40_000);
        Notes(delay: 65_000, roundTrip: 100_000);
        _queue.ForgetRecent();
        Assert.Equal(0, _queue.Microseconds);
        Note(delay: 10_000, roundTrip: 45_000);
        Assert.Equal(5_000, _queue.Microseconds);
    }

    private void Notes(uint delay, int roundTrip)
    {
        for (int i = 0; i < 4; i++)
            Note(delay, roundTrip);
    }

    private void Note(uint? delay, int roundTrip)
    {
        TimeSpan time = TimeSpan.FromMicroseconds(roundTrip);
        _queue.Note(new UtpAckSample(_now, 1452, 1452, time, time, delay, 1452, 0, time, false));
    }
}
