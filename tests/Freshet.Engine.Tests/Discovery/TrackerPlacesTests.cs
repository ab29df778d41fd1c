using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Discovery;

public sealed class TrackerPlacesTests
{
    private readonly DeadlineQueue _deadlines = new();
    private readonly TrackerPlaces _places;

    public TrackerPlacesTests() => _places = new TrackerPlaces(TrackerPlaces.HttpInAll, _deadlines);

    [Fact]
    public void One_host_gets_eight_places_and_the_rest_of_its_queue_waits_in_order()
    {
        Holder[] holders = Enter("one:80", 20);
        Assert.Equal(TrackerPlaces.PerHost, holders.Count(h => h.IsGranted));
        _places.Leave(holders[3], answered: true, MonoTime.Zero);
        Assert.True(holders[8].IsGranted);
        Assert.False(holders[9].IsGranted);
    }

    [Fact]
    public void All_hosts_together_get_fifty_places()
    {
        Holder[] holders = [.. Enumerable.Range(0, 20).SelectMany(i => Enter($"h{i}:80", 8))];
        Assert.Equal(TrackerPlaces.HttpInAll, holders.Count(h => h.IsGranted));
        Assert.Equal(TrackerPlaces.HttpInAll, _places.Busy);
    }

    /// <summary>THREATS F6: however many dead trackers there are, a live one finds a place.</summary>
    [Fact]
    public void Hosts_that_do_not_answer_leave_half_of_the_places_to_the_others()
    {
        Holder[] dead = [.. Enumerable.Range(0, 60).SelectMany(i => Enter($"dead{i}:80", 3))];
        for (int round = 0; round < 10; round++)
        {
            foreach (Holder holder in dead.Where(h => h.IsGranted && !h.HasLeft).ToArray())
            {
                holder.HasLeft = true;
                _places.Leave(holder, answered: false, MonoTime.Zero);
                if (_places.Busy < TrackerPlaces.HttpInAll)
                    break;
            }
        }

        Holder[] again = [.. Enumerable.Range(0, 60).SelectMany(i => Enter($"dead{i}:80", 8))];
        while (dead.Any(h => h.IsGranted && !h.HasLeft))
        {
            Holder holder = dead.First(h => h.IsGranted && !h.HasLeft);
            holder.HasLeft = true;
            _places.Leave(holder, answered: false, MonoTime.Zero);
        }

        Assert.Equal(TrackerPlaces.HttpInAll / 2, again.Count(h => h.IsGranted));
        Assert.True(Enter("live:80", 1)[0].IsGranted);
    }

    [Fact]
    public void A_doubtful_host_is_asked_one_at_a_time_until_it_answers()
    {
        Holder[] first = Enter("h:80", 1);
        _places.Leave(first[0], answered: false, MonoTime.Zero);
        Holder[] next = Enter("h:80", 5);
        Assert.Equal(1, next.Count(h => h.IsGranted));
        _places.Leave(next[0], answered: true, MonoTime.Zero);
        Assert.All(next, h => Assert.True(h.IsGranted));
    }

    [Fact]
    public void Who_withdraws_is_not_called()
    {
        Holder[] holders = Enter("h:80", 10);
        _places.Withdraw(holders[8], MonoTime.Zero);
        _places.Leave(holders[0], answered: true, MonoTime.Zero);
        Assert.False(holders[8].IsGranted);
        Assert.True(holders[9].IsGranted);
    }

    [Fact]
    public void A_host_that_answers_at_once_is_asked_at_a_pace()
    {
        Holder[] holders = Enter("h:80", 500);
        var began = new List<MonoTime>();
        MonoTime now = MonoTime.Zero;
        while (true)
        {
            // Each that has a place gets its answer at this very moment.
            foreach (Holder holder in holders.Where(h => h.IsGranted && !h.HasLeft).ToArray())
            {
                began.Add(now);
                holder.HasLeft = true;
                _places.Leave(holder, answered: true, now);
            }

            if (holders.Any(h => h.IsGranted && !h.HasLeft))
                continue;
            if (_deadlines.Next.IsNever)
                break;
            now = _deadlines.Next;
            _deadlines.Run(now);
        }

        Assert.Equal(500, began.Count);
        Assert.Equal(TrackerPlaces.Burst, began.Count(at => at == MonoTime.Zero));
        Assert.All(began, at => Assert.InRange(began.Count(other => other >= at && other < at + TimeSpan.FromSeconds(1)), 0, TrackerPlaces.PerSecond + TrackerPlaces.Burst));
        Assert.InRange(now.TotalSeconds, 0, 500d / TrackerPlaces.PerSecond);
    }

