using System.Security.Cryptography;
using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>
/// Torrent files of other projects, each with what libtorrent 2.0.8 and the project's own tests say of it. The table of
/// <see cref="TorrentDifferences"/> holds where we decide otherwise, and why.
/// </summary>
public sealed class TorrentCorpusTests
{
    [Theory]
    [InlineData("libtorrent-torrents")]
    [InlineData("transmission-torrents")]
    [InlineData("anacrolix-torrents")]
    [InlineData("misc-torrents")]
    [InlineData("webtorrent-fixtures")]
    public void Torrents_are_read_or_refused_as_their_projects_say(string corpus)
        => Corpus.EachRow(corpus, "expected.json", row => CheckRow(corpus, row));

    private static void CheckRow(string corpus, JsonElement row)
    {
        string file = row.Text("file")!;
        byte[] torrent = File.ReadAllBytes(Locate(corpus, file));
        JsonElement facts = row.GetProperty("facts");
        Assert.Equal(facts.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(torrent)));
        if (TorrentDifferences.IsRefused(row))
        {
            AssertRefused(torrent);
            return;
        }

        Metainfo metainfo = Metainfo.Load(torrent, PathRules.Posix);
        JsonElement oracle = row.GetProperty("oracle_libtorrent_2_0_8");
        if (oracle.GetProperty("ok").GetBoolean())
            TorrentFacts.Check(metainfo, facts, oracle, HasOwnEncoding(torrent));
        if (row.TryGetProperty("upstream_checks", out JsonElement checks))
            UpstreamChecks.Check(metainfo, checks.EnumerateArray().Select(check => check.GetString()!));

        if (metainfo.Warnings.Count == 0)
            Assert.Equal(0, facts.GetProperty("raw_trailing_bytes").GetInt32());
    }

    private static void AssertRefused(byte[] torrent)
    {
        var refusal = Assert.Throws<MetainfoException>(() => Metainfo.Load(torrent, PathRules.Posix));

        // What is wrong, and where: a key, a position, or both.
        Assert.NotEmpty(refusal.Reason);
        Assert.True(refusal.Key.Length > 0 || refusal.Position >= 0, $"says not where: {refusal.Message}");
        Assert.InRange(refusal.Position, -1, torrent.Length);
    }

    // Names that are no UTF-8 but of an encoding that the torrent declares are read in that encoding; libtorrent puts a "_" in place of each byte or so.
    private static bool HasOwnEncoding(byte[] torrent)
    {
        Assert.True(BencodeDocument.TryParsePrefix(torrent, BencodeLimits.Metainfo, out BencodeDocument document, out _));
        return document.Root["encoding"u8].TextOrNull() is { } encoding && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }

    private static string Locate(string corpus, string file)
    {
        string path = Path.Combine(Corpus.Folder(corpus), file);
        return File.Exists(path) ? path : Path.Combine(Corpus.Folder(corpus), Path.GetFileName(file));
    }
}
