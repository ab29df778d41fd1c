using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// From the look at what is on disk to the pieces that are had: what the record is believed, what is hashed, and whether what is found may be gone on with.
/// Until then nothing on disk is changed.
/// </summary>
internal sealed class StorageOpening(TorrentStorage torrent, SessionStorage session, ResumeRecord? resume, string bootId, StartPolicy policy)
{
    private ResumePlan? _plan;
    private Checker? _checker;

    /// <summary>Files that held verified data and are gone.</summary>
    public IReadOnlyList<FileIndex> MissingFiles => _plan!.MissingFiles;

    /// <summary>Whether something is to be hashed.</summary>
    public bool HasDoubts => _plan!.ToCheck.NextSet(0) >= 0;

    /// <summary>The files are as these stamps say.</summary>
    public void Looked(FileStamp[] stamps) => _plan = ResumePlan.Make(torrent.Location, resume, bootId, stamps, policy.Check);

    /// <summary>Hashes what is in doubt.</summary>
    public void Check(MonoTime now)
    {
        _checker = new Checker(torrent, session, _plan!.ToCheck);
        _checker.Advance(now);
        if (_checker.IsDone)
            CheckDone(now);
    }

    /// <summary>Some pieces were checked.</summary>
    public void Checked(MonoTime now)
    {
        torrent.Owner.CheckProgressed(_checker!.CheckedBytes, _checker.TotalBytes, now);
        if (!torrent.IsStopping && _checker.IsDone)
            CheckDone(now);
    }

    /// <summary>Hashes no more.</summary>
    public void Stop() => _checker?.Stop();

    /// <summary>The files are made: takes what is right in them for had, and tells what is odd about them.</summary>
    /// <returns>What is there of pieces that are not had.</returns>
    public List<PartialPiece> Load()
    {
        ResumePlan plan = _plan!;
        Bitfield good = _checker!.Good;
        torrent.Book.Load(plan.Believed, plan.Durable);
        for (int i = 0; i < torrent.Have.Length; i++)
        {
            torrent.Have[i] = plan.Believed[i] || good[i];
            if (good[i] && plan.ProvenByCheck[i])
                torrent.Book.FoundDurable(new PieceIndex(i));
        }

        List<PartialPiece> partials = [.. plan.Partials.Where(partial => !torrent.Have[partial.Piece])];
        foreach (PartialPiece partial in partials)
            torrent.Pieces.Adopt(partial);
        if (_checker.Error is { } error)
            session.Effects.Publish(new DiskNotice(torrent.Location.Torrent, error, WillRetry: false));
        foreach ((FileEntry file, long extra) in plan.Tails())
            session.Effects.Publish(new FileTailNotice(torrent.Location.Torrent, file.Path, extra));
        return partials;
    }

    private void CheckDone(MonoTime now)
    {
        _checker!.JudgeWholeFiles();
        if (_checker.Conflict is { } piece)
        {
            torrent.Stop(now, discard: true);
            torrent.Owner.PieceInConflict(piece, now);
            return;
        }

        if (policy.OnlyWhole && CountHad() is int had && had < torrent.Have.Length)
        {
            torrent.Stop(now, discard: true);
            torrent.Owner.NotWhole(had, now);
            return;
        }

        if (!policy.Overwrite && _plan!.KnowsNothing && _checker!.Good.IsEmpty && _plan.FilesWithContent() is { Count: > 0 } foreign)
        {
            torrent.Stop(now, discard: true);
            torrent.Owner.FilesForeign(foreign, now);
            return;
        }

        torrent.Prepare(now);
    }

    private int CountHad()
    {
        int had = 0;
        for (int i = 0; i < torrent.Have.Length; i++)
            had += _plan!.Believed[i] || _checker!.Good[i] ? 1 : 0;
        return had;
    }
}
