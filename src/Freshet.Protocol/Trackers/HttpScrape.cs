using System.Diagnostics.CodeAnalysis;
using System.Text;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>Scrapes over HTTP (BEP 48, BEP 21): the URL, with several torrents in one, and the answer.</summary>
public static class HttpScrape
{
    /// <summary>Torrents in one question: their hashes, three characters a byte, must fit into the 8 KiB that servers read of a request.</summary>
    public const int MaxSwarms = 64;

    private const string Announce = "announce";
    private const string Scrape = "scrape";

    /// <summary>
    /// The URL to fetch; null where the tracker has none: the last part of an announce URL's path must begin with <c>announce</c>, which becomes <c>scrape</c>.
    /// </summary>
    public static Uri? Url(TrackerUrl tracker, IReadOnlyList<InfoHash> swarms)
    {
        string whole = tracker.Uri.OriginalString;
        int pathStart = whole.Length - tracker.PathAndQuery.Length;
        int query = tracker.PathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? tracker.PathAndQuery : tracker.PathAndQuery[..query];
        int last = pathStart + path.LastIndexOf('/') + 1;
        if (!whole.AsSpan(last).StartsWith(Announce, StringComparison.Ordinal))
            return null;
        var url = new StringBuilder(whole, 0, last, whole.Length + 64);
        url.Append(Scrape).Append(whole, last + Announce.Length, whole.Length - last - Announce.Length);
        char separator = query < 0 ? '?' : '&';
        foreach (InfoHash swarm in swarms)
        {
            HttpTrackerForm.Escape(url.Append(separator).Append("info_hash="), swarm.Value.Bytes);
            separator = '&';
        }

        return HttpTrackerForm.AsItStands(url.ToString());
    }

    /// <summary>Reads an answer's body, inflated, at most <see cref="TrackerLimits.MaxInflatedBytes"/>.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="swarms">What was asked for: a tracker that answers for others too (a full scrape) is not listened to about those.</param>
    /// <param name="answer">The answer; a tracker that refuses has answered: see <see cref="ScrapeAnswer.Failure"/>.</param>
    /// <param name="error">Why the bytes are no answer.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> body, IReadOnlyList<InfoHash> swarms, [NotNullWhen(true)] out ScrapeAnswer? answer, [NotNullWhen(false)] out string? error)
    {
        answer = null;
        if (!HttpTrackerForm.TryReadAnswer(body, out BencodeValue root, out error))
            return false;
        bool isRefused = root["failure reason"u8].Exists;
        BencodeValue files = root["files"u8];
        if (!isRefused && files.Kind != BencodeKind.Dictionary)
        {
            error = "The answer has no swarms.";
            return false;
        }

        var counts = new List<SwarmCounts>();
        foreach (InfoHash swarm in isRefused ? [] : swarms)
        {
            BencodeValue file = files[swarm.Value.Bytes];
            if (file.Kind != BencodeKind.Dictionary)
                continue;
            counts.Add(new SwarmCounts(
                swarm,
                HttpTrackerForm.Count(file["complete"u8]) ?? 0,
                HttpTrackerForm.Count(file["incomplete"u8]) ?? 0,
                HttpTrackerForm.Count(file["downloaded"u8]),
                HttpTrackerForm.Count(file["downloaders"u8])));
        }

        answer = new ScrapeAnswer
        {
            Failure = isRefused ? HttpTrackerForm.Text(root["failure reason"u8]) ?? "no reason given" : null,
            MinInterval = TrackerTime.Interval(root["flags"u8]["min_request_interval"u8]),
            Swarms = counts,
        };
        return true;
    }
}
