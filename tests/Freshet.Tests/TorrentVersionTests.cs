using System.Security.Cryptography;
using System.Text.Json;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Torrents of v1, v2 and both (BEP 52): made, read back, and checked against their content.</summary>
public sealed class TorrentVersionTests : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<ulong, TorrentVersion> Trees => new(
        from seed in Enumerable.Range(1, 6) from version in (TorrentVersion[])[TorrentVersion.V2, TorrentVersion.Hybrid] select ((ulong)seed, version));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Trees))]
    public async Task What_it_makes_of_any_tree_has_the_roots_of_the_files_and_the_hashes_of_the_pieces(ulong seed, TorrentVersion version)
    {
        var random = new SeededRandom(seed);
        SortedDictionary<string, byte[]> files = SampleTree.Random(random);
        files["long"] = SampleTree.Bytes(700_001, random);
        string root = SampleTree.Write(files, _folder.At("tree"));
        int pieceLength = PieceLengths.Least << random.Next(5);
        CreatedTorrent created = await CreateAsync(root, version, pieceLength, threads: 1 + random.Next(3));

        Metainfo metainfo = Metainfo.Load(created.Bytes);
        Assert.Equal(version, metainfo.Version);
        Assert.Empty(metainfo.Warnings);
        Assert.True(metainfo.HasAllPieceLayers);
        FileEntry[] entries = [.. metainfo.Layout.Files.Where(file => file.IsStored)];
        Assert.Equal(files.Keys.Select(path => "tree/" + path), entries.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal(files.Values.Select(bytes => bytes.Length == 0 ? null : (Sha256Hash?)MerkleTree.RootOfData(bytes)), entries.Select(file => file.PiecesRoot));
        if (version == TorrentVersion.Hybrid)
            Assert.Equal(files.Values.Select(bytes => Padded(bytes, pieceLength)).SelectMany(bytes => bytes.Chunk(pieceLength)).SelectMany(SHA1.HashData), metainfo.PieceHashes.ToArray());
        Assert.True((await ContentVerifier.VerifyAsync(metainfo, root, cancellationToken: Cancellation)).IsOk);
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Long_pieces_are_hashed_into_trees_in_parts(TorrentVersion version)
    {
        byte[] bytes = SampleTree.Bytes((18 * 2 << 20) + 12_345, new SeededRandom(1));
        string path = SampleTree.Write(new(StringComparer.Ordinal) { ["film.mkv"] = bytes }, _folder.At("long"));
        CreatedTorrent created = await CreateAsync(Path.Combine(path, "film.mkv"), version, 2 << 20);
        FileEntry film = Assert.Single(created.Metainfo.Layout.Files);
        Assert.Equal(MerkleTree.RootOfData(bytes), film.PiecesRoot);
        Assert.True(created.Metainfo.IsSingleFile);
    }

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Each_flipped_byte_is_found_in_its_file_and_piece(TorrentVersion version)
    {
        var random = new SeededRandom(5);
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal) { ["a"] = SampleTree.Bytes(300_000, random), ["b/c"] = SampleTree.Bytes(5, random), ["d"] = SampleTree.Bytes(20_000, random) };
        string root = SampleTree.Write(files, _folder.At("flips"));
        Metainfo metainfo = (await CreateAsync(root, version, 32 * 1024)).Metainfo;
        for (int i = 0; i < 30; i++)
        {
            FileEntry file = metainfo.Layout.Files.Where(file => file.IsStored).ElementAt(random.Next(3));
            int offset = random.Next((int)file.Length);
            string path = Path.Combine(_folder.Path, file.Path);
            Flip(path, offset);
            VerifyReport report = await ContentVerifier.VerifyAsync(metainfo, _folder.Path, cancellationToken: Cancellation);
            Flip(path, offset);
            PieceIndex bad = metainfo.Layout.PieceAt(file.Offset + offset);
            Assert.Equal([bad.Value], Enumerable.Range(0, report.Good.Length).Where(piece => !report.Good[piece]));
            Assert.Contains(report.Files, verdict => verdict.File.Path == file.Path && verdict is { Verdict: FileVerdict.Damaged, PiecesBad: 1 });
            Assert.All(report.Files.Where(verdict => version != TorrentVersion.V1 && verdict.File.Path != file.Path), verdict => Assert.Equal(FileVerdict.Ok, verdict.Verdict));
        }
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Without_piece_layers_a_v2_file_is_right_or_wrong_as_a_whole_and_a_hybrids_pieces_are_told_by_sha1(TorrentVersion version)
    {
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["a"] = SampleTree.Bytes(300_000, new SeededRandom(3)), ["b"] = [1, 2] }, _folder.At("bare"));
        Metainfo metainfo = WithoutLayers((await CreateAsync(root, version)).Bytes.Span);
        Assert.False(metainfo.HasAllPieceLayers);
        bool isWholeOnly = version == TorrentVersion.V2;
        VerifyReport right = await ContentVerifier.VerifyAsync(metainfo, root, cancellationToken: Cancellation);
        Assert.True(right.IsOk);
        Assert.Equal([isWholeOnly, false], right.Files.Select(file => file.IsWholeOnly));

        Flip(Path.Combine(root, "a"), 100_000);
        FileVerification wrong = (await ContentVerifier.VerifyAsync(metainfo, root, cancellationToken: Cancellation)).Files[0];
        Assert.Equal((FileVerdict.Damaged, isWholeOnly ? wrong.Pieces : 1), (wrong.Verdict, wrong.PiecesBad));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hybrid_whose_sides_disagree_is_an_error_that_names_the_piece(bool hasLayers)
    {
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["a"] = SampleTree.Bytes(300_000, new SeededRandom(3)), ["b"] = [1, 2] }, _folder.At("two"));
        byte[] torrent = (await CreateAsync(root, TorrentVersion.Hybrid)).Bytes.ToArray();

        // The SHA-1 of the third piece: info, pieces.
        Metainfo before = Metainfo.Load(torrent);
        int place = torrent.AsSpan().IndexOf(before.PieceHash(new PieceIndex(2)).Bytes);
        torrent[place] ^= 1;
        Metainfo metainfo = hasLayers ? Metainfo.Load(torrent) : WithoutLayers(torrent);
        var error = await Assert.ThrowsAsync<FreshetException>(() => ContentVerifier.VerifyAsync(metainfo, root, cancellationToken: Cancellation));
        Assert.Equal(FreshetError.SourceInvalid, error.Error);
        Assert.Contains("piece 2 is right by one and wrong by the other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_v2_torrent_of_a_folder_with_one_file_is_of_that_file_and_is_seeded_from_the_folder()
    {
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["only"] = [1, 2, 3] }, _folder.At("alone"));
        CreatedTorrent created = await CreateAsync(root, TorrentVersion.V2);
        Assert.Equal(root, created.Directory);
        Assert.True((await ContentVerifier.VerifyAsync(created.Metainfo, created.Directory, cancellationToken: Cancellation)).IsOk);

        CreatedTorrent hybrid = await CreateAsync(root, TorrentVersion.Hybrid);
        Assert.Equal(_folder.Path, hybrid.Directory);
        Assert.DoesNotContain(hybrid.Metainfo.Layout.Files, file => file.IsPad);
    }

    [Fact]
    public async Task Unless_it_is_told_otherwise_it_makes_hybrids()
    {
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["a"] = [1] }, _folder.At("default"));
        Assert.Equal(TorrentVersion.Hybrid, (await TorrentBuilder.CreateAsync(root, cancellationToken: Cancellation)).Metainfo.Version);
    }

    [Fact]
    public async Task A_hybrids_magnet_has_both_hashes_and_the_length_without_filler()
    {
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["a"] = [1], ["b"] = [2] }, _folder.At("m"));
        CreatedTorrent created = await CreateAsync(root, TorrentVersion.Hybrid);
        InfoHashes hashes = created.Metainfo.Hashes;
        Assert.Equal($"magnet:?xt=urn:btih:{hashes.V1}&xt=urn:btmh:1220{hashes.V2}&dn=m&xl=2", created.Magnet);
    }

    [Fact]
    public async Task Files_of_the_same_content_share_a_root_and_a_layer()
    {
        byte[] bytes = SampleTree.Bytes(200_000, new SeededRandom(9));
        string root = SampleTree.Write(new(StringComparer.Ordinal) { ["a"] = bytes, ["b"] = bytes, ["empty"] = [] }, _folder.At("twins"));
        Metainfo metainfo = (await CreateAsync(root, TorrentVersion.V2)).Metainfo;
        Assert.Single(metainfo.PieceLayers);
        Assert.Equal(metainfo.Layout.Files[0].PiecesRoot, metainfo.Layout.Files[1].PiecesRoot);
        Assert.Null(metainfo.Layout.Files[2].PiecesRoot);
    }

    // What libtorrent 2.0.8 made of content that is there.
    [Fact]
    public async Task The_info_hashes_are_those_of_libtorrent()
    {
        string? corpora = Environment.GetEnvironmentVariable("FRESHET_CORPORA");
        Assert.SkipWhen(corpora is null or "", "FRESHET_CORPORA is not set");
        using JsonDocument table = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(corpora, "v2-oracle", "expected.json"), Cancellation));
        int compared = 0;
        foreach (JsonElement row in table.RootElement.EnumerateArray())
        {
            string content = Path.Combine(corpora, "webtorrent-fixtures", row.GetProperty("content").GetString()!);
            if (!Path.Exists(content))
                continue;
            compared++;
            TorrentVersion version = row.GetProperty("mode").GetString() switch { "v1only" => TorrentVersion.V1, "v2only" => TorrentVersion.V2, _ => TorrentVersion.Hybrid };
            InfoHashes hashes = (await CreateAsync(content, version, row.GetProperty("piece_length").GetInt32())).Metainfo.Hashes;
            Assert.Equal((row.GetProperty("v1").GetString(), row.GetProperty("v2").GetString()), (hashes.V1?.ToString(), hashes.V2?.ToString()));
        }

        Assert.True(compared >= 9, $"{compared} torrents were compared.");
    }

    private static Task<CreatedTorrent> CreateAsync(string path, TorrentVersion version, int pieceLength = PieceLength, int threads = 0)
        => TorrentBuilder.CreateAsync(path, new CreateOptions { Version = version, PieceLength = pieceLength, Threads = threads }, cancellationToken: Cancellation);

    private static byte[] Padded(byte[] bytes, int pieceLength)
    {
        byte[] padded = new byte[(bytes.Length + pieceLength - 1) / pieceLength * pieceLength];
        bytes.CopyTo(padded, 0);
        return padded;
    }

    private static void Flip(string path, int offset)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x40));
    }

    private static Metainfo WithoutLayers(ReadOnlySpan<byte> torrent)
        => Metainfo.Load((byte[])[.. "d4:info"u8, .. Metainfo.Load(torrent.ToArray()).InfoBytes.Span, (byte)'e']);
}
