using System.Text;
using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Rows of libtorrent's path tests (P1, P3, P4, P5).</summary>
public sealed class PathsCorpusTests
{
    [Fact]
    public void Paths_are_made_safe_for_both_systems() => Corpus.EachRow("paths", "libtorrent_sanitize_path.json", row =>
    {
        // Rows without "force" leave out elements of which nothing is left; a torrent's path gets a substitute for each (rows with "force").
        bool keepsAll = row.GetProperty("force").GetBoolean();
        byte[][] elements = [.. row.GetProperty("elements_hex").EnumerateArray().Select(hex => Convert.FromHexString(hex.GetString()!))];
        Assert.Equal(row.Text("posix"), Join(elements, PathRules.Posix, keepsAll));
        Assert.Equal(row.Text("windows"), Join(elements, PathRules.Windows, keepsAll));
    });

    [Fact]
    public void Duplicates_are_renamed() => Corpus.EachRow("paths", "libtorrent_resolve_duplicates.json", group =>
    {
        var paths = new DuplicatePaths();
        foreach (JsonElement file in group.EnumerateArray())
            paths.AddFoldersOf(file.Text("in")!.Split('/'));
        foreach (JsonElement file in group.EnumerateArray())
        {
            string[] path = file.Text("in")!.Split('/');
            long? padLength = file.GetProperty("pad").GetBoolean() ? file.GetProperty("size").GetInt64() : null;
            Assert.True(paths.Claim(paths.AddFoldersOf(path), path[^1], padLength, out string unique));
            Assert.Equal(file.Text("out"), string.Join('/', [.. path[..^1], unique]));
        }
    });

    private static string Join(byte[][] elements, PathRules rules, bool keepsAll)
    {
        var text = new TorrentText(default);
        var path = new StringBuilder();
        foreach (byte[] element in elements)
        {
            bool isLeft = PathSanitizer.TrySanitize(text.Decode(element), rules, out string safe);
            if (!isLeft && !keepsAll)
                continue;
            if (path.Length > 0)
                path.Append('/');
            path.Append(isLeft ? safe : PathSanitizer.Sanitize(text.Decode(element), rules));
        }

        return path.ToString();
    }
}
