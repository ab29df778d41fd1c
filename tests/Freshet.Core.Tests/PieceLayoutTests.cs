namespace Freshet.Core.Tests;

public sealed class PieceLayoutTests
{
    [Fact]
    public void In_v2_every_file_ends_in_a_short_piece()
    {
        PieceLayout layout = PieceLayout.StartingPiecesAtFiles(Files(40_000, 0, 16_384, 5), 16_384);
        Assert.Equal(5, layout.PieceCount);
        Assert.Equal([16_384, 16_384, 7_232, 16_384, 5], Enumerable.Range(0, 5).Select(piece => layout.LengthOf(new PieceIndex(piece))));
        Assert.Equal((new PieceIndex(3), new PieceIndex(3)), layout.PiecesOf(new FileIndex(2)));
        (PieceIndex first, PieceIndex last) = layout.PiecesOf(new FileIndex(1));
        Assert.True(first.Value > last.Value);
        Assert.True(layout.StartsPiecesAtFiles);
        Assert.Equal(56_389, layout.TotalLength);
    }

    [Fact]
    public void Blocks_at_a_pieces_end_that_are_filler_alone_are_not_data()
    {
        const int Block = BlockRange.BlockLength;
        (long Length, bool IsPad)[] lengths = [(700, false), ((4 * Block) - 700, true), (6 * Block, false), (2 * Block, true), (Block + 1, false)];
        long offset = 0;
        var files = new FileEntry[lengths.Length];
        for (int i = 0; i < files.Length; offset += lengths[i++].Length)
        {
            files[i] = new FileEntry
            {
                Index = new FileIndex(i),
                Path = $"{i}",
                OriginalPath = $"{i}",
                Length = lengths[i].Length,
                Offset = offset,
                Attributes = lengths[i].IsPad ? FileAttributesBep47.Pad : default,
                PiecesRoot = lengths[i].IsPad ? null : MerkleTree.Leaf([1]),
            };
        }

        Assert.Equal([1, 4, 2, 2], DataBlocks(new PieceLayout(files, 4 * Block)));

        // Without trees nobody vouches for where filler lies.
        Assert.Equal([4, 4, 4, 2], DataBlocks(new PieceLayout([.. files.Select(file => file with { PiecesRoot = null })], 4 * Block)));

        static IEnumerable<int> DataBlocks(PieceLayout layout) => Enumerable.Range(0, layout.PieceCount).Select(piece => layout.DataBlocksIn(new PieceIndex(piece)));
    }

    [Fact]
    public void Look_ups_agree_with_the_bytes_in_any_layout()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new SeededRandom(seed);
            long[] lengths = [.. Enumerable.Range(0, 1 + random.Next(12)).Select(_ => random.Chance(0.3) ? 0L : random.Next(100))];
            int pieceLength = 1 + random.Next(40);
            FileEntry[] files = Files(lengths);
            bool startAtFiles = random.Chance(0.5);
            PieceLayout layout = startAtFiles ? PieceLayout.StartingPiecesAtFiles(files, pieceLength) : new PieceLayout(files, pieceLength);
            try
            {
                CheckAgainstBytes(layout, startAtFiles);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    [Fact]
    public void Look_ups_allocate_nothing()
    {
        PieceLayout layout = PieceLayout.StartingPiecesAtFiles(Files(40_000, 0, 16_384, 5), 16_384);
        Walk(layout);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk(layout);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Positions_outside_are_refused()
    {
        PieceLayout layout = PieceLayout.StartingPiecesAtFiles(Files(10), 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.LengthOf(new PieceIndex(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.PieceAt(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.PieceAt(-1));
        Assert.False(layout.Contains(new BlockRange(new PieceIndex(2), 0, 3)));
        Assert.True(layout.Contains(new BlockRange(new PieceIndex(2), 0, 2)));
    }

    // Goes through the torrent byte by byte, with the file and piece that each byte belongs to by definition.
    private static void CheckAgainstBytes(PieceLayout layout, bool startAtFiles)
    {
        int piece = -1;
        int inPiece = layout.PieceLength;
        var lengths = new List<int>();
        foreach (FileEntry file in layout.Files)
        {
            if (startAtFiles)
                inPiece = layout.PieceLength;
            for (long offset = 0; offset < file.Length; offset++)
            {
                if (inPiece == layout.PieceLength)
                {
                    piece++;
                    inPiece = 0;
                    lengths.Add(0);
                    Assert.Equal(file.Offset + offset, layout.OffsetOf(new PieceIndex(piece)));
                }

                Assert.Equal(piece, layout.PieceAt(file.Offset + offset).Value);
                Assert.Equal(file.Index, layout.FileAt(file.Offset + offset));
                Assert.InRange(piece, layout.PiecesOf(file.Index).First.Value, layout.PiecesOf(file.Index).Last.Value);
                lengths[piece] = ++inPiece;
            }
        }

        Assert.Equal(lengths.Count, layout.PieceCount);
        for (int i = 0; i < lengths.Count; i++)
        {
            Assert.Equal(lengths[i], layout.LengthOf(new PieceIndex(i)));
            long next = layout.OffsetOf(new PieceIndex(i));
            foreach (FileSlice slice in layout.Slices(new PieceIndex(i), 0, lengths[i]))
            {
                Assert.Equal(next, layout.Files[slice.File.Value].Offset + slice.Offset);
                next += slice.Length;
            }

            Assert.Equal(layout.OffsetOf(new PieceIndex(i)) + lengths[i], next);
        }
    }

    private static int Walk(PieceLayout layout)
    {
        int sum = 0;
        for (int i = 0; i < layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            sum += layout.PieceAt(layout.OffsetOf(piece)).Value + layout.BlocksIn(piece) + layout.Block(piece, 0).Length;
            foreach (FileSlice slice in layout.Slices(piece, 0, layout.LengthOf(piece)))
                sum += slice.Length;
        }

        return sum;
    }

    private static FileEntry[] Files(params long[] lengths)
    {
        long offset = 0;
        return [.. lengths.Select((length, i) =>
        {
            var file = new FileEntry { Index = new FileIndex(i), Path = $"{i}", OriginalPath = $"{i}", Length = length, Offset = offset };
            offset += length;
            return file;
        })];
    }
}
