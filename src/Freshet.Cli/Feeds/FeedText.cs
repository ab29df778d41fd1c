using System.Globalization;
using System.Runtime.CompilerServices;
using Freshet.Cli.Output;

namespace Freshet.Cli.Feeds;

/// <summary>What happens to a feed in a person's words.</summary>
internal static class FeedText
{
    /// <summary>A line, or null where there is nothing to tell.</summary>
    public static string? Of(FeedEvent happened, bool verbose) => happened switch
    {
        FeedPublished published => Line(
            $"version {published.Sequence} is published: {TerminalText.Escape(published.Name)}, {Amounts.Bytes(published.Size)}, torrent {published.Hashes}, kept by {Amounts.Count(published.Nodes, "node")}"),
        FeedSuperseded superseded => Line($"somebody else with this key has published version {superseded.Sequence}; ours is not put again"),
        FeedFound found => Line($"version {found.Sequence}: torrent {found.Torrent}"),
        FeedUpdated updated => Line(
            $"version {updated.Sequence} is here: {TerminalText.Escape(updated.Name)}, {Amounts.Bytes(updated.Size)} verified, {Amounts.Bytes(updated.Downloaded)} of it fetched"),
        FeedUnchanged unchanged => Line($"version {unchanged.Sequence} is here already, and there is no newer one"),
        FeedRefreshed refreshed when verbose => Line($"version {refreshed.Sequence} was put again, kept by {Amounts.Count(refreshed.Nodes, "node")}"),
        _ => null,
    };

    private static string Line(DefaultInterpolatedStringHandler text) => string.Create(CultureInfo.InvariantCulture, ref text);
}
