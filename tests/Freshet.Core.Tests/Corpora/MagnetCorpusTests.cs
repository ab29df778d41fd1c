using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Magnet links of libtorrent's tests: what it takes and refuses, and what it finds in them.</summary>
public sealed partial class MagnetCorpusTests
{
    [Fact]
    public void Links_are_read_or_refused_as_libtorrent_does() => Corpus.EachRow("magnet", "libtorrent_magnet_cases.json", Check);

    private static void Check(JsonElement row)
    {
        string uri = row.Text("uri")!;
        bool isRead = MagnetLink.TryParse(uri, out MagnetLink? link);
        Assert.Equal(row.Text("expect") == "ok", isRead);
        if (link is null)
            return;
        if (row.TryGetProperty("file_priorities", out JsonElement priorities))
            Assert.Equal(string.Join(' ', priorities.EnumerateArray().Select(static item => item.GetString())), string.Join(' ', Selected(link)));
        string[] checks = row.TryGetProperty("upstream_checks", out JsonElement upstream) ? [.. upstream.EnumerateArray().Select(static check => check.GetString()!)] : [];
        foreach (string check in checks)
            CheckFact(link, check);

        // Two of one row: libtorrent with and without WebRTC.
        string[] counts = [.. checks.Select(check => Match(TrackerCount(), check)).OfType<string>()];
        if (counts.Length > 0)
            Assert.Contains(counts, count => int.Parse(count, CultureInfo.InvariantCulture) == link.Trackers.Count);
    }

    /// <summary>The checks that are about the link and not about libtorrent's session.</summary>
    private static void CheckFact(MagnetLink link, string check)
    {
        if (TrackerAt().Match(check) is { Success: true } at)
            Assert.Equal(at.Groups[2].Value, link.Trackers[int.Parse(at.Groups[1].Value, CultureInfo.InvariantCulture)]);
        if (Match(AnyTracker(), check) is { } any)
            Assert.Contains(link.Trackers, tracker => string.Equals(tracker, any, StringComparison.Ordinal));
        if (Match(V1Hash(), check) is { } v1)
            Assert.Equal(v1, link.Hashes.V1.ToString());
        if (PeerAt().Match(check) is { Success: true } peer)
            Assert.Equal((peer.Groups[2].Value, int.Parse(peer.Groups[3].Value, CultureInfo.InvariantCulture)), link.Peers[int.Parse(peer.Groups[1].Value, CultureInfo.InvariantCulture)]);
        if (Match(PeerCount(), check) is { } peers)
            Assert.Equal(int.Parse(peers, CultureInfo.InvariantCulture), link.Peers.Count);
        if (Match(NodeHost(), check) is { } host)
            Assert.Equal(host, link.Nodes[0].Host);
        if (Match(NodePort(), check) is { } port)
            Assert.Equal(int.Parse(port, CultureInfo.InvariantCulture), link.Nodes[0].Port);
    }

    private static IEnumerable<string> Selected(MagnetLink link)
    {
        int last = link.Selection.Max(static range => range.Last);
        return Enumerable.Range(0, last + 1).Select(file => link.Selects(new FileIndex(file)) ? "yes" : "no");
    }

    private static string? Match(Regex pattern, string check) => pattern.Match(check) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"trackers(?:\(\))?\.size\(\)(?:,| ==) (\d+)", RegexOptions.None, 1000)]
    private static partial Regex TrackerCount();

    [GeneratedRegex(@"trackers(?:\[|\(\)\.at\()(\d+)(?:\]|\))\.url(?:,| ==) ""([^""]+)""", RegexOptions.None, 1000)]
    private static partial Regex TrackerAt();

    [GeneratedRegex(@"trackers_set\.count\(""([^""]+)""\) == 1", RegexOptions.None, 1000)]
    private static partial Regex AnyTracker();

    [GeneratedRegex(@"to_hex\(p\.info_hashes\.v1\), ""([0-9a-f]{40})""", RegexOptions.None, 1000)]
    private static partial Regex V1Hash();

    [GeneratedRegex(@"peers\[(\d+)\], ep\(""([^""]+)"", (\d+)\)", RegexOptions.None, 1000)]
    private static partial Regex PeerAt();

    [GeneratedRegex(@"peers\.size\(\), (\d+)", RegexOptions.None, 1000)]
    private static partial Regex PeerCount();

    [GeneratedRegex(@"nodes\(\)\.at\(0\)\.first == ""([^""]+)""", RegexOptions.None, 1000)]
    private static partial Regex NodeHost();

    [GeneratedRegex(@"nodes\(\)\.at\(0\)\.second == (\d+)", RegexOptions.None, 1000)]
    private static partial Regex NodePort();
}
