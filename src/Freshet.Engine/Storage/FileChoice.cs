using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Has the disk follow a choice of files that changes while the torrent runs; tried again where it fails.</summary>
internal sealed class FileChoice(TorrentStorage torrent, SessionStorage session) : IDiskJobHandler
{
    private int _out;
    private bool _isProbe;

    /// <inheritdoc/>
    public TorrentStorage Torrent => torrent;

    /// <summary>Whether the wanted ones get their full space at once.</summary>
    public bool Allocates { get; set; }

    /// <summary>Whether the last try failed, and a probe is to try again.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the files are as they were chosen last.</summary>
    public bool IsSettled => _out == 0 && !HasFailed;

    /// <summary>Brings the files to where they belong.</summary>
    /// <param name="isProbe">Whether this is to show that trouble is over.</param>
    /// <param name="now">The time.</param>
    public void Submit(bool isProbe, MonoTime now)
    {
        _out++;
        _isProbe |= isProbe;
        torrent.Submit(MakeJob(), this, now);
    }

    /// <summary>A job that says which files are wanted.</summary>
    public DiskJob MakeJob()
    {
        DiskJob job = session.TakeJob(DiskJobKind.Prepare, torrent.Location.Torrent);
        job.Wanted = torrent.Location.Wanted;
        job.Allocate = Allocates;
        return job;
    }

    void IDiskJobHandler.Handle(DiskJob job, MonoTime now)
    {
        _out--;
        bool wasProbe = _isProbe;
        _isProbe = false;
        HasFailed = job.Error is not null;
        if (torrent.IsStopping)
            return;
        if (job.Error is { } error)
            torrent.Retries.Failed(error, wasProbe, now);
        else if (wasProbe)
            torrent.Retries.Over();

        // The files look otherwise now, and the record shall know it.
        torrent.Book.Changed(now);
    }
}
