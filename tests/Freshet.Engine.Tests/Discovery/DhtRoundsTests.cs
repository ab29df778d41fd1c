using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Discovery;

public sealed class DhtRoundsTests
{
    private static readonly TimeSpan LookUp = TimeSpan.FromSeconds(1);

    private readonly DeadlineQueue _deadlines = new();
    private readonly DhtRounds _rounds;
    private bool _isReady = true;
    private MonoTime _now = MonoTime.Zero + TimeSpan.FromHours(1);

    public DhtRoundsTests() => _rounds = new DhtRounds(_deadlines, () => _isReady);

    [Fact]
    public void A_torrent_that_lacks_peers_is_looked_for_at_once_and_one_that_does_not_in_its_turn()
    {
        Member[] seeds = [.. Enumerable.Range(0, 100).Select(_ => Enter(isShort: false))];
        Member wanting = Enter(isShort: true);
        Assert.Single(wanting.Looks);
        Run(TimeSpan.FromSeconds(10));
        Assert.InRange(seeds.Count(seed => seed.Looks.Count == 1), 20, 30);
    }

    [Fact]
    public void Two_thousand_torrents_are_announced_every_quarter_of_an_hour_at_a_steady_pace()
    {
        Member[] seeds = [.. Enumerable.Range(0, 2000).Select(_ => Enter(isShort: false))];
        Run(TimeSpan.FromHours(2));
        long runs = _deadlines.Runs;

        Assert.All(seeds, seed =>
        {
            Assert.InRange(seed.Looks.Count, 8, 9);
            Assert.All(seed.Looks.Zip(seed.Looks.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalMinutes, 15, 15.5));
        });

        // No burst at any time: each begins a pace after the one before.
        MonoTime[] all = [.. seeds.SelectMany(seed => seed.Looks).Order()];
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.Second - pair.First >= DhtRounds.Pace));
        Assert.InRange(runs, all.Length, 4 * all.Length);
    }

    [Fact]
    public void A_hundred_thousand_torrents_take_no_more_of_the_line_than_two_thousand_and_all_have_their_turn()
    {
        Member[] seeds = [.. Enumerable.Range(0, 100_000).Select(_ => Enter(isShort: false))];
        TimeSpan round = DhtRounds.Pace * 100_000;
        Run(round + TimeSpan.FromMinutes(1));
        Assert.All(seeds, seed => Assert.InRange(seed.Looks.Count, 1, 2));
    }

    [Fact]
    public void Who_finds_nobody_is_looked_for_more_and_more_seldom()
    {
        Member wanting = Enter(isShort: true);
        Run(TimeSpan.FromHours(2));
        double[] minutes = [.. wanting.Looks.Zip(wanting.Looks.Skip(1)).Select(pair => Math.Round((pair.Second - pair.First).TotalMinutes, 1))];
        Assert.Equal([2, 4, 8, 15, 15], minutes.Take(5));
    }

    [Fact]
    public void Who_finds_peers_and_loses_them_is_looked_for_again_after_a_minute()
    {
        Member wanting = Enter(isShort: true);
        wanting.Finds = true;
        Run(TimeSpan.FromMinutes(5));
        Assert.InRange(wanting.Looks.Count, 4, 6);

        wanting.IsShortOfPeers = false;
        int before = wanting.Looks.Count;
        Run(TimeSpan.FromMinutes(10));
        Assert.InRange(wanting.Looks.Count, before, before + 1);
        wanting.IsShortOfPeers = true;
        before = wanting.Looks.Count;
        _rounds.PeersNeeded(wanting.Turn, _now);
        Assert.Equal(before + 1, wanting.Looks.Count);
    }

    [Fact]
    public void However_many_lack_peers_only_so_many_are_looked_for_at_once_and_the_others_have_their_turn_all_the_same()
    {
        Member[] wanting = [.. Enumerable.Range(0, 1000).Select(_ => Enter(isShort: true))];
        Member seed = Enter(isShort: false);
        Assert.Equal(DhtRounds.MaxUrgent + 1, _rounds.UnderWay);
        Assert.Single(seed.Looks);
        Run(TimeSpan.FromMinutes(3));
        Assert.All(wanting, one => Assert.NotEmpty(one.Looks));
    }

    [Fact]
    public void Nobody_is_looked_for_before_there_is_anybody_to_ask()
    {
        _isReady = false;
        Member wanting = Enter(isShort: true);
        Member seed = Enter(isShort: false);
        Run(TimeSpan.FromHours(1));
        Assert.Empty(wanting.Looks);
        Assert.Equal(0, _deadlines.Runs);
        _isReady = true;
        _rounds.Run(_now);
        Assert.Single(wanting.Looks);
        Assert.Single(seed.Looks);
    }

    [Fact]
    public void Who_leaves_is_not_looked_for_any_more_and_may_come_back_while_its_look_up_goes_on()
    {
        Member one = Enter(isShort: true);
        Assert.Equal(1, _rounds.UnderWay);
        _rounds.Leave(one.Turn);
        _rounds.Leave(one.Turn);
        Assert.Equal((0, 1), (_rounds.Count, _rounds.UnderWay));
        _rounds.Enter(one.Turn, _now);
        Assert.Single(one.Looks);
        Run(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 0), (_rounds.Count, _rounds.UnderWay));
        _rounds.Leave(one.Turn);
        Run(TimeSpan.FromHours(1));
        Assert.Single(one.Looks);
        Assert.True(_deadlines.Next.IsNever);
    }

    [Fact]
    public void Look_ups_that_end_at_once_are_begun_one_after_the_other_not_one_within_the_other()
    {
        _isReady = false;
        Member[] wanting = [.. Enumerable.Range(0, 100_000).Select(_ => Enter(isShort: true, endsAtOnce: true))];
        _isReady = true;
        _rounds.Run(_now);
        Assert.All(wanting, one => Assert.Single(one.Looks));
        Assert.Equal(0, _rounds.UnderWay);
    }

    [Fact]
    public void A_look_up_that_was_given_up_counts_for_nothing()
    {
        Member one = Enter(isShort: true);
        _rounds.Leave(one.Turn);
        _rounds.GivenUp(one.Turn, _now);
        Assert.Equal(0, _rounds.UnderWay);
        _rounds.Enter(one.Turn, _now);
        Assert.Equal(2, one.Looks.Count);
    }

    private Member Enter(bool isShort, bool endsAtOnce = false)
    {
        var member = new Member(this) { IsShortOfPeers = isShort, EndsAtOnce = endsAtOnce };
        _rounds.Enter(member.Turn, _now);
        return member;
    }

    private void Run(TimeSpan time)
    {
        MonoTime end = _now + time;
        while (_deadlines.Next <= end)
        {
            _now = MonoTime.Max(_now, _deadlines.Next);
            _deadlines.Run(_now);
        }

        _now = end;
    }

    private sealed class Member : IDhtMember
    {
        private readonly DhtRoundsTests _test;
        private readonly Deadline _end;

        public Member(DhtRoundsTests test)
        {
            _test = test;
            Turn = new DhtTurn(this);
            _end = new Deadline(test._deadlines, now =>
            {
                Turn.HasFound = Finds;
                test._rounds.Done(Turn, now);
            });
        }

        public DhtTurn Turn { get; }

        public bool Finds { get; set; }

        public bool EndsAtOnce { get; init; }

        public bool IsShortOfPeers { get; set; }

        public List<MonoTime> Looks { get; } = [];

        public void Look(MonoTime now)
        {
            Assert.True(_test._rounds.UnderWay <= DhtRounds.MaxUrgent + DhtRounds.MaxUnhurried);
            Looks.Add(now);
            if (EndsAtOnce)
                _test._rounds.Done(Turn, now);
            else
                _end.Set(now + LookUp);
        }
    }
}
