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
    /// <summary>The summary of a metainfo.</summary>
    public static TorrentSummary Of(Metainfo metainfo)
        => new(metainfo.Hashes, metainfo.Name, metainfo.Layout.TotalLength, metainfo.Layout.PieceCount, metainfo.IsPrivate, metainfo.Trackers);
}
