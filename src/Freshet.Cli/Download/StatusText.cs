using System.Globalization;
using Freshet.Abstractions;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>A torrent's status in a person's words.</summary>
internal static class StatusText
{
    /// <summary>What it is doing, in one or two words.</summary>
    public static string State(TorrentStatus status) => status.State switch
    {
        TorrentState.FetchingMetadata when status.Peers == 0 => "looking for peers",
        TorrentState.FetchingMetadata => "fetching metadata",
        TorrentState.Checking => "checking",
        TorrentState.Downloading when status.Peers == 0 => "looking for peers",
        TorrentState.Downloading => "downloading",
        TorrentState.Seeding => "complete",
        TorrentState.Queued => TerminalText.Escape(status.Reason ?? "queued"),
        TorrentState.Error => "waiting: " + TerminalText.Escape(status.Reason ?? "trouble"),
        _ => status.IsComplete ? "complete" : "stopped",
    };

    /// <summary>All there is to say, on one line without its name.</summary>
    public static string Line(TorrentStatus status)
    {
        if (status is { State: TorrentState.Checking, CheckProgress: { } check })
            return $"checking {Amounts.Percent(check)} of {Amounts.Bytes(status.TotalBytes)}";
        if (!status.HasMetadata)
            return Metadata(status);
        string eta = status.Eta is { } left ? $", ETA {Amounts.Duration(left)}" : "";
        return $"{Amounts.Percent(status.Progress)} of {Amounts.Bytes(status.WantedBytes)}, {Amounts.Rate(status.DownloadRate)}{eta}, "
            + $"{Pieces(status)} pieces, {Peers(status)}, {State(status)}";
    }

    /// <summary>How far the metadata of a magnet link is.</summary>
    public static string Metadata(TorrentStatus status) => status.State == TorrentState.FetchingMetadata
        ? $"fetching metadata{(status.MetadataProgress is { } part ? $", {Amounts.Percent(part)}" : "")}, {Peers(status)} of {status.KnownPeers} known"
        : $"metadata not known, {State(status)}";

    /// <summary>What came back from an earlier run.</summary>
    public static string Restored(int torrents, int complete)
        => $"{Amounts.Count(torrents, "torrent")} as before, {(complete == torrents ? "complete" : $"{complete} complete")}";

    /// <summary>What is given in all, or null where nothing is complete.</summary>
    public static string? Seeding(SessionView view) => view.Seeding == 0
        ? null
        : $"seeding {Amounts.Count(view.Seeding, "torrent")}, {Amounts.Rate(view.Snapshot.UploadRate)} up, {Amounts.Count(view.Snapshot.Peers, "peer")}";

    /// <summary>What was given in this run: the last line of a seed.</summary>
    public static string Given(SessionSnapshot snapshot)
    {
        TorrentStatus[] given = [.. snapshot.Torrents.Where(status => status.UploadedThisRun > 0)];
        return given switch
        {
            [] => "gave nothing: nobody asked",
            [TorrentStatus one] => $"gave {Amounts.Bytes(one.UploadedThisRun)} of {TerminalText.Escape(one.Name)}, a ratio of {Ratio(one)} over all runs",
            _ => $"gave {Amounts.Bytes(given.Sum(status => (double)status.UploadedThisRun))} of {Amounts.Count(given.Length, "torrent")}",
        };
    }

    private static string Ratio(TorrentStatus status) => status.Ratio.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Pieces as <c>12/100</c>.</summary>
    public static string Pieces(TorrentStatus status) => $"{status.PiecesHave}/{status.PieceCount}";

    /// <summary>Peers, and how many of them have everything.</summary>
    public static string Peers(TorrentStatus status)
        => Amounts.Count(status.Peers, "peer") + (status.Seeders > 0 ? $" ({Amounts.Count(status.Seeders, "seeder")})" : "");
}
