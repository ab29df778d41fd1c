using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet;

/// <summary>How a torrent is doing at one moment. Immutable.</summary>
public sealed record TorrentStatus
{
    /// <summary>The torrent.</summary>
    public required TorrentId Id { get; init; }

    /// <summary>Its info-hashes.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary>Its name, made safe for a file system.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute folder that its files lie under.</summary>
    public required string Directory { get; init; }

    /// <summary>What it is doing.</summary>
    public required TorrentState State { get; init; }

    /// <summary>Why, where the state alone does not say; for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether an <see cref="TorrentState.Error"/> is left without anybody's help, once its cause is gone (a full disk).</summary>
    public bool WillRetry { get; init; }

    /// <summary>Its place in the queue, from 0.</summary>
    public int QueuePosition { get; init; }

    /// <summary>Whether it runs whatever the limits of active torrents are.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether its metadata is known. If not, there is nothing to tell of files and pieces, and <see cref="Name"/> is what the magnet link says.</summary>
    public bool HasMetadata { get; init; } = true;

    /// <summary>How much of the metadata has come, from 0 to 1; null where it is known, or nobody has said how much there is.</summary>
    public double? MetadataProgress { get; init; }

    /// <summary>Bytes of all files.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Bytes of the pieces that are wanted.</summary>
    public long WantedBytes { get; init; }

    /// <summary>Bytes of wanted pieces that are verified and stored.</summary>
    public long HaveBytes { get; init; }

    /// <summary>All pieces.</summary>
    public int PieceCount { get; init; }

    /// <summary>Pieces that are wanted.</summary>
    public int PiecesWanted { get; init; }

    /// <summary>Pieces that are verified and stored, wanted or not.</summary>
    public int PiecesHave { get; init; }

    /// <summary>Whether every wanted piece is verified and stored.</summary>
    public bool IsComplete { get; init; }

    /// <summary>How far the check of what is on disk has come, from 0 to 1; null while there is none.</summary>
    public double? CheckProgress { get; init; }

    /// <summary>Payload bytes a second received, over the last few seconds.</summary>
    public long DownloadRate { get; init; }

    /// <summary>Payload bytes a second sent, over the last few seconds.</summary>
    public long UploadRate { get; init; }

    /// <summary>Payload bytes received over all runs, good or not.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes received in this run, good or not.</summary>
    public long DownloadedThisRun { get; init; }

    /// <summary>Bytes copied in this run from the data of other torrents, proved or not; nobody has sent them, and neither ratios nor trackers count them.</summary>
    public long TakenThisRun { get; init; }

    /// <summary>Payload bytes sent over all runs.</summary>
    public long Uploaded { get; init; }

    /// <summary>Payload bytes sent in this run.</summary>
    public long UploadedThisRun { get; init; }

    /// <summary>For how long it had seeded before <see cref="SeedingSince"/>, over all runs.</summary>
    public TimeSpan SeededBefore { get; init; }

    /// <summary>Since when it seeds, or null.</summary>
    public DateTimeOffset? SeedingSince { get; init; }

    /// <summary>Payload bytes received in vain in this run: wrong, or received twice.</summary>
    public long Wasted { get; init; }

    /// <summary>Pieces with a wrong hash in this run.</summary>
    public int HashFailures { get; init; }

    /// <summary>When it will be complete at the present pace; null where nothing comes in or nothing is missing.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>Connected peers.</summary>
    public int Peers { get; init; }

    /// <summary>Connected peers that have everything.</summary>
    public int Seeders { get; init; }

    /// <summary>Addresses known, connected or not.</summary>
    public int KnownPeers { get; init; }

    /// <summary>For how long it has seeded over all runs.</summary>
    public TimeSpan SeedingTime(DateTimeOffset now) => SeededBefore + (SeedingSince is { } since ? now - since : TimeSpan.Zero);

    /// <summary>Bytes sent per byte received or wanted, whichever is more: what <see cref="SeedGoals.Ratio"/> is compared with.</summary>
    public double Ratio => Math.Max(Downloaded, WantedBytes) is > 0 and var bytes ? (double)Uploaded / bytes : 0;

    /// <summary>How much of the wanted bytes is there, from 0 to 1.</summary>
    public double Progress => WantedBytes == 0 ? (IsComplete ? 1 : 0) : (double)HaveBytes / WantedBytes;
}
