using Freshet.Abstractions;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Tests.Session;

public sealed class DozingTests
{
    [Fact]
    public void While_few_torrents_doze_they_stay_awake_for_long_and_of_many_the_later_ones_sleep_soon()
    {
        var dozing = new DozingTorrents();
        for (int i = 0; i < DozingTorrents.Few; i++)
        {
            Assert.Equal(DozingTorrents.Quiet, dozing.Patience);
            dozing.Enter();
        }

        Assert.Equal(DozingTorrents.Short, dozing.Patience);
        dozing.Leave();
        Assert.Equal(DozingTorrents.Quiet, dozing.Patience);
    }

    /// <summary>Each that begins to doze ends it, however it ends: else the count would only grow, and all would sleep early for ever.</summary>
    [Fact]
    public void A_torrent_that_sleeps_wakes_stops_and_starts_a_thousand_times_counts_once_at_the_most()
    {
        var rig = new EngineRig(pieces: 20);
        rig.Add(spec => spec with { MaySleep = true });
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Peers.Clear();
        for (int i = 0; i < 2 * DozingTorrents.Few; i++)
        {
            rig.Engine.Stop(rig.Torrent, rig.Now);
            rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
            rig.Engine.Start(rig.Torrent, rig.Now);
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        }

        Assert.Empty(rig.Notices.OfType<TorrentNeededNotice>());
        rig.Run((DozingTorrents.Quiet - DozingTorrents.Short).TotalSeconds - 10);
        rig.Incoming(rig.Peer(7, peer => peer.Has.ClearAll()));

        // Still awake: nobody has to bring its metainfo.
        Assert.Empty(rig.Notices.OfType<TorrentNeededNotice>());
    }
}
