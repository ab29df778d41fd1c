using Freshet.Core;
using Freshet.IO.Hashing;
using Freshet.IO.Tests.Disk;

namespace Freshet.IO.Tests.Hashing;

public sealed class ContentCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Whole_content_is_complete_and_progress_reaches_its_end(int threads)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder.Path);
        long most = 0;
        ContentReport report = new ContentCheck(torrent.At(folder.Path), progress: done => InterlockedMax(ref most, done))
            .Run(threads, TestContext.Current.CancellationToken);
        Assert.True(report.IsComplete);
        Assert.Equal(torrent.Layout.TotalLength, most);
    }

    [Fact]
    public void Each_file_has_its_verdict()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder.Path);
        File.Delete(folder["t/empty at the end"]);
        File.Delete(folder["t/one"]);
        using (FileStream file = File.OpenWrite(folder["t/a/long"]))
            file.SetLength(200_000);
        using (FileStream file = File.OpenWrite(folder["t/last"]))
            file.SetLength(100_001);
        ContentReport report = new ContentCheck(torrent.At(folder.Path)).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.False(report.IsComplete);
        var verdicts = report.Files.ToDictionary(file => file.File.Path, file => file.Condition, StringComparer.Ordinal);
        Assert.Equal(FileCondition.Missing, verdicts["t/empty at the end"]);
        Assert.Equal(FileCondition.Missing, verdicts["t/one"]);
        Assert.Equal(FileCondition.Damaged, verdicts["t/a/b/c/deep"]);
        Assert.Equal(FileCondition.TooShort, verdicts["t/a/long"]);
        Assert.Equal(FileCondition.TooLong, verdicts["t/last"]);
        Assert.Equal(FileCondition.Good, verdicts["t/empty at the start"]);
        FileReport last = report.Files.Single(file => file.Condition == FileCondition.TooLong);
        Assert.Equal((last.Pieces - 1, 3), (last.GoodPieces, last.Pieces));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_all_missing()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        ContentReport report = new ContentCheck(torrent.At(folder["no/such"])).Run(cancellation: TestContext.Current.CancellationToken);

        // Two pieces are filler alone: nothing of them is ever stored, and they are right.
        Assert.Equal(2, report.Good.Count);
        Assert.All(report.Files.Where(file => file.File.IsStored), file => Assert.Equal(FileCondition.Missing, file.Condition));
        Assert.False(Directory.Exists(folder["no"]));
    }

    // Pieces longer than the read buffer, and many pieces to a buffer.
    [Theory]
    [InlineData(16_384)]
    [InlineData(4 << 20)]
    public void Pieces_of_any_length_are_checked_one_by_one(int pieceLength)
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(pieceLength, 4, ("a", 5_000_000), ("b", 7_000_001));
        torrent.WriteTo(folder.Path);
        var wrong = new PieceIndex(1);
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        bytes[torrent.Layout.OffsetOf(wrong) + 9] ^= 1;
        File.WriteAllBytes(folder["a"], bytes);
        Bitfield good = new ContentCheck(torrent.At(folder.Path)).Run(cancellation: TestContext.Current.CancellationToken).Good;
        Assert.Equal(torrent.Layout.PieceCount - 1, good.Count);
        Assert.False(good[wrong]);
    }

    [Fact]
    public void It_can_be_cancelled()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        Assert.Throws<OperationCanceledException>(() => new ContentCheck(torrent.At(folder.Path)).Run(0, new CancellationToken(canceled: true)));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        long seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}
