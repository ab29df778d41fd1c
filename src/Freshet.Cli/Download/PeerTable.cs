using System.Globalization;
using System.Text.Json;
using Freshet.Abstractions;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>The connections of a torrent.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="Peers">Its peers at one moment.</param>
internal sealed record TorrentPeers(Torrent Torrent, IReadOnlyList<PeerStatus> Peers);

/// <summary>Peers as a table for people and as objects for programs. docs/peers.md explains the flags.</summary>
internal static class PeerTable
{
    // A peer may call itself anything, but not push the figures off the line.
    private const int MostClient = 24;

    private static readonly string[] Head = ["ADDRESS", "CLIENT", "FLAGS", "DOWN", "UP", "HAS", "SOURCE"];

    /// <summary>A line for the head and one for each peer, the busiest first; what does not fit is counted in a last line.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<PeerStatus> peers, int mostPeers)
    {
        if (peers.Count == 0)
            return ["no peers"];
        string[][] rows =
        [
            Head,
            .. peers.OrderByDescending(peer => peer.DownloadRate + peer.UploadRate).ThenBy(peer => peer.Endpoint.ToString(), StringComparer.Ordinal)
                .Take(mostPeers).Select(Cells),
        ];
        int[] widths = [.. Head.Select((_, column) => rows.Max(row => row[column].Length))];
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).ToList();
        if (peers.Count > mostPeers)
            lines.Add($"and {peers.Count - mostPeers} more");
        return lines;
    }

    /// <summary>Writes an array of peers.</summary>
    public static void WriteJson(Utf8JsonWriter json, IReadOnlyList<PeerStatus> peers)
    {
        json.WriteStartArray("peers");
        foreach (PeerStatus peer in peers)
        {
            json.WriteStartObject();
            json.WriteString("peer", peer.Endpoint.ToString());
            json.WriteString("peerId", peer.PeerId);
            json.WriteString("client", peer.Client);
            json.WriteString("flags", peer.Flags);
            json.WriteStartArray("sources");
            foreach (string source in Sources(peer))
                json.WriteStringValue(source);
            json.WriteEndArray();
            json.WriteString("transport", StatusJson.NameOf(peer.Transport));
            json.WriteString("encryption", StatusJson.NameOf(peer.Encryption));
            json.WriteNumber("progress", Math.Round(peer.Progress, 6));
            json.WriteNumber("downloadRate", peer.DownloadRate);
            json.WriteNumber("uploadRate", peer.UploadRate);
            json.WriteNumber("downloaded", peer.Downloaded);
            json.WriteNumber("uploaded", peer.Uploaded);
            json.WriteNumber("requestsOutstanding", peer.RequestsOutstanding);
            json.WriteNumber("requestWindow", peer.RequestWindow);
            json.WriteNumber("requestsQueued", peer.RequestsQueued);
            if (peer.RoundTrip is { } roundTrip)
                json.WriteNumber("roundTripMilliseconds", Math.Round(roundTrip.TotalMilliseconds, 1));
            else
                json.WriteNull("roundTripMilliseconds");
            json.WriteNumber("redundant", peer.Redundant);
            json.WriteNumber("hashFailures", peer.HashFailures);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string[] Cells(PeerStatus peer) =>
    [
        peer.Endpoint.ToString(),
        Shorten(TerminalText.Escape(peer.Client ?? "-")),
        peer.Flags.Length == 0 ? "-" : peer.Flags,
        Rate(peer.DownloadRate),
        Rate(peer.UploadRate),
        Amounts.Percent(peer.Progress),
        string.Join('+', Sources(peer)),
    ];

    private static IEnumerable<string> Sources(PeerStatus peer)
        => Enum.GetValues<PeerSources>().Where(source => source != PeerSources.None && peer.Sources.HasFlag(source))
            .Select(source => source.ToString().ToLowerInvariant());

    private static string Rate(long bytesPerSecond) => bytesPerSecond == 0 ? "-" : Amounts.Rate(bytesPerSecond);

    private static string Shorten(string text)
        => new StringInfo(text) is { LengthInTextElements: > MostClient } info ? info.SubstringByTextElements(0, MostClient - 1) + "…" : text;
}
