using Freshet.Abstractions;

namespace Freshet.Engine.Tests.Session;

/// <summary>Trackers count how often a torrent was completed: whoever completes it counts once, ever.</summary>
public sealed class CompletionTests
{
    private readonly EngineRig _rig = new(pieces: 10);

    [Fact]
    public void A_download_is_told_once_also_when_lost_data_is_fetched_again()
    {
        Add(null);
        Complete();
        Assert.Equal(1, Told);
        _rig.Disk.Files[0].Tamper(bytes => { bytes[3]++; return bytes; }, _rig.Disk.WallTicks);
        _rig.Engine.Recheck(_rig.Torrent, _rig.Now);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Downloading));
        AnswerAll();
        Complete();
        _rig.Run(4000);
        Assert.Equal(1, Told);
    }

    [Fact]
    public void In_a_new_process_a_record_that_was_whole_speaks_for_the_last_one()
    {
        Add(null);
        Complete();
        _rig.Engine.Shutdown(_rig.Now);
        AnswerAll();
        _rig.RunUntil(() => _rig.Engine.IsQuiet);
        ResumeRecord record = _rig.Saved[^1];
        Assert.True(record.IsWhole);
        var next = new EngineRig(pieces: 10);
        next.Disk.Files[0].Tamper(_ => [.. _rig.Content.Select((b, i) => i == 3 ? (byte)(b + 1) : b)], record.Files[0].ModifiedTicks + 1);
        next.Add(spec => spec with { Resume = record, ExtraTrackers = ["http://198.51.100.9/announce"], Check = Engine.Storage.DiskCheck.Full });
        Assert.Equal(9, next.Status.PiecesDone);
        next.AnswerTracker();
        next.Introduce(next.Peer(1));
        next.RunUntil(() => next.HasState(TorrentState.Seeding));
        next.Run(4000);
        Assert.DoesNotContain(next.Fetches, fetch => fetch.Url.Query.Contains("event=completed", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_whole_once_is_never_completed_again_whatever_the_record_says_since()
    {
        Add(null, hasCompleted: true);
        Complete();
        _rig.Run(4000);
        Assert.Equal(0, Told);
    }

    [Fact]
    public void Data_that_was_there_is_no_completion()
    {
        _rig.Disk.Files[0].Tamper(_ => _rig.Content, _rig.Disk.WallTicks);
        Add(Engine.Storage.DiskCheck.Full);
        Assert.True(_rig.HasState(TorrentState.Seeding));
        _rig.Run(4000);
        Assert.Equal(0, Told);
    }

    private int Told => _rig.Fetches.Count(fetch => fetch.Url.Query.Contains("event=completed", StringComparison.Ordinal));

    private void Add(Engine.Storage.DiskCheck? check, bool hasCompleted = false)
    {
        _rig.Add(spec => spec with { ExtraTrackers = ["http://198.51.100.9/announce"], Check = check ?? spec.Check, HasCompleted = hasCompleted });
        _rig.AnswerTracker();
    }

    private void Complete()
    {
        FakePeer peer = _rig.Peer(_rig.Peers.Count + 1);
        _rig.Introduce(peer);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        AnswerAll();
    }

    private void AnswerAll()
    {
        _rig.Run(1);
        _rig.AnswerTracker();
        _rig.Run(1);
    }
}
