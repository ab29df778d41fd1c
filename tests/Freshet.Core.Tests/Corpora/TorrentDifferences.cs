using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Where we decide otherwise than a project whose torrents we test with. The same table, with more words, is in docs/metainfo.md.</summary>
internal static class TorrentDifferences
{
    // By the file's name, so that the reason stands beside it.
    private static readonly Dictionary<string, string> RefusedHere = new(StringComparer.Ordinal)
    {
        ["dup-pieces-key.torrent"] = "a key that is there twice is an error: two readers could each believe another (libtorrent takes the first)",
        ["v2_invalid_root_hash.torrent"] = "a piece layer has to lead to its file's root (libtorrent 2.0.8 does not look until it is used)",
    };

    private static readonly Dictionary<string, string> ReadHere = new(StringComparer.Ordinal)
    {
        ["dup-files.torrent"] = "of two files with one path the later is renamed, so that all data can be had (Transmission refuses)",
    };

    /// <summary>Whether the row's torrent has to be refused.</summary>
    public static bool IsRefused(JsonElement row)
    {
        string name = Path.GetFileName(row.Text("file")!);
        if (RefusedHere.ContainsKey(name))
            return true;
        if (ReadHere.ContainsKey(name))
            return false;
        string? stated = row.Text("expected") ?? row.Text("upstream");
        if (stated?.StartsWith("error", StringComparison.Ordinal) == true)
            return true;
        if (stated?.StartsWith("ok", StringComparison.Ordinal) == true)
            return false;
        return !row.GetProperty("oracle_libtorrent_2_0_8").GetProperty("ok").GetBoolean();
    }
}
