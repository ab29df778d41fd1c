using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Torrents;

/// <summary>What a torrent has taken and given, in bytes of payload.</summary>
internal sealed class TorrentFigures
{
    // Mutable structs: not readonly.
    private RateMeter _download;
    private RateMeter _upload;

    /// <summary>Received in this run, good or not.</summary>
    public long Downloaded => _download.Total;

    /// <summary>Sent in this run.</summary>
    public long Uploaded => _upload.Total;

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

    /// <summary>Called whenever payload came in or went out.</summary>
    public Action<MonoTime>? Moved { get; set; }

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

    public long DownloadRate(MonoTime now) => _download.BytesPerSecond(now);

    public long UploadRate(MonoTime now) => _upload.BytesPerSecond(now);

    public void CountDownload(int bytes, MonoTime now)
    {
        _download.Add(bytes, now);
        Moved?.Invoke(now);
    }

    public void CountUpload(int bytes, MonoTime now)
    {
        _upload.Add(bytes, now);
        GaveAt = now;
        Moved?.Invoke(now);
    }
}
