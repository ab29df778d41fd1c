using System.Globalization;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>Events in a person's words. What only the curious want is left to the log.</summary>
internal static class EventText
{
    /// <summary>A line, or null where there is nothing to tell.</summary>
    public static string? Of(TorrentEvent happened, bool verbose) => happened switch
    {
        PeerBanned banned => $"banned {banned.Endpoint}: {TerminalText.Escape(banned.Reason)}",
        DiskTrouble { WillRetry: true } disk => $"{TerminalText.Escape(disk.Error.Path)}: {TerminalText.Escape(disk.Error.Message)}; waiting for it to get better",
        DiskTrouble disk => $"{TerminalText.Escape(disk.Error.Path)}: {TerminalText.Escape(disk.Error.Message)}",
        FileLonger longer => string.Create(
            CultureInfo.InvariantCulture, $"{TerminalText.Escape(longer.Path)} is {longer.Extra} bytes longer than in the torrent; they are left as they are"),
        StateTrouble state => $"progress cannot be remembered: {TerminalText.Escape(state.Error)}; the next start may have to check more",
        TrackerAnnounced { Warning: { } warning } tracker => $"{TerminalText.Escape(tracker.Url)} says: {TerminalText.Escape(warning)}",
        PieceFailed failed when verbose => $"piece {failed.Piece} had a wrong hash and is fetched again",
        TrackerAnnounced { Error: { } error } tracker when verbose => $"{TerminalText.Escape(tracker.Url)}: {TerminalText.Escape(error)}",
        TrackerAnnounced tracker when verbose =>
            string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(tracker.Url)}: {Amounts.Count(tracker.Peers, "peer")}"),
        _ => null,
    };
}