    [Fact]
    public void Whom_only_the_pace_holds_back_begins_in_small_groups()
    {
        Holder[] holders = Enter("h:80", TrackerPlaces.Burst + (5 * TrackerPlaces.Group));
        var groups = new List<int>();
        MonoTime now = MonoTime.Zero;
        while (Answer(holders, now) is > 0 and int began)
        {
            groups.Add(began);
            if (_deadlines.Next.IsNever)
                break;
            now = _deadlines.Next;
            _deadlines.Run(now);
        }

        Assert.Equal([TrackerPlaces.Burst, .. Enumerable.Repeat(TrackerPlaces.Group, 5)], groups);
    }

    [Fact]
    public void Who_is_urgent_goes_before_a_hundred_thousand_that_are_not()
    {
        Holder[] holders = Enter("h:80", 100_000);
        Answer(holders[..TrackerPlaces.Burst], MonoTime.Zero);
        Holder urgent = Enter("h:80", 1, isUrgent: true)[0];
        Assert.False(urgent.IsGranted);
        _deadlines.Run(_deadlines.Next);
        Assert.True(urgent.IsGranted);
        Assert.Equal(TrackerPlaces.Burst, holders.Count(holder => holder.IsGranted));
    }

    [Fact]
    public void Who_becomes_urgent_while_it_waits_is_not_kept_waiting()
    {
        Holder[] holders = Enter("h:80", 1000);
        Answer(holders[..TrackerPlaces.Burst], MonoTime.Zero);
        holders[900].IsUrgent = true;
        _places.Hasten(holders[900], MonoTime.Zero);
        _deadlines.Run(_deadlines.Next);
        Assert.True(holders[900].IsGranted);
        _places.Hasten(holders[900], _deadlines.Next);
    }

    [Fact]
    public void A_host_is_asked_often_where_others_wait_or_the_last_exchange_was_a_moment_ago()
    {
        Holder first = Enter("h:80", 1)[0];
        Assert.False(_places.IsAskedOften(first));
        _places.Leave(first, answered: true, MonoTime.Zero);
        MonoTime soon = MonoTime.Zero + (TrackerPlaces.Lately / 2);
        Holder second = Enter("h:80", 1, soon)[0];
        Assert.True(_places.IsAskedOften(second));
        _places.Leave(second, answered: true, soon);
        Holder third = Enter("h:80", 1, soon + (2 * TrackerPlaces.Lately))[0];
        Assert.False(_places.IsAskedOften(third));
    }

    /// <summary>Answers all that have a place, and those that get it thereby, at one moment; how many.</summary>
    private int Answer(Holder[] holders, MonoTime now)
    {
        int answered = 0;
        while (Array.Find(holders, holder => holder is { IsGranted: true, HasLeft: false }) is { } holder)
        {
            holder.HasLeft = true;
            answered++;
            _places.Leave(holder, answered: true, now);
        }

        return answered;
    }

    private Holder[] Enter(string host, int count, MonoTime at = default, bool isUrgent = false)
    {
        Holder[] holders = [.. Enumerable.Range(0, count).Select(_ => new Holder(host) { IsUrgent = isUrgent })];
        foreach (Holder holder in holders)
            _places.Enter(holder, at);
        return holders;
    }

    private sealed class Holder(string host) : ITrackerPlaceHolder
    {
        public string Host => host;

        public bool IsUrgent { get; set; }

        public bool IsGranted { get; private set; }

        public bool HasLeft { get; set; }

        public LinkedListNode<ITrackerPlaceHolder>? Waiting { get; set; }

        public void Granted(MonoTime now)
        {
            Assert.False(IsGranted);
            IsGranted = true;
        }
    }
}
