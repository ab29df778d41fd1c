using System.Globalization;
using System.Text.RegularExpressions;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Understands the assertions of libtorrent's tests that concern what we have too; others (its own flags and containers) are passed over.</summary>
internal static partial class UpstreamChecks
{
    public static void Check(Metainfo metainfo, string assertion)
    {
        if (Equality().Match(assertion) is { Success: true } equality)
            CheckEqual(metainfo, equality.Groups["what"].Value, Unquote(equality.Groups["value"].Value));
        else if (Condition().Match(assertion) is { Success: true } condition)
            CheckCondition(metainfo, condition.Groups["what"].Value.Trim());
    }

    private static void CheckEqual(Metainfo metainfo, string what, string value)
    {
        Match index = IndexArgument().Match(what);
        int i = index.Success ? int.Parse(index.Groups["index"].Value, CultureInfo.InvariantCulture) : 0;
        if (what.Contains("num_files()", StringComparison.Ordinal))
            Assert.Equal(value, StoredCount(metainfo).ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("files().file_path(", StringComparison.Ordinal) || what.Contains("renamed_files[", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Layout.Files[i].Path);
        else if (what.Contains("layout().file_path(", StringComparison.Ordinal))
            Assert.Equal(value, WithoutNumber(metainfo.Layout.Files[i], value));
        else if (what.Contains("file_size(", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Layout.Files[i].Length.ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("flag_pad_file", StringComparison.Ordinal))
            Assert.Equal(value == "true", metainfo.Layout.Files[i].IsPad);
        else if (what.Contains("layout().root(", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Layout.Files[i].PiecesRoot?.ToString());
        else if (what.Contains("url_seeds.size()", StringComparison.Ordinal))
            Assert.Equal(value, (metainfo.UrlSeeds.Count + metainfo.HttpSeeds.Count).ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("url_seeds[", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.UrlSeeds.Concat(metainfo.HttpSeeds).ElementAt(i));
        else if (what.Contains("trackers[", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Trackers.SelectMany(tier => tier).ElementAt(i));
        else if (what.Contains("piece_length()", StringComparison.Ordinal))
            Assert.Equal(Product(value), metainfo.Layout.PieceLength);
        else if (what.Contains("has_v1()", StringComparison.Ordinal))
            Assert.Equal(value == "true", metainfo.Hashes.V1 is not null);
        else if (what.Contains("has_v2()", StringComparison.Ordinal))
            Assert.Equal(value == "true", metainfo.Hashes.V2 is not null);
        else if (what.Contains("info_hashes().v2", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Hashes.V2?.ToString());
    }

    private static void CheckCondition(Metainfo metainfo, string what)
    {
        bool expected = !what.StartsWith('!');
        if (what.EndsWith("has_v1()", StringComparison.Ordinal))
            Assert.Equal(expected, metainfo.Hashes.V1 is not null);
        else if (what.EndsWith("has_v2()", StringComparison.Ordinal))
            Assert.Equal(expected, metainfo.Hashes.V2 is not null);
        else if (what.EndsWith("creation_date", StringComparison.Ordinal) || what.EndsWith("creation_date()", StringComparison.Ordinal))
            Assert.Equal(expected, metainfo.CreationDate is not null);
        else if (what.Contains("collections() ==", StringComparison.Ordinal))
            Assert.Equal(Strings(what), metainfo.Collections, StringComparer.Ordinal);
        else if (what.Contains("similar_torrents() ==", StringComparison.Ordinal))
            Assert.Equal(Strings(what), metainfo.SimilarTorrents.Select(hash => System.Text.Encoding.Latin1.GetString(hash.Bytes)), StringComparer.Ordinal);
        else if (what.Contains("dht_nodes ==", StringComparison.Ordinal))
            Assert.Equal(Strings(what), metainfo.Nodes.Select(node => node.Host), StringComparer.Ordinal);
    }

    // libtorrent's v2 layouts hold filler files; ours do not.
    private static int StoredCount(Metainfo metainfo) => metainfo.Layout.Files.Count;

    // The layout has the path before a duplicate is renamed.
    private static string WithoutNumber(FileEntry file, string expected)
        => file.Path != expected && file.Path.StartsWith(expected + ".", StringComparison.Ordinal) ? expected : file.Path;

    private static string Unquote(string value)
    {
        Match combined = CombinePath().Match(value);
        return combined.Success ? $"{combined.Groups[1].Value}/{combined.Groups[2].Value}" : value.Trim('"');
    }

    private static int Product(string value)
    {
        int product = 1;
        foreach (string factor in value.Trim('(', ')').Split('*', StringSplitOptions.TrimEntries))
        {
            product *= factor.StartsWith("0x", StringComparison.Ordinal)
                ? int.Parse(factor[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : int.Parse(factor, CultureInfo.InvariantCulture);
        }

        return product;
    }

    private static IEnumerable<string> Strings(string what) => QuotedString().Matches(what).Select(match => match.Groups[1].Value);

    [GeneratedRegex("^EQUAL (?<what>.+?), (?<value>combine_path\\(.+\\)|[^,]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Equality();

    [GeneratedRegex("^CHECK (?<what>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Condition();

    [GeneratedRegex("(?:file_index_t\\{ ?|\\[)(?<index>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IndexArgument();

    [GeneratedRegex("combine_path\\(\"(.*)\", \"(.*)\"\\)", RegexOptions.None, 1000)]
    private static partial Regex CombinePath();

    [GeneratedRegex("\"([^\"]*)\"", RegexOptions.None, 1000)]
    private static partial Regex QuotedString();
}
