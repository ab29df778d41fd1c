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

    public long DownloadRate(MonoTime now) => _download.BytesPerSecond(now);

    public long UploadRate(MonoTime now) => _upload.BytesPerSecond(now);

    public void CountDownload(int bytes, MonoTime now) => _download.Add(bytes, now);

    public void CountUpload(int bytes, MonoTime now) => _upload.Add(bytes, now);
}
