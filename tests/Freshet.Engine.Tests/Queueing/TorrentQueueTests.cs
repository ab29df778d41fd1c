using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Queueing;

namespace Freshet.Engine.Tests.Queueing;

public sealed class TorrentQueueTests
{
    private static readonly MonoTime Now = new(1_000_000_000);

    [Fact]
    public void Without_limits_everything_runs_at_once_but_checks_come_one_after_another()
    {
        var queue = new TorrentQueue(QueueLimits.Default);
        Member[] members = Members(queue, 4);
        Want(queue, members[0], QueueKind.Check);
        Want(queue, members[1], QueueKind.Check);
        Want(queue, members[2], QueueKind.Download);
        Want(queue, members[3], QueueKind.Seed);
        Assert.Equal("1011", Running(members));
        Assert.Equal("queued: 1 other torrent is being checked", queue.WhyWaiting(members[1].Seat));

        Want(queue, members[0], QueueKind.Seed);
        Assert.Equal("1111", Running(members));
    }

    [Fact]
    public void The_first_in_the_queue_download_and_the_next_follows_when_one_is_done()
    {
        var queue = new TorrentQueue(new QueueLimits { Downloads = 2, Seeds = 1 });
        Member[] members = Members(queue, 4);
        WantAll(queue, members, QueueKind.Download);
        Assert.Equal("1100", Running(members));
        Assert.Equal("queued: 2 downloads are active", queue.WhyWaiting(members[3].Seat));

        Want(queue, members[0], QueueKind.Seed);
        Want(queue, members[1], QueueKind.Seed);
        Assert.Equal("1011", Running(members));
        Assert.Equal("queued: 1 torrent is seeding", queue.WhyWaiting(members[1].Seat));
    }

    [Fact]
    public void Downloads_come_before_seeds_where_both_are_limited_together()
    {
        var queue = new TorrentQueue(new QueueLimits { Active = 2 });
        Member[] members = Members(queue, 3);
        Want(queue, members[0], QueueKind.Seed);
        Want(queue, members[1], QueueKind.Seed);
        Want(queue, members[2], QueueKind.Download);
        Assert.Equal("101", Running(members));
        Assert.Equal("queued: 2 torrents are active", queue.WhyWaiting(members[1].Seat));
    }

    [Fact]
    public void Who_is_moved_to_the_top_takes_the_place_of_the_last()
    {
        var queue = new TorrentQueue(new QueueLimits { Downloads = 2 });
        Member[] members = Members(queue, 4);
        WantAll(queue, members, QueueKind.Download);
        queue.Move(members[3].Seat, QueueMove.Top, Now);
        Assert.Equal("1001", Running(members));
        queue.Move(members[3].Seat, QueueMove.Down, Now);
        Assert.Equal("1001", Running(members));
        queue.Move(members[3].Seat, QueueMove.Bottom, Now);
        Assert.Equal("1100", Running(members));
        queue.Move(members[2].Seat, QueueMove.Up, Now);
        Assert.Equal("1010", Running(members));
    }

    [Fact]
    public void A_slow_torrent_makes_room_and_has_to_compete_again_when_it_moves()
    {
        var queue = new TorrentQueue(new QueueLimits { Downloads = 1 });
        Member[] members = Members(queue, 3);
        WantAll(queue, members, QueueKind.Download);
        queue.SetSlow(members[0].Seat, true, Now);
        Assert.Equal("110", Running(members));
        queue.SetSlow(members[0].Seat, false, Now);
        Assert.Equal("100", Running(members));
    }

    [Fact]
    public void Force_lets_a_torrent_run_beside_the_limits_but_not_hash_beside_them()
    {
        var queue = new TorrentQueue(new QueueLimits { Downloads = 1, Checks = 1 });
        Member[] members = Members(queue, 4);
        WantAll(queue, members[..2], QueueKind.Download);
        queue.SetForced(members[1].Seat, true, Now);
        Assert.Equal("1100", Running(members));
        queue.SetForced(members[1].Seat, false, Now);
        Assert.Equal("1000", Running(members));

        queue.SetForced(members[3].Seat, true, Now);
        Want(queue, members[2], QueueKind.Check);
        Want(queue, members[3], QueueKind.Check);
        Assert.Equal("1010", Running(members));
    }

    [Fact]
    public void A_lower_limit_suspends_the_last_and_a_higher_one_admits_them_again()
    {
        var queue = new TorrentQueue(QueueLimits.Default);
        Member[] members = Members(queue, 4);
        WantAll(queue, members, QueueKind.Seed);
        queue.Apply(new QueueLimits { Seeds = 1 }, Now);
        Assert.Equal("1000", Running(members));
        queue.Apply(new QueueLimits { Seeds = 3 }, Now);
        Assert.Equal("1110", Running(members));
        queue.Remove(members[0].Seat, Now);
        Assert.Equal("0111", Running(members));
    }

