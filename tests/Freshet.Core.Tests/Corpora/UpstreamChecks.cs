using System.Globalization;
using System.Text.RegularExpressions;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Understands the assertions of libtorrent's tests that concern what we have too; others (its own flags and containers) are passed over.</summary>
internal static partial class UpstreamChecks
{
    public static void Check(Metainfo metainfo, IEnumerable<string> assertions)
    {
        // Of assertions about the same thing one holds on each system.
        foreach (IGrouping<string, string> alternatives in assertions.GroupBy(What, StringComparer.Ordinal))
        {
            var failures = new List<Exception>();
            foreach (string assertion in alternatives)
            {
                if (Record.Exception(() => Check(metainfo, assertion)) is { } failure)
                    failures.Add(failure);
            }

            if (failures.Count == alternatives.Count())
                throw failures[0];
        }
    }

    private static string What(string assertion) => Equality().Match(assertion) is { Success: true } equality ? equality.Groups["what"].Value : assertion;

    private static void Check(Metainfo metainfo, string assertion)
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
            Assert.Equal(value, FilesWithFiller(metainfo).Count.ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("files().file_path(", StringComparison.Ordinal) || what.Contains("renamed_files[", StringComparison.Ordinal))
            Assert.Equal(value, FilesWithFiller(metainfo)[i].Path);
        else if (what.Contains("layout().file_path(", StringComparison.Ordinal))
            Assert.Equal(value, WithoutNumber(FilesWithFiller(metainfo)[i], value));
        else if (what.EndsWith("->name()", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.Name);
        else if (what.Contains("file_size(", StringComparison.Ordinal))
            Assert.Equal(value, FilesWithFiller(metainfo)[i].Length.ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("flag_pad_file", StringComparison.Ordinal))
            Assert.Equal(value == "true", FilesWithFiller(metainfo)[i].IsPad);
        else if (what.Contains("layout().root(", StringComparison.Ordinal))
            Assert.Equal(value, FilesWithFiller(metainfo)[i].PiecesRoot?.ToString());
        else if (what.Contains("url_seeds.size()", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.UrlSeeds.Count.ToString(CultureInfo.InvariantCulture));
        else if (what.Contains("url_seeds[", StringComparison.Ordinal))
            Assert.Equal(value, metainfo.UrlSeeds[i]);
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

    // libtorrent's v2 layouts hold filler after every file that does not end with a piece; ours do not.
    private static List<FileEntry> FilesWithFiller(Metainfo metainfo)
    {
        var files = new List<FileEntry>();
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            files.Add(file);
            if (metainfo.Version == TorrentVersion.V2 && file.Length % metainfo.Layout.PieceLength != 0)
                files.Add(file with { Path = ".pad", Attributes = FileAttributesBep47.Pad });
        }

        return files;
    }

    // libtorrent's layout has the path before a duplicate is renamed, and filler without a path outside of the torrent's folder.
    private static string WithoutNumber(FileEntry file, string expected)
        => file.IsPad && file.Path.EndsWith(expected, StringComparison.Ordinal) ? expected
            : file.Path != expected && file.Path.StartsWith(expected + ".", StringComparison.Ordinal) ? expected : file.Path;

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
