using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Tries again what the disk has failed at, when <see cref="DiskTrouble"/> says, and tells the owner of trouble and its end: not before the job that brought it
/// is wholly dealt with, because the owner may stop the torrent at that.
/// </summary>
internal sealed class DiskRetries(TorrentStorage torrent, SessionStorage session)
{
    private bool _isNews;
    private bool _isOver;

    /// <summary>A job failed. The owner is told when the job is dealt with.</summary>
    public void Failed(DiskError error, bool wasProbe, MonoTime now)
    {
        _isNews |= torrent.Trouble.Fail(error, wasProbe, now);
        session.WakeAt(torrent.Trouble.RetryAt);
    }

    /// <summary>A probe went through. The owner is told when the job is dealt with.</summary>
    public void Over() => _isOver = true;

    /// <summary>A job is dealt with: what it freed may be what a probe that is due has waited for.</summary>
    public void JobDone(MonoTime now)
    {
        if (torrent.Trouble.RetryAt <= now && torrent.IsReady)
            Probe(now);
        Deliver(now);
    }

    /// <summary>Tries again where it is time.</summary>
    public void Advance(MonoTime now)
    {
        if (torrent.Trouble.RetryAt <= now)
        {
            if (torrent.IsReady)
                Probe(now);
            else
                torrent.RetryOpening(now);
        }

        Deliver(now);
    }

    /// <summary>Tries again what failed: the choice of files before the pieces, which may be for files that are to be made.</summary>
    private void Probe(MonoTime now)
    {
        if (!torrent.Choice.HasFailed)
            torrent.Pieces.Probe(now);
        else if (torrent.Trouble.TryProbe(now))
            torrent.Choice.Submit(isProbe: true, now);
    }

    private void Deliver(MonoTime now)
    {
        if (_isOver)
        {
            _isOver = false;
            _isNews = false;
            torrent.Trouble.Clear();
            if (!torrent.IsStopping)
            {
                torrent.Pieces.Resume(now);
                torrent.Owner.StorageRecovered(now);
            }
        }

        if (_isNews)
        {
            _isNews = false;
            if (!torrent.IsStopping)
                torrent.Owner.StorageTroubled(torrent.Trouble.Error!, !torrent.Trouble.IsFinal, now);
        }
    }
}
