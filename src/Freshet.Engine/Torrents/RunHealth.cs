using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>Whether a run can go on, from what its disk does: it goes on, waits until the disk works again, or ends because a person must help.</summary>
internal sealed class RunHealth(Torrent torrent, SessionContext session)
{
    /// <summary>Pieces that may vanish in a run before it ends: a few bad sectors are mended by writing them anew, a lost drive is not.</summary>
    private const int MaxVanished = 16;

    private int _vanished;

    /// <summary>What is waited for to end, in words for a person; null where the disk works.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The files are open.</summary>
    public void Begin() => _vanished = 0;

    /// <summary>The run ends.</summary>
    public void End() => Trouble = null;

    /// <summary>The disk makes trouble.</summary>
    public void Troubled(DiskError error, bool willRetry, MonoTime now)
    {
        string words = $"{error.Path}: {error.Message}";
        if (!willRetry)
        {
            torrent.Lifecycle.Fail(words, now);
            return;
        }

        // Whoever waits for a disk must not keep others from checking on theirs.
        QueueSeat seat = torrent.Lifecycle.Seat;
        if (seat.Wants == QueueKind.Check)
            session.Queue.Want(seat, QueueKind.None, now);
        torrent.Requester.IsHeld = true;
        Trouble = $"{words} (tried again until it works)";
        torrent.Lifecycle.Show();
    }

    /// <summary>The disk works again.</summary>
    public void Recovered()
    {
        if (Trouble is null)
            return;
        Trouble = null;
        torrent.Requester.IsHeld = false;
        torrent.Requester.WakeAll();
        torrent.Lifecycle.Show();
    }

    /// <summary>
    /// A piece that was had is gone from disk, and is wanted again. When many are, somebody has changed the files or the drive is failing or not there any more:
    /// writing on might fill the folder under a mount point, and is for a person to decide.
    /// </summary>
    public void PieceVanished(DiskError error, MonoTime now)
    {
        if (++_vanished > MaxVanished)
        {
            torrent.Lifecycle.Fail(
                $"{error.Path}: {error.Message}; more than {MaxVanished} pieces that were there are gone: bring the drive or the files back, then start again", now);
            return;
        }

        torrent.Lifecycle.WantedChanged(now);
        torrent.Connector.EndPauses(now);
    }
}
