using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class TurnoverTests
{
    private static readonly PeerStanding Idle = new(0, TimeSpan.FromMinutes(10), IsWanted: true, IsKept: false, Priority: 5);

    [Fact]
    public void The_worst_goes_first()
    {
        PeerStanding[] peers = [Idle with { Rate = 900 }, Idle, Idle with { IsWanted = false, Rate = 500 }, Idle with { Priority = 4 }, Idle with { Rate = 1_000_000 }];
        Assert.Equal([2], Turnover.Choose(peers, waiting: 9));
        PeerStanding[] many = [.. Enumerable.Repeat(peers, 20).SelectMany(five => five)];
        Assert.Equal([2, 7, 12, 17], Turnover.Choose(many, waiting: 9));
        Assert.Equal([2], Turnover.Choose(many, waiting: 1));
        Assert.Equal([49, 48], Turnover.Choose([.. Enumerable.Repeat(Idle with { Rate = 5000 }, 48), Idle, Idle with { Priority = 1 }], waiting: 9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Few_go_and_never_a_good_one(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (int i = 0; i < 2000; i++)
        {
            PeerStanding[] peers = [.. Enumerable.Range(0, random.Next(200)).Select(_ => new PeerStanding(
                random.Chance(0.5) ? 0 : (long)Math.Pow(2, random.Next(30)),
                TimeSpan.FromSeconds(random.Next(300)),
                random.Chance(0.5),
                random.Chance(0.1),
                (uint)random.Next(4)))];
            int waiting = 1 + random.Next(20);
            int[] gone = Turnover.Choose(peers, waiting);
            Assert.True(gone.Length <= waiting && gone.Length <= Math.Max(1, peers.Length * 0.04));
            Assert.Equal(gone.Length, gone.Distinct().Count());
            double mean = peers.Length == 0 ? 0 : peers.Average(peer => peer.Rate);
            foreach (int place in gone)
            {
                PeerStanding peer = peers[place];
                Assert.False(peer.IsKept);
                Assert.True(peer.Age >= Turnover.Grace);
                Assert.True(peer.Rate < Math.Max(1024, mean / 8));
                Assert.DoesNotContain(
                    Enumerable.Range(0, peers.Length).Except(gone),
                    other => peers[other] is { IsKept: false } one && one.Age >= Turnover.Grace && one.Rate < Math.Max(1024, (long)mean / 8) && Turnover.Compare(one, peer) < 0);
            }

            // Who can go does go, where somebody waits.
            bool isAny = peers.Any(peer => !peer.IsKept && peer.Age >= Turnover.Grace && peer.Rate == 0);
            Assert.True(!isAny || gone.Length > 0);
        }
    }

    [Theory]
    [InlineData(100, 100, true)]
    [InlineData(90, 100, true)]
    [InlineData(89, 100, false)]
    [InlineData(1, 1, true)]
    public void Places_count_as_taken_from_nine_tenths_on(int connections, int limit, bool expected)
        => Assert.Equal(expected, Turnover.IsFull(connections, limit));
}
