using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

public sealed class GoalTests
{
    [Fact]
    public void A_torrent_stops_at_its_ratio_and_says_so()
    {
        EngineRig rig = Seed(new SeedGoals { Ratio = 0.5 });
        FakePeer leecher = Leecher(rig);
        TakeUntil(rig, leecher, () => !rig.HasState(TorrentState.Seeding));
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        Assert.Equal("ratio 0.50 reached", rig.Status.Reason);
        Assert.InRange(rig.Status.Uploaded, rig.Content.Length / 2, (rig.Content.Length / 2) + (16 * 1024));
        Assert.Equal("ratio 0.50 reached", Assert.Single(rig.Notices.OfType<GoalReachedNotice>()).Reason);
    }

    [Fact]
    public void A_torrent_that_is_started_again_after_its_goal_seeds_on()
    {
        EngineRig rig = Seed(new SeedGoals { SeedTime = TimeSpan.FromMinutes(5) });
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(3600);
        Assert.True(rig.HasState(TorrentState.Seeding));

        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        Assert.Null(rig.Status.Reason);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.Status.Reason is not null);
        Assert.Equal("seeded for 5 min 0 s", rig.Status.Reason);
    }

    [Fact]
    public void The_time_of_seeding_counts_over_all_runs_and_only_while_it_seeds()
    {
        EngineRig rig = Seed(new SeedGoals { SeedTime = TimeSpan.FromMinutes(10) });
        rig.Run(360);
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.Run(3600);
        Assert.InRange(rig.Saved[^1].Seeded, TimeSpan.FromSeconds(360), TimeSpan.FromSeconds(362));
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(230);
        Assert.True(rig.HasState(TorrentState.Seeding));
        rig.Run(15);
        Assert.True(rig.HasState(TorrentState.Stopped));
    }

    [Fact]
    public void A_torrent_that_nobody_takes_from_stops_and_one_that_gives_does_not()
    {
        EngineRig rig = Seed(new SeedGoals { IdleTime = TimeSpan.FromMinutes(10) });
        FakePeer leecher = Leecher(rig);
        for (int round = 0; round < 3; round++)
        {
            rig.Run(100);
            leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(round), 0));
        }

        rig.Run(550);
        Assert.True(rig.HasState(TorrentState.Seeding));
        rig.Run(60);
        Assert.Equal("nobody took anything for 10 min 0 s", rig.Status.Reason);
    }

    [Fact]
    public void A_torrent_has_the_goals_of_the_session_unless_it_has_its_own()
    {
        var settings = new SessionSettings
        {
            PeerId = PeerId.Create(new SeededRandom(1)),
            Goals = new SeedGoals { SeedTime = TimeSpan.FromMinutes(1), Action = GoalAction.None },
        };
        EngineRig rig = Seed(null, settings);
        rig.Run(61);
        Assert.Equal(GoalAction.None, Assert.Single(rig.Notices.OfType<GoalReachedNotice>()).Action);
        Assert.True(rig.HasState(TorrentState.Seeding));

        rig = Seed(SeedGoals.Forever, settings);
        rig.Run(3600);
        Assert.Empty(rig.Notices.OfType<GoalReachedNotice>());
        rig.Engine.SetGoals(rig.Torrent, null, rig.Now);
        rig.Run(1);
        Assert.Single(rig.Notices.OfType<GoalReachedNotice>());
    }

    [Fact]
    public void What_was_given_is_recorded_before_a_stop()
    {
        EngineRig rig = Seed(null);
        FakePeer leecher = Leecher(rig);
        leecher.Post(PeerEventKind.Interested);
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(0), 0));
        rig.Run(65);
        Assert.Equal(16 * 1024, rig.Saved[^1].Uploaded);
    }

    private static EngineRig Seed(SeedGoals? goals, SessionSettings? settings = null)
    {
        var rig = new EngineRig(pieces: 20, settings: settings);
        rig.Add(spec => spec with { Goals = goals });
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Single(rig.Notices.OfType<TorrentCompletedNotice>());
        return rig;
    }

    private static FakePeer Leecher(EngineRig rig)
    {
        FakePeer leecher = rig.Peer(2, peer => peer.Has.ClearAll());
        rig.Incoming(leecher);
        rig.RunUntil(() => leecher.IsOpen);
        leecher.Post(PeerEventKind.Interested);
        return leecher;
    }

    private static void TakeUntil(EngineRig rig, FakePeer leecher, Func<bool> condition)
    {
        for (int piece = 0; piece < rig.Layout.PieceCount && !condition(); piece++)
        {
            for (int block = 0; block < rig.Layout.BlocksIn(new PieceIndex(piece)) && !condition(); block++)
            {
                leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(piece), block));
                rig.Run(0.1);
            }
        }
    }
}
