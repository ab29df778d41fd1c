using Freshet.Core;

namespace Freshet;

/// <summary>What changed between two snapshots.</summary>
/// <param name="Sequence">The sequence number of the later snapshot.</param>
/// <param name="IsFull">Whether this is everything, because the earlier snapshot is not known any more.</param>
/// <param name="Changed">Torrents that are new or changed.</param>
/// <param name="Removed">Torrents that are gone.</param>
public sealed record ChangeSet(long Sequence, bool IsFull, IReadOnlyList<TorrentStatus> Changed, IReadOnlyList<TorrentId> Removed);
