using Freshet.Core;

namespace Freshet;

/// <summary>How a session is doing at one moment. Immutable; a later one has a higher <see cref="Sequence"/>.</summary>
public sealed record SessionSnapshot
{
    /// <summary>Grows by one with every snapshot.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>All torrents, by id.</summary>
    public required IReadOnlyList<TorrentStatus> Torrents { get; init; }

    /// <summary>Payload bytes a second received.</summary>
    public long DownloadRate { get; init; }

    /// <summary>Payload bytes a second sent.</summary>
    public long UploadRate { get; init; }

    /// <summary>Connected peers.</summary>
    public int Peers { get; init; }

    /// <summary>The TCP port that peers' connections are taken on, or null.</summary>
    public int? ListenPort { get; init; }

    /// <summary>The session's part in the DHT; null where it takes none.</summary>
    public DhtStatus? Dht { get; init; }

    /// <summary>The status of a torrent, or null where there is none.</summary>
    public TorrentStatus? Find(TorrentId id)
    {
        // A session's own snapshots know the place of each.
        if (Torrents is StatusTree tree)
            return tree.Find(id);
        int low = 0;
        int high = Torrents.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Torrents[middle].Id.Value.CompareTo(id.Value);
            if (order == 0)
                return Torrents[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
