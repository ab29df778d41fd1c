using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Compares a torrent with what libtorrent 2.0.8 read from the same file.</summary>
internal static class TorrentFacts
{
    public static void Check(Metainfo metainfo, JsonElement facts, JsonElement oracle, bool hasOwnEncoding)
    {
        Assert.Equal(Text(oracle, "v1"), metainfo.Hashes.V1?.ToString());
        Assert.Equal(Text(oracle, "v2"), metainfo.Hashes.V2?.ToString());
        if (metainfo.Hashes.V1 is { } v1)
            Assert.Equal(facts.Text("info_sha1"), v1.ToString());
        if (metainfo.Hashes.V2 is { } v2)
            Assert.Equal(facts.Text("info_sha256"), v2.ToString());
        Assert.Equal(oracle.GetProperty("piece_length").GetInt32(), metainfo.Layout.PieceLength);
        Assert.Equal(oracle.GetProperty("num_pieces").GetInt32(), metainfo.Layout.PieceCount);
        Assert.Equal(oracle.GetProperty("private").GetBoolean(), metainfo.IsPrivate);
        if (!hasOwnEncoding)
            Assert.Equal(Text(oracle, "name"), metainfo.Name);
        CheckFiles(metainfo, oracle, hasOwnEncoding);
        CheckSources(metainfo, oracle);
        Assert.Equal(metainfo.Version == TorrentVersion.V2 ? 0 : metainfo.Layout.PieceCount * Sha1Hash.Length, metainfo.PieceHashes.Length);
    }

    // libtorrent puts filler into v2 as well, under names of its own, and names that of hybrids anew: filler is compared by length. It leaves out elements
    // of a path that have nothing left (since 2.1 it puts a "_" there, as we do), and of names that are no UTF-8 it leaves out good characters too.
    private static void CheckFiles(Metainfo metainfo, JsonElement oracle, bool hasOwnEncoding)
    {
        bool withFiller = metainfo.Version != TorrentVersion.V2;
        var expected = new List<(string Path, long Length, string Attributes)>();
        bool isTruncated = false;
        foreach (JsonElement file in oracle.GetProperty("files").EnumerateArray())
        {
            string attributes = string.Concat((file.Text("attr") ?? "").Order());
            if (file.Text("path") is not { } path)
                isTruncated = true;
            else if (withFiller || !IsFiller(attributes))
                expected.Add((NameOf(path, attributes), file.GetProperty("size").GetInt64(), attributes));
        }

        var actual = new List<(string Path, long Length, string Attributes)>();
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            Assert.Equal(file.Index.Value, actual.Count);
            string attributes = Letters(file.Attributes);
            actual.Add((NameOf(file.Path, attributes), file.Length, attributes));
        }

        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            if (hasOwnEncoding || metainfo.Layout.Files[i].OriginalPath.Contains('\uFFFD', StringComparison.Ordinal))
                expected[i] = expected[i] with { Path = actual[i].Path };
        }

        if (isTruncated)
        {
            actual.RemoveRange(expected.Count, actual.Count - expected.Count);
        }
        else
        {
            // Whether a hybrid's last file has filler after it is not the same in all versions.
            DropTailFiller(expected);
            DropTailFiller(actual);
        }

        Assert.Equal(expected, actual);
    }

    private static void DropTailFiller(List<(string Path, long Length, string Attributes)> files)
    {
        if (files.Count > 0 && IsFiller(files[^1].Attributes))
            files.RemoveAt(files.Count - 1);
    }

    private static bool IsFiller(string attributes) => attributes.Contains('p', StringComparison.Ordinal);

    private static string NameOf(string path, string attributes)
        => IsFiller(attributes) ? "filler" : string.Join('/', path.Split('/').Where(element => element != "_"));

    private static void CheckSources(Metainfo metainfo, JsonElement oracle)
    {
        // Within a tier libtorrent shuffles; what has no scheme that we serve is left out here; each URL counts once; it is trimmed and escaped.
        string[] schemes = ["http", "https", "udp", "ws", "wss"];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string[][] tiers = [.. oracle.GetProperty("trackers").EnumerateArray()
            .Select(tracker => (Url: tracker[0].GetString()!.Trim(), Tier: tracker[1].GetInt32()))
            .Where(tracker => schemes.Contains(tracker.Url.Split("://")[0].ToLowerInvariant(), StringComparer.Ordinal) && seen.Add(tracker.Url))
            .GroupBy(tracker => tracker.Tier)
            .OrderBy(tier => tier.Key)
            .Select(tier => tier.Select(tracker => Uri.UnescapeDataString(tracker.Url)).Order(StringComparer.Ordinal).ToArray())];
        Assert.Equal(tiers, metainfo.Trackers.Select(tier => tier.Select(Uri.UnescapeDataString).Order(StringComparer.Ordinal).ToArray()));
        Assert.Equal(
            oracle.GetProperty("web_seeds").EnumerateArray().Select(seed => Uri.UnescapeDataString(seed.GetString()!)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            metainfo.UrlSeeds.Concat(metainfo.HttpSeeds).Select(Uri.UnescapeDataString).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(
            oracle.GetProperty("dht_nodes").EnumerateArray().Select(node => (node[0].GetString()!, node[1].GetInt32())),
            metainfo.Nodes);
    }

    private static string Letters(FileAttributesBep47 attributes) => string.Concat(
        (attributes & FileAttributesBep47.Hidden) != 0 ? "h" : "",
        (attributes & FileAttributesBep47.Symlink) != 0 ? "l" : "",
        (attributes & FileAttributesBep47.Pad) != 0 ? "p" : "",
        (attributes & FileAttributesBep47.Executable) != 0 ? "x" : "");

    private static string? Text(JsonElement oracle, string name) => oracle.Text(name);
}
