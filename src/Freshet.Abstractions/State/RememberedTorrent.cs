using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// What is known between runs of a torrent that a session shall have again at its next start, short of its metainfo: small, so that a thousand of them are read at once.
/// </summary>
public sealed record RememberedTorrent
{
    /// <summary>The info-hashes: the key.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary>The folder that the data is in.</summary>
    public required string Directory { get; init; }

    /// <summary>The safe name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of the whole torrent, filler counted.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>All pieces.</summary>
    public required int PieceCount { get; init; }

    /// <summary>Whether peers come from its own trackers only (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The trackers, by tier; torrents with the same ones share one list.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trackers { get; init; } = [];

    /// <summary>Whether it is to run.</summary>
    public bool IsStarted { get; init; } = true;

    /// <summary>Whether its last record counts every piece; filled in by the store.</summary>
    public bool IsWhole { get; init; }

    /// <summary>When it was added, in UTC ticks of 100 ns.</summary>
    public long AddedTicks { get; init; }

    /// <summary>When every piece was first recorded, in UTC ticks of 100 ns; null: not yet. Filled in by the store.</summary>
    public long? CompletedTicks { get; init; }

    /// <summary>Payload bytes received over all runs; filled in by the store from the records.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes sent over all runs; filled in by the store from the records.</summary>
    public long Uploaded { get; init; }

    /// <summary>For how long it has seeded over all runs.</summary>
    public TimeSpan Seeded { get; init; }

    /// <summary>Numbers by which <see cref="IStateStore.FindRelatives"/> finds the torrent, of the session's making; kept, and not loaded again.</summary>
    public IReadOnlyList<long> Marks { get; init; } = [];

    /// <summary>Whatever else the session wants to know again, in a form of its own; null: all as by default.</summary>
    public string? Options { get; init; }
}

/// <summary>A torrent that is to be remembered.</summary>
/// <param name="Torrent">What is to be known at once.</param>
/// <param name="Metainfo">The torrent file, read only where it is needed; empty where only a magnet link is known.</param>
public sealed record RememberedEntry(RememberedTorrent Torrent, ReadOnlyMemory<byte> Metainfo);

/// <summary>What has changed of a torrent that is remembered; null: nothing.</summary>
/// <param name="Hashes">The torrent.</param>
public sealed record RememberedChange(InfoHashes Hashes)
{
    /// <summary>Whether it is to run.</summary>
    public bool? IsStarted { get; init; }

    /// <summary>Its place in the queue.</summary>
    public int? Position { get; init; }

    /// <summary>For how long it has seeded over all runs.</summary>
    public TimeSpan? Seeded { get; init; }

    /// <summary>The options in the session's form; empty: all as by default.</summary>
    public string? Options { get; init; }
}