    /// <summary>Whatever happens, of those that count exactly the first run, and nobody is told the same thing twice.</summary>
    [Fact]
    public void In_random_histories_the_first_of_the_queue_run()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var random = new SeededRandom(seed);
            var queue = new TorrentQueue(RandomLimits(random));
            var members = Members(queue, 12).ToList();
            for (int step = 0; step < 200; step++)
            {
                Member member = members[random.Next(members.Count)];
                switch (random.Next(8))
                {
                    case 0:
                        queue.Apply(RandomLimits(random), Now);
                        break;
                    case 1:
                        queue.Move(member.Seat, (QueueMove)random.Next(4), Now);
                        break;
                    case 2:
                        queue.SetForced(member.Seat, random.Next(4) == 0, Now);
                        break;
                    case 3:
                        queue.SetSlow(member.Seat, random.Next(2) == 0, Now);
                        break;
                    case 4:
                        queue.Remove(member.Seat, Now);
                        member.Runs = false;
                        queue.Add(member.Seat, random.Next(14));
                        break;
                    default:
                        Want(queue, member, (QueueKind)random.Next(4));
                        break;
                }

                AssertFair(queue, members);
            }
        }
    }

    private static QueueLimits RandomLimits(SeededRandom random) => new()
    {
        Downloads = random.Next(3) == 0 ? null : random.Next(5),
        Seeds = random.Next(3) == 0 ? null : random.Next(5),
        Active = random.Next(3) == 0 ? null : random.Next(7),
        Checks = 1 + random.Next(3),
    };

    private static void AssertFair(TorrentQueue queue, IReadOnlyList<Member> members)
    {
        Assert.Equal(Enumerable.Range(0, members.Count), queue.Order.Select(seat => seat.Position));
        int room = queue.Limits.Active ?? int.MaxValue;
        room -= AssertFirst(queue, members, QueueKind.Download, Math.Min(room, queue.Limits.Downloads ?? int.MaxValue));
        AssertFirst(queue, members, QueueKind.Seed, Math.Min(room, queue.Limits.Seeds ?? int.MaxValue));
        int checks = queue.Order.Count(seat => seat is { Wants: QueueKind.Check, IsAdmitted: true });
        Assert.True(checks == queue.Limits.Checks || queue.Order.All(seat => seat.Wants != QueueKind.Check || seat.IsAdmitted) || checks > queue.Limits.Checks);
        Assert.All(members, member => Assert.Equal(member.Seat.IsAdmitted, member.Runs));
    }

    // The model: those who count, in order; the first run as far as there is room.
    private static int AssertFirst(TorrentQueue queue, IReadOnlyList<Member> members, QueueKind kind, int room)
    {
        QueueSeat[] counting = [.. queue.Order.Where(seat => seat.Wants == kind && !seat.IsForced && !(seat.IsAdmitted && seat.IsSlow))];
        int running = Math.Min(counting.Length, room);
        Assert.All(counting[..running], seat => Assert.True(seat.IsAdmitted));
        Assert.All(counting[running..], seat => Assert.False(seat.IsAdmitted));
        Assert.All(members.Where(member => member.Seat.IsForced && member.Seat.Wants == kind), member => Assert.True(member.Seat.IsAdmitted));
        return running;
    }

    private static Member[] Members(TorrentQueue queue, int count)
    {
        Member[] members = [.. Enumerable.Range(0, count).Select(_ => new Member())];
        foreach (Member member in members)
            queue.Add(member.Seat);
        return members;
    }

    private static void WantAll(TorrentQueue queue, IEnumerable<Member> members, QueueKind kind)
    {
        foreach (Member member in members)
            Want(queue, member, kind);
    }

    // Whoever wants something else gives up its place first, untold.
    private static void Want(TorrentQueue queue, Member member, QueueKind kind)
    {
        member.Runs &= member.Seat.Wants == kind;
        queue.Want(member.Seat, kind, Now);
    }

    private static string Running(IEnumerable<Member> members) => string.Concat(members.Select(member => member.Seat.IsAdmitted ? '1' : '0'));

    private sealed class Member : IQueueMember
    {
        public Member() => Seat = new QueueSeat(this);

        public QueueSeat Seat { get; }

        public bool Runs { get; set; }

        public void Admitted(MonoTime now)
        {
            Assert.False(Runs);
            Runs = true;
        }

        public void Moved()
        {
        }

        public void Suspended(MonoTime now)
        {
            Assert.True(Runs);
            Runs = false;
        }
    }
}
