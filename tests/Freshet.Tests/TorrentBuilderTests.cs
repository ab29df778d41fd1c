using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Tests;

public sealed class TorrentBuilderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task What_it_makes_of_any_tree_is_read_back_and_hashes_as_the_bytes_do(ulong seed)
    {
        var random = new SeededRandom(seed);
        SortedDictionary<string, byte[]> files = SampleTree.Random(random);
        string root = Write(files, "tree");
        int pieceLength = PieceLengths.Least << random.Next(4);
        CreatedTorrent created = await TorrentBuilder.CreateAsync(
            root, new CreateOptions { Version = TorrentVersion.V1, PieceLength = pieceLength, Threads = 1 + random.Next(3) }, cancellationToken: Cancellation);

        Metainfo metainfo = Metainfo.Load(created.Bytes);
        Assert.Equal("tree", metainfo.Name);
        Assert.Equal(files.Keys.Select(path => "tree/" + path), metainfo.Layout.Files.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal(files.Values.Select(bytes => (long)bytes.Length), metainfo.Layout.Files.Select(file => file.Length));
        byte[] all = [.. files.Values.SelectMany(bytes => bytes)];
        Assert.Equal(all.Chunk(pieceLength).SelectMany(SHA1.HashData), metainfo.PieceHashes.ToArray());
        Assert.True((await ContentVerifier.VerifyAsync(metainfo, root, cancellationToken: Cancellation)).IsOk);
    }

    [Fact]
    public async Task Long_pieces_are_hashed_in_parts_and_in_lanes_alike()
    {
        byte[] bytes = Bytes((18 * 2 << 20) + 12_345);
        string path = Write(new(StringComparer.Ordinal) { ["film.mkv"] = bytes }, "long");
        CreatedTorrent created = await TorrentBuilder.CreateAsync(Path.Combine(path, "film.mkv"), new CreateOptions { Version = TorrentVersion.V1, PieceLength = 2 << 20 }, cancellationToken: Cancellation);
        Assert.True(created.Metainfo.IsSingleFile);
        Assert.Equal(bytes.Chunk(2 << 20).SelectMany(SHA1.HashData), created.Metainfo.PieceHashes.ToArray());
    }

    [Fact]
    public async Task The_same_content_gives_the_same_bytes_whenever_and_in_whatever_order_it_was_written()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal) { ["b/x"] = Bytes(70_000), ["a"] = Bytes(5), ["b.txt"] = Bytes(1) };
        string first = Write(files, "one/same");
        string second = Path.Combine(_folder.Path, "two/same");
        foreach ((string path, byte[] bytes) in files.Reverse())
        {
            string place = Path.Combine(second, path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await File.WriteAllBytesAsync(place, bytes, Cancellation);
            File.SetLastWriteTimeUtc(place, DateTime.UnixEpoch);
        }

        CreatedTorrent a = await TorrentBuilder.CreateAsync(first, cancellationToken: Cancellation);
        CreatedTorrent b = await TorrentBuilder.CreateAsync(second + "/", new CreateOptions { Threads = 3 }, cancellationToken: Cancellation);
        Assert.Equal(a.Bytes.ToArray(), b.Bytes.ToArray());
        Assert.Null(a.Metainfo.CreationDate);
        Assert.Null(a.Metainfo.CreatedBy);
    }

    [Fact]
    public async Task Every_field_that_is_given_is_read_back()
    {
        string path = Write(new(StringComparer.Ordinal) { ["data.bin"] = Bytes(100_000) }, "fields");
        var date = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
        Metainfo metainfo = (await TorrentBuilder.CreateAsync(
            path,
            new CreateOptions
            {
                Name = "Ein schöner Name",
                Trackers = [[new("http://a.example/announce"), new("udp://b.example:1")], [new("https://c.example/x")]],
                WebSeeds = [new("https://seed.example/files/")],
                IsPrivate = true,
                Source = "SRC",
                Comment = "für alle",
                CreatedBy = "a test",
                CreationDate = date,
                PieceLength = 32768,
            },
            cancellationToken: Cancellation)).Metainfo;
        Assert.Equal("Ein schöner Name", metainfo.Name);
        Assert.Equal([["http://a.example/announce", "udp://b.example:1"], ["https://c.example/x"]], metainfo.Trackers);
        Assert.Equal(["https://seed.example/files/"], metainfo.UrlSeeds);
        Assert.True(metainfo.IsPrivate);
        Assert.Equal(("SRC", "für alle", "a test", date, 32768), (metainfo.Source, metainfo.Comment, metainfo.CreatedBy, metainfo.CreationDate, metainfo.Layout.PieceLength));
        Assert.Empty(metainfo.Warnings);
    }

    [Fact]
    public async Task A_public_torrent_has_a_magnet_link_and_a_private_one_none()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a b"] = Bytes(10) }, "m & n");
        var options = new CreateOptions { Version = TorrentVersion.V1, Trackers = [[new("http://t.example/announce?x=1")]] };
        CreatedTorrent created = await TorrentBuilder.CreateAsync(path, options, cancellationToken: Cancellation);
        Assert.Equal(
            $"magnet:?xt=urn:btih:{created.Metainfo.Hashes.V1}&dn=m%20%26%20n&xl=10&tr=http%3A%2F%2Ft.example%2Fannounce%3Fx%3D1", created.Magnet);
        Assert.Null((await TorrentBuilder.CreateAsync(path, options with { IsPrivate = true }, cancellationToken: Cancellation)).Magnet);
    }

    [Fact]
    public async Task What_systems_leave_behind_is_left_out_unless_it_is_selected()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a"] = [1], [".DS_Store"] = [2], ["s/Thumbs.db"] = [3], ["s/desktop.ini"] = [4], ["s/._a"] = [5], [".hidden"] = [6] }, "junk");
        Assert.Equal(["junk/.hidden", "junk/a"], await PathsAsync(path, null));
        Assert.Equal(6, (await PathsAsync(path, _ => true)).Length);
        Assert.Equal(["junk/s/Thumbs.db"], await PathsAsync(path, inside => inside == "s/Thumbs.db"));
    }

    [Fact]
    public async Task Links_and_pipes_are_left_out_and_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        string path = Write(new(StringComparer.Ordinal) { ["a"] = [1] }, "links");
        File.CreateSymbolicLink(Path.Combine(path, "to-file"), Path.Combine(path, "a"));
        Directory.CreateSymbolicLink(Path.Combine(path, "to-folder"), _folder.Path);
        System.Diagnostics.Process.Start("mkfifo", Path.Combine(path, "pipe")).WaitForExit();
        CreatedTorrent created = await TorrentBuilder.CreateAsync(path, cancellationToken: Cancellation);
        Assert.Equal(["links/a"], created.Metainfo.Layout.Files.Select(file => file.Path), StringComparer.Ordinal);
        Assert.Equal(["pipe", "to-file", "to-folder"], created.Skipped.Select(skipped => skipped.Path).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_path_itself_may_be_a_link_and_gives_its_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        string path = Write(new(StringComparer.Ordinal) { ["a"] = [1] }, "target");
        string link = Path.Combine(_folder.Path, "link");
        Directory.CreateSymbolicLink(link, path);
        Assert.Equal(["link/a"], await PathsAsync(link, null));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_hashed_is_an_error_and_no_torrent()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a"] = Bytes(3 << 20), ["b"] = Bytes(3 << 20) }, "changing");
        foreach (Action<string> change in (Action<string>[])[
            file => File.WriteAllBytes(file, [1, 2, 3]), file => File.AppendAllText(file, "more"), File.Delete,
            file => File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(1))])
        {
            await File.WriteAllBytesAsync(Path.Combine(path, "b"), Bytes(3 << 20), Cancellation);
            int told = 0;
            var progress = new Told(_ =>
            {
                if (Interlocked.Increment(ref told) == 1)
                    change(Path.Combine(path, "b"));
            });
            FreshetException error = await Assert.ThrowsAsync<FreshetException>(
                () => TorrentBuilder.CreateAsync(path, new CreateOptions { PieceLength = 1 << 20, Threads = 1 }, progress, Cancellation));
            Assert.Equal(FreshetError.Storage, error.Error);
            Assert.Contains("b: the file was changed while it was being read", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Progress_ends_at_the_whole()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a"] = Bytes(100_000), ["b"] = Bytes(1) }, "progress");
        long most = 0, total = 0;
        var progress = new Told(value =>
        {
            InterlockedMax(ref total, value.BytesTotal);
            InterlockedMax(ref most, value.BytesDone);
        });

        // Filler is hashed too.
        CreatedTorrent created = await TorrentBuilder.CreateAsync(path, null, progress, Cancellation);
        Assert.Equal((created.Metainfo.Layout.TotalLength, created.Metainfo.Layout.TotalLength), (total, most));
    }

    [Fact]
    public async Task It_can_be_cancelled_in_the_middle()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a"] = Bytes(8 << 20) }, "cancelled");
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => TorrentBuilder.CreateAsync(path, new CreateOptions { PieceLength = 1 << 20 }, new Told(_ => cancel.Cancel()), cancel.Token));
    }

    [Fact]
    public async Task Nothing_to_share_is_an_error()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName;
        string hollow = Write(new(StringComparer.Ordinal) { ["a"] = [], ["b"] = [] }, "hollow");
        Assert.Contains("no file", (await FailureAsync(empty)).Message, StringComparison.Ordinal);
        Assert.Contains("only empty files", (await FailureAsync(hollow)).Message, StringComparison.Ordinal);
        Assert.Contains("There is no file or folder", (await FailureAsync(Path.Combine(_folder.Path, "nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such names");
        string path = Write(new(StringComparer.Ordinal) { ["a"] = [1] }, "names");
        System.Diagnostics.Process.Start("sh", ["-c", $"printf x > \"{path}/$(printf '\\377')\""]).WaitForExit();
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(() => TorrentBuilder.CreateAsync(path, cancellationToken: Cancellation));
        Assert.Equal(FreshetError.Usage, error.Error);
        Assert.Contains("no valid text", error.Message, StringComparison.Ordinal);

        // .NET cannot name it to delete it.
        System.Diagnostics.Process.Start("rm", ["-r", path]).WaitForExit();
    }

    [Fact]
    public async Task What_no_program_would_read_is_refused_before_anything_is_hashed()
    {
        string deep = string.Concat(Enumerable.Repeat("d/", MetainfoLimits.MaxPathElements + 1)) + "file";
        string path = Write(new(StringComparer.Ordinal) { [deep] = [1] }, "deep");
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(
            () => TorrentBuilder.CreateAsync(path, null, new Told(_ => Assert.Fail("hashed")), Cancellation));
        Assert.Equal((FreshetError.Usage, TroubleCodes.ContentUnfit), (error.Error, error.Code));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(8192)]
    [InlineData(512 << 20)]
    public async Task A_piece_length_that_no_torrent_has_is_refused(int length)
        => await Assert.ThrowsAsync<ArgumentException>(() => TorrentBuilder.CreateAsync(_folder.Path, new CreateOptions { PieceLength = length }, cancellationToken: Cancellation));

    [Fact]
    public async Task It_is_saved_whole_and_never_over_another_unless_asked_to()
    {
        string path = Write(new(StringComparer.Ordinal) { ["a"] = [1] }, "saved");
        CreatedTorrent created = await TorrentBuilder.CreateAsync(path, cancellationToken: Cancellation);
        string torrent = Path.Combine(_folder.Path, "t.torrent");
        await File.WriteAllTextAsync(torrent, "precious", Cancellation);
        Assert.Equal(FreshetError.Conflict, (await Assert.ThrowsAsync<FreshetException>(() => created.SaveAsync(torrent, cancellationToken: Cancellation))).Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(torrent, Cancellation));
        await created.SaveAsync(torrent, overwrite: true, Cancellation);
        Assert.Equal(created.Bytes.ToArray(), await File.ReadAllBytesAsync(torrent, Cancellation));
        Assert.Equal(FreshetError.Storage, (await Assert.ThrowsAsync<FreshetException>(
            () => created.SaveAsync(Path.Combine(_folder.Path, "nowhere", "t"), cancellationToken: Cancellation))).Error);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    private async Task<FreshetException> FailureAsync(string path)
    {
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(() => TorrentBuilder.CreateAsync(path, cancellationToken: Cancellation));
        Assert.Equal(FreshetError.SourceUnreadable, error.Error);
        return error;
    }

    private static async Task<string[]> PathsAsync(string path, Func<string, bool>? select)
        => [.. (await TorrentBuilder.CreateAsync(path, new CreateOptions { Select = select }, cancellationToken: Cancellation)).Metainfo.Layout.Files.Where(file => file.IsStored).Select(file => file.Path)];

    private string Write(SortedDictionary<string, byte[]> files, string name) => SampleTree.Write(files, Path.Combine(_folder.Path, name));

    private static byte[] Bytes(int length) => SampleTree.Bytes(length, new SeededRandom((ulong)length));

    private static void InterlockedMax(ref long place, long value)
    {
        long before = Volatile.Read(ref place);
        while (value > before)
        {
            long seen = Interlocked.CompareExchange(ref place, value, before);
            if (seen == before)
                return;
            before = seen;
        }
    }

    private sealed class Told(Action<CreateProgress> told) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value) => told(value);
    }
}
