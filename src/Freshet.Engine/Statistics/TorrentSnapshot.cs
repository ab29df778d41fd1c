using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Statistics;

/// <summary>A torrent at one moment. Immutable. "Done" means hashed and written to disk.</summary>
public sealed record TorrentSnapshot
{
    /// <summary>The torrent.</summary>
    public required TorrentId Id { get; init; }

    /// <summary>Its info-hashes.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary>Its safe name.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute folder that its files lie under.</summary>
    public required string Directory { get; init; }

    /// <summary>What it is doing.</summary>
    public required TorrentState State { get; init; }

    /// <summary>Why, in words for a person, where there is something to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The place in the queue, from 0.</summary>
    public int QueuePosition { get; init; }

    /// <summary>Whether it runs whatever the limits of active torrents are.</summary>
    public bool IsForced { get; init; }

    /// <summary>For how long it had seeded over all runs before <see cref="SeedingSince"/>.</summary>
    public TimeSpan SeededBefore { get; init; }

    /// <summary>Since when it seeds; <see cref="MonoTime.Never"/> where it does not.</summary>
    public MonoTime SeedingSince { get; init; } = MonoTime.Never;

    /// <summary>Whether all that was selected is done.</summary>
    public bool IsFinished { get; init; }

    /// <summary>Bytes of the whole torrent, filler counted.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Bytes of the pieces that the selection needs.</summary>
    public long WantedBytes { get; init; }

    /// <summary>Bytes of all pieces that are done.</summary>
    public long DoneBytes { get; init; }

    /// <summary>Bytes of the wanted pieces that are done.</summary>
    public long WantedDoneBytes { get; init; }

    /// <summary>Bytes of the wanted pieces that are not done.</summary>
    public long LeftBytes => WantedBytes - WantedDoneBytes;

    /// <summary>All pieces.</summary>
    public int PieceCount { get; init; }

    /// <summary>Pieces that are done.</summary>
    public int PiecesDone { get; init; }

    /// <summary>Pieces that the selection needs.</summary>
    public int PiecesWanted { get; init; }

    /// <summary>Payload bytes a second coming in.</summary>
    public double DownloadRate { get; init; }

    /// <summary>Payload bytes a second going out.</summary>
    public double UploadRate { get; init; }

    /// <summary>The time until finished at the present rate; null where nothing comes in or nothing is left.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>Payload bytes received over all runs, good or not.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes received in this run, good or not.</summary>
    public long DownloadedThisRun { get; init; }

    /// <summary>Bytes that were copied in this run from the data of other torrents; nobody has sent them.</summary>
    public long TakenThisRun { get; init; }

    /// <summary>Payload bytes sent over all runs.</summary>
    public long Uploaded { get; init; }

    /// <summary>Payload bytes sent in this run.</summary>
    public long UploadedThisRun { get; init; }

    /// <summary>Payload bytes of this run that were thrown away: twins, late blocks and blocks of wrong pieces.</summary>
    public long Wasted { get; init; }

    /// <summary>Pieces of this run that had a wrong hash.</summary>
    public int HashFailures { get; init; }

    /// <summary>Peers that have shaken hands.</summary>
    public int Peers { get; init; }

    /// <summary>Those of them that have everything.</summary>
    public int Seeders { get; init; }

    /// <summary>Connections that are being opened.</summary>
    public int Connecting { get; init; }

    /// <summary>Addresses of peers that are known.</summary>
    public int KnownPeers { get; init; }

    /// <summary>Whether the torrent's metadata is known; if not there are neither pieces nor bytes to tell of.</summary>
    public bool HasMetadata { get; init; } = true;

    /// <summary>How much of the metadata is here, from 0 to 1; null where it is known, or nobody has said how much there is.</summary>
    public double? MetadataProgress { get; init; }

    /// <summary>How much of the check is done, from 0 to 1; null where none runs.</summary>
    public double? CheckProgress { get; init; }
}

/// <summary>What a tracker is to a torrent at the moment.</summary>
public enum TrackerStatus : byte
{
    /// <summary>Not asked yet, or the torrent is stopped.</summary>
    Idle,

    /// <summary>Waiting for a free place in its host's queue.</summary>
    Queued,

    /// <summary>Being asked.</summary>
    Announcing,

    /// <summary>The last answer was good.</summary>
    Working,

    /// <summary>The last answer was none or an error.</summary>
    Failing,

    /// <summary>It said never to ask again, or its URL cannot be used.</summary>
    Disabled,
}

/// <summary>A tracker at one moment.</summary>
/// <param name="Url">The URL with its secrets redacted.</param>
/// <param name="Tier">The tier, from 0.</param>
/// <param name="Status">What it is to us.</param>
/// <param name="NextAnnounceIn">The time until it is asked again; null where it will not be.</param>
/// <param name="Peers">The peers in its last good answer.</param>
/// <param name="Seeders">The seeders that it counts, if it said.</param>
/// <param name="Leechers">The leechers that it counts, if it said.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="Message">Its last error or warning.</param>
/// <param name="Completed">How often the torrent was downloaded to the end, if it said.</param>
public sealed record TrackerSnapshot(
    string Url,
    int Tier,
    TrackerStatus Status,
    TimeSpan? NextAnnounceIn,
    int Peers,
    int? Seeders,
    int? Leechers,
    int Failures,
    string? Message,
    int? Completed);
