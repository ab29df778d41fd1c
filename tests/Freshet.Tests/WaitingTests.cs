using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Sessions;

namespace Freshet.Tests;

public sealed class WaitingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_after_a_selection_is_for_the_new_selection()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leecher");
        var options = new AddOptions { Peers = [swarm.SeederEndpoint], Select = file => file.Path.EndsWith("cover.jpg", StringComparison.Ordinal) };
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, options, Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);

        await torrent.SelectAsync(null, Cancellation);
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal(status.PieceCount, status.PiecesHave);
    }

    [Fact]
    public async Task Waiting_after_a_recheck_is_for_that_check()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent torrent = await swarm.SeedAsync();
        File.Delete(swarm.Folder.At("seeder", "album", "one.flac"));

        await torrent.RecheckAsync(Cancellation);
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Checked, Cancellation);
        Assert.InRange(status.PiecesHave, 1, status.PieceCount - 20);
    }

    [Fact]
    public async Task A_snapshot_that_is_published_while_somebody_begins_to_wait_is_not_missed()
    {
        var waiters = new ConditionWaiters();
        SessionSnapshot running = Snapshot(1, TorrentState.Downloading);
        SessionSnapshot stopped = Snapshot(2, TorrentState.Stopped);
        SessionSnapshot current = running;
        Task looking = Task.CompletedTask;
        Task<TorrentStatus> waiting = waiters.WaitAsync(
            new TorrentId(1),
            TorrentCondition.Stopped,
            after: 0,
            () =>
            {
                SessionSnapshot seen = current;
                if (seen == running)
                {
                    // The last snapshot for a long time: a session in which everything is stopped publishes none.
                    current = stopped;
                    looking = Task.Run(() => waiters.Look(stopped, stopped.Torrents, []), Cancellation);
                }

                return seen;
            },
            Cancellation);
        Assert.Equal(TorrentState.Stopped, (await waiting).State);
        await looking;
    }

    [Fact]
    public async Task A_snapshot_from_before_the_last_command_settles_nothing()
    {
        var waiters = new ConditionWaiters();
        SessionSnapshot stopped = Snapshot(1, TorrentState.Stopped);
        Task<TorrentStatus> waiting = waiters.WaitAsync(new TorrentId(1), TorrentCondition.Stopped, after: 1, () => stopped, Cancellation);
        waiters.Look(stopped, stopped.Torrents, []);
        Assert.False(waiting.IsCompleted);

        // Whether it says anything new or not.
        waiters.Look(Snapshot(2, TorrentState.Stopped), [], []);
        await waiting;
    }

    private static SessionSnapshot Snapshot(long sequence, TorrentState state) => new()
    {
        Sequence = sequence,
        Time = DateTimeOffset.UnixEpoch,
        Torrents =
        [
            new TorrentStatus
            {
                Id = new TorrentId(1),
                Hashes = new InfoHashes(default(Sha1Hash), null),
                Name = "t",
                Directory = "/",
                State = state,
            },
        ],
    };
}
