using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Torrents;

/// <summary>What a torrent has taken and given, in bytes of payload.</summary>
internal sealed class TorrentFigures(Torrent torrent)
{
    // Made when the first byte moves: most torrents move none.
    private Meters? _meters;

    /// <summary>Received in this run, good or not.</summary>
    public long Downloaded => _meters?.Download.Total ?? 0;

    /// <summary>Copied from other torrents' data in this run, proved or not.</summary>
    public long Taken { get; private set; }

    /// <summary>Sent in this run.</summary>
    public long Uploaded => _meters?.Upload.Total ?? 0;

    /// <summary>Received more than once, or too late.</summary>
    public long Redundant { get; set; }

    /// <summary>Received in pieces whose hash was wrong.</summary>
    public long Corrupt { get; set; }

    /// <summary>Pieces whose hash was wrong.</summary>
    public int HashFailures { get; set; }

    /// <summary>What earlier runs received.</summary>
    public long DownloadedBefore { get; set; }

    /// <summary>What earlier runs sent.</summary>
    public long UploadedBefore { get; set; }

    /// <summary>For how long earlier runs seeded.</summary>
    public TimeSpan SeededBefore { get; set; }

    /// <summary>Since when it seeds; <see cref="MonoTime.Never"/> while it does not.</summary>
    public MonoTime SeedingSince { get; private set; } = MonoTime.Never;

    /// <summary>When the last byte went out, or seeding began.</summary>
    public MonoTime GaveAt { get; private set; }

    /// <summary>For how long it has seeded over all runs.</summary>
    public TimeSpan SeededFor(MonoTime now) => SeededBefore + (SeedingSince.IsNever ? TimeSpan.Zero : now - SeedingSince);

    /// <summary>It seeds from now on, or no longer.</summary>
    public void SetSeeding(bool isSeeding, MonoTime now)
    {
        if (isSeeding == !SeedingSince.IsNever)
            return;
        SeededBefore = SeededFor(now);
        SeedingSince = isSeeding ? now : MonoTime.Never;
        GaveAt = now;
    }

    public long DownloadRate(MonoTime now) => _meters?.Download.BytesPerSecond(now) ?? 0;

    public long UploadRate(MonoTime now) => _meters?.Upload.BytesPerSecond(now) ?? 0;

    public void CountDownload(int bytes, MonoTime now)
    {
        (_meters ??= new Meters()).Download.Add(bytes, now);
        torrent.Lifecycle.Moved(now);
    }

    /// <summary>Bytes were copied from another torrent's data: nobody has sent them, and no tracker is told.</summary>
    public void CountTaken(int bytes) => Taken += bytes;

    public void CountUpload(int bytes, MonoTime now)
    {
        (_meters ??= new Meters()).Upload.Add(bytes, now);
        GaveAt = now;
        torrent.Lifecycle.Moved(now);
    }

    private sealed class Meters
    {
        // Mutable structs: fields, and not readonly.
        public RateMeter Download;
        public RateMeter Upload;
    }
}
