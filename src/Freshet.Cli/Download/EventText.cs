using System.Globalization;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>Events in a person's words. What only the curious want is left to the log.</summary>
internal static class EventText
{
    /// <summary>A line, or null where there is nothing to tell.</summary>
    public static string? Of(TorrentEvent happened, bool verbose) => happened switch
    {
        PeerBanned banned => TroubleText.Tag($"banned {banned.Endpoint}: {TerminalText.Escape(banned.Reason)}", TroubleCodes.PeerBanned),
        DiskTrouble disk => TroubleText.Tag(
            $"{TerminalText.Escape(disk.Error.Path)}: {TerminalText.Escape(disk.Error.Message)}{(disk.WillRetry ? "; waiting for it to get better" : "")}",
            TroubleCodes.Of(disk.Error.Kind)),
        FileLonger longer => string.Create(
            CultureInfo.InvariantCulture, $"{TerminalText.Escape(longer.Path)} is {longer.Extra} bytes longer than in the torrent; they are left as they are"),
        FileTaken taken => $"{TerminalText.Escape(taken.Path)}: {Amounts.Bytes(taken.Bytes)} taken from {TerminalText.Escape(taken.GiverName)}, not fetched",
        StateTrouble state => TroubleText.Tag(
            $"progress cannot be remembered: {TerminalText.Escape(state.Error)}; the next start may have to check more", TroubleCodes.StateFolder),
        TrackerAnnounced { Warning: { } warning } tracker => $"{TerminalText.Escape(tracker.Url)} says: {TerminalText.Escape(warning)}",
        MetadataReceived metadata => $"the metadata is here: {TerminalText.Escape(metadata.Name)}",
        MetadataFailed failed when verbose => $"metadata of {Amounts.Bytes(failed.Size)} had a wrong hash and is fetched again",
        PieceFailed failed when verbose => $"piece {failed.Piece} had a wrong hash and is fetched again",
        TrackerAnnounced { Error: { } error } tracker when verbose => TroubleText.Tag(
            $"{TerminalText.Escape(tracker.Url)}: {TerminalText.Escape(error)}", TroubleCodes.TrackerFailed),
        TrackerAnnounced tracker when verbose =>
            string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(tracker.Url)}: {Amounts.Count(tracker.Peers, "peer")}"),
        _ => null,
    };
}
