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

    private Holder[] Enter(string host, int count)
    {
        Holder[] holders = [.. Enumerable.Range(0, count).Select(_ => new Holder(host))];
        foreach (Holder holder in holders)
            _places.Enter(holder, MonoTime.Zero);
        return holders;
    }

    private sealed class Holder(string host) : ITrackerPlaceHolder
    {
        public string Host => host;

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
