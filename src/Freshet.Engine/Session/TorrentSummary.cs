using Freshet.Core;

namespace Freshet.Engine.Session;

/// <summary>The little of a metainfo that a session always has at hand, also of a torrent that sleeps.</summary>
/// <param name="Hashes">The info-hashes.</param>
/// <param name="Name">The safe name.</param>
/// <param name="TotalBytes">Bytes of the whole torrent, filler counted.</param>
/// <param name="PieceCount">All pieces.</param>
/// <param name="IsPrivate">Whether peers come from its own trackers only (BEP 27).</param>
/// <param name="Trackers">The trackers, by tier; tiers that many torrents have in common should be one list.</param>
public sealed record TorrentSummary(InfoHashes Hashes, string Name, long TotalBytes, int PieceCount, bool IsPrivate, IReadOnlyList<IReadOnlyList<string>> Trackers)
{
    /// <summary>Whether the torrent's metadata is known. If not, its peers are asked for it (BEP 9).</summary>
    public bool HasMetadata { get; init; } = true;

    /// <summary>What a magnet link or an info-hash says of a torrent whose metadata is not known.</summary>
    /// <param name="hashes">The hashes that are named.</param>
    /// <param name="name">A name to show until the torrent's own is known.</param>
    /// <param name="trackers">The trackers that are named, by tier.</param>
    public static TorrentSummary WithoutMetadata(InfoHashes hashes, string name, IReadOnlyList<IReadOnlyList<string>> trackers)
        => new(hashes, name, TotalBytes: 0, PieceCount: 0, IsPrivate: false, trackers) { HasMetadata = false };

    /// <summary>The summary of a metainfo.</summary>
    public static TorrentSummary Of(Metainfo metainfo)
        => new(metainfo.Hashes, metainfo.Name, metainfo.Layout.TotalLength, metainfo.Layout.PieceCount, metainfo.IsPrivate, metainfo.Trackers);
}
