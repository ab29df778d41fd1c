using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;
using Freshet.IO.Hashing;
using Freshet.IO.Tests.Disk;

namespace Freshet.IO.Tests.Hashing;

public sealed class StoredPieceHasherTests
{
    // Every number of pieces that fills lanes in another way, lengths beyond the parts that are read in turn, and a last piece that is short.
    [Theory]
    [InlineData(16_384, 1)]
    [InlineData(16_384, 5)]
    [InlineData(16_384, 16)]
    [InlineData(16_384, 33)]
    [InlineData(65_536, 70)]
    [InlineData(1 << 20, 20)]
    [InlineData(1000, 100)]
    public void Any_number_of_pieces_of_any_length_has_the_digests_of_each_alone(int pieceLength, int pieces)
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(pieceLength, 3, ("a", pieceLength + 7), ("b", (long)(pieces - 1) * pieceLength), ("c", 333));
        torrent.WriteTo(folder.Path);
        StoredPiece[] answers = HashAll(torrent, folder.Path, out Watch watch);
        Assert.All(answers, (answer, i) => Assert.Equal(torrent.HashOf(new PieceIndex(i)), answer.Digest));
        Assert.Equal(torrent.Layout.TotalLength, watch.Done);
    }

    [Fact]
    public void Holes_are_data_too()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(65_536, 3, ("a", 40 * 65_536));
        torrent.Content.AsSpan(65_536, 38 * 65_536).Clear();
        using (FileStream file = File.Create(folder["a"]))
        {
            file.Write(torrent.Content.AsSpan(0, 65_536));
            file.Position = 39 * 65_536;
            file.Write(torrent.Content.AsSpan(39 * 65_536));
        }

        StoredPiece[] answers = HashAll(torrent, folder.Path, out _);
        Assert.All(answers, (answer, i) => Assert.Equal(Sha1.Hash(torrent.Piece(new PieceIndex(i))), answer.Digest));
    }

    // All of it among pieces that are hashed together, and long enough that what is missing comes in the order of the files.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Pieces_beside_a_missing_or_short_file_are_hashed_all_the_same(int scale)
    {
        using var folder = new TemporaryFolder();
        const int Length = 16_384;
        int gone = 10 * scale, cut = 15 * scale, last = 20 * scale, end = 32 * scale;
        var torrent = new SampleTorrent(Length, 5, ("first", gone * Length), ("gone", (cut - gone) * Length), ("short", (last - cut) * Length), ("last", (end - last) * Length));
        torrent.WriteTo(folder.Path);
        File.Delete(folder["gone"]);
        using (FileStream file = File.OpenWrite(folder["short"]))
            file.SetLength((2 * scale * Length) - 1);
        StoredPiece[] answers = HashAll(torrent, folder.Path, out Watch watch);
        for (int i = 0; i < end; i++)
        {
            if (i >= gone && i < cut)
                Assert.Equal(new FileIndex(1), answers[i].TooShort);
            else if (i >= cut + (2 * scale) - 1 && i < last)
                Assert.Equal(new FileIndex(2), answers[i].TooShort);
            else
                Assert.Equal(torrent.HashOf(new PieceIndex(i)), answers[i].Digest);
        }

        Assert.Equal(torrent.Layout.TotalLength, watch.Done);
    }

    [Fact]
    public void A_place_that_cannot_be_read_spoils_its_own_piece_alone()
    {
        var torrent = new SampleTorrent(16_384, 5, ("file", 64 * 16_384));
        using var storage = new DamagedStorage(torrent, damagedPiece: 20);
        StoredPiece[] answers = HashAll(torrent, storage, new Watch());
        Assert.Equal("a bad block", answers[20].Trouble?.Error.Message);
        Assert.All(Enumerable.Range(0, 64).Where(i => i != 20), i => Assert.Equal(torrent.HashOf(new PieceIndex(i)), answers[i].Digest));
    }

    [Fact]
    public void It_stops_within_a_part_and_what_it_gave_up_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(1 << 20, 5, ("file", 32 << 20));
        torrent.WriteTo(folder.Path);
        using ITorrentStorage storage = new FileStorage().Open(torrent.At(folder.Path));
        using var buffer = new ReadBuffer();
        using var hasher = new StoredPieceHasher(buffer);
        using var holder = new FileHolder(storage);
        var reader = new PieceReader(storage, torrent.Layout, holder);
        var answers = new StoredPiece[32];
        var watch = new Watch { Patience = 1 };
        Assert.False(hasher.Hash(new PieceRun(reader, new PieceIndex(0), answers, watch)));
        Assert.InRange(watch.Done, 1, 1 << 20);
        Assert.True(hasher.Hash(new PieceRun(reader, new PieceIndex(0), answers, new Watch())));
        Assert.All(answers, (answer, i) => Assert.Equal(torrent.HashOf(new PieceIndex(i)), answer.Digest));
    }

    private static StoredPiece[] HashAll(SampleTorrent torrent, string directory, out Watch watch)
    {
        using ITorrentStorage storage = new FileStorage().Open(torrent.At(directory));
        return HashAll(torrent, storage, watch = new Watch());
    }

    private static StoredPiece[] HashAll(SampleTorrent torrent, ITorrentStorage storage, Watch watch)
    {
        using var buffer = new ReadBuffer();
        using var hasher = new StoredPieceHasher(buffer);
        using var holder = new FileHolder(storage);
        var answers = new StoredPiece[torrent.Layout.PieceCount];
        Assert.True(hasher.Hash(new PieceRun(new PieceReader(storage, torrent.Layout, holder), new PieceIndex(0), answers, watch)));
        return answers;
    }

    private sealed class Watch : IHashWatch
    {
        /// <summary>After how many reports it gives up.</summary>
        public int Patience { get; set; } = int.MaxValue;

        public long Done { get; private set; }

        public bool IsCancelled => Patience <= 0;

        public void Advanced(long bytes)
        {
            Done += bytes;
            Patience--;
        }
    }

    private sealed class DamagedStorage(SampleTorrent torrent, int damagedPiece) : ITorrentStorage
    {
        public void Prepare(IReadOnlyList<bool>? wanted, bool allocate)
        {
        }

        public void Write(FileIndex file, long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public int Read(FileIndex file, long offset, Span<byte> bytes)
        {
            if (offset / torrent.Layout.PieceLength == damagedPiece)
                throw new StorageException(new DiskError(DiskErrorKind.Device, "file", "a bad block"));
            torrent.Content.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
            return bytes.Length;
        }

        public void Sync()
        {
        }

        public FileStamp[] Stamp() => [];

        public void Dispose()
        {
        }
    }
}
