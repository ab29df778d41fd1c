namespace Freshet.Core;

/// <summary>
/// Where pieces and files lie: the length of every piece and block, and the files that a run of bytes falls into. In a v2-only torrent
/// every file starts a piece and ends in a short one (BEP 52); in v1 and hybrid only the last piece is short. Nothing else computes
/// lengths or offsets.
/// </summary>
public sealed class PieceLayout
{
    private readonly FileEntry[] _files;

    // Only where files start pieces: the first byte of every piece, and the end of the last.
    private readonly long[]? _offsets;

    /// <summary>Lays a v1 (or hybrid) torrent out: pieces run through all files.</summary>
    /// <param name="files">All files in order, pad files too; their offsets follow one another without a gap.</param>
    /// <param name="pieceLength">The nominal length of a piece in bytes.</param>
    public PieceLayout(IReadOnlyList<FileEntry> files, int pieceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        _files = [.. files];
        PieceLength = pieceLength;
        TotalLength = _files.Length == 0 ? 0 : _files[^1].Offset + _files[^1].Length;
        PieceCount = checked((int)((TotalLength + pieceLength - 1) / pieceLength));
    }

    private PieceLayout(FileEntry[] files, int pieceLength, long[] offsets)
    {
        _files = files;
        _offsets = offsets;
        PieceLength = pieceLength;
        TotalLength = offsets[^1];
        PieceCount = offsets.Length - 1;
    }

    /// <summary>All files in order.</summary>
    public IReadOnlyList<FileEntry> Files => _files;

    /// <summary>The nominal length of a piece in bytes.</summary>
    public int PieceLength { get; }

    /// <summary>The number of pieces.</summary>
    public int PieceCount { get; }

    /// <summary>All bytes, filler counted.</summary>
    public long TotalLength { get; }

    /// <summary>Whether every file starts a piece and ends one, as in v2-only torrents.</summary>
    public bool StartsPiecesAtFiles => _offsets is not null;

    /// <summary>Lays a v2-only torrent out: every file that is not empty starts a piece and ends in one that may be short (BEP 52).</summary>
    /// <param name="files">All files in order; their offsets follow one another without a gap.</param>
    /// <param name="pieceLength">The nominal length of a piece in bytes.</param>
    public static PieceLayout StartingPiecesAtFiles(IReadOnlyList<FileEntry> files, int pieceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        FileEntry[] all = [.. files];
        long count = 0;
        foreach (FileEntry file in all)
            count += (file.Length + pieceLength - 1) / pieceLength;

        long[] offsets = new long[checked((int)count + 1)];
        int piece = 0;
        foreach (FileEntry file in all)
        {
            for (long start = 0; start < file.Length; start += pieceLength)
                offsets[piece++] = file.Offset + start;
        }

        offsets[piece] = all.Length == 0 ? 0 : all[^1].Offset + all[^1].Length;
        return new PieceLayout(all, pieceLength, offsets);
    }

    /// <summary>The length of a piece in bytes.</summary>
    public int LengthOf(PieceIndex piece)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece.Value, (uint)PieceCount, nameof(piece));
        return _offsets is null
            ? (int)Math.Min(PieceLength, TotalLength - OffsetOf(piece))
            : (int)(_offsets[piece.Value + 1] - _offsets[piece.Value]);
    }

    /// <summary>The first byte of a piece in the torrent's byte stream.</summary>
    public long OffsetOf(PieceIndex piece) => _offsets is null ? (long)piece.Value * PieceLength : _offsets[piece.Value];

    /// <summary>The piece that holds the byte at this offset of the torrent's byte stream.</summary>
    public PieceIndex PieceAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)offset, (ulong)TotalLength, nameof(offset));
        if (_offsets is null)
            return new PieceIndex((int)(offset / PieceLength));
        int found = Array.BinarySearch(_offsets, offset);
        return new PieceIndex(found >= 0 ? found : ~found - 1);
    }

    /// <summary>The number of blocks in a piece.</summary>
    public int BlocksIn(PieceIndex piece) => (LengthOf(piece) + BlockRange.BlockLength - 1) / BlockRange.BlockLength;

    /// <summary>
    /// The blocks of a piece that are fetched and kept: all but those at its end that are filler alone, which a hybrid has behind a file's last bytes. At least one; whoever asks for
    /// the others gets zeros.
    /// </summary>
    public int DataBlocksIn(PieceIndex piece)
    {
        // Only where a file has a tree is it certain that nothing but filler follows it in its last piece (BEP 52).
        FileEntry file = _files[FileAt(OffsetOf(piece)).Value];
        if (file.PiecesRoot is null)
            return BlocksIn(piece);
        long data = Math.Min(LengthOf(piece), file.Offset + file.Length - OffsetOf(piece));
        return (int)((data + BlockRange.BlockLength - 1) / BlockRange.BlockLength);
    }

    /// <summary>The range of a block in a piece: 16 KiB, or what is left at the piece's end.</summary>
    public BlockRange Block(PieceIndex piece, int block)
    {
        int offset = block * BlockRange.BlockLength;
        int length = Math.Min(BlockRange.BlockLength, LengthOf(piece) - offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(block));
        return new BlockRange(piece, offset, length);
    }

    /// <summary>Whether a range lies wholly inside its piece and has at least one byte.</summary>
    public bool Contains(BlockRange range)
        => (uint)range.Piece.Value < (uint)PieceCount && range.Offset >= 0 && range.Length > 0
            && (long)range.Offset + range.Length <= LengthOf(range.Piece);

    /// <summary>The first and last piece that a file touches; <c>First &gt; Last</c> for an empty file.</summary>
    public (PieceIndex First, PieceIndex Last) PiecesOf(FileIndex file)
    {
        FileEntry entry = _files[file.Value];
        return entry.Length == 0
            ? (new PieceIndex(1), new PieceIndex(0))
            : (PieceAt(entry.Offset), PieceAt(entry.Offset + entry.Length - 1));
    }

    /// <summary>The slices of files that a run of bytes falls into, in order, filler included, empty files left out.</summary>
    public SliceEnumerator Slices(PieceIndex piece, int offset, int length) => new(this, OffsetOf(piece) + offset, length);

    /// <summary>The file that holds the byte at this offset of the torrent's byte stream.</summary>
    public FileIndex FileAt(long offset)
    {
        // The last file that starts at or before the offset and is not empty: O(log n).
        int low = 0;
        int high = _files.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_files[middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return new FileIndex(low);
    }

    /// <summary>Walks the slices of a run of bytes without allocating.</summary>
    public struct SliceEnumerator
    {
        private readonly PieceLayout _layout;
        private long _offset;
        private int _left;
        private int _file;

        internal SliceEnumerator(PieceLayout layout, long offset, int length)
        {
            _layout = layout;
            _offset = offset;
            _left = length;
            _file = length > 0 ? layout.FileAt(offset).Value : 0;
        }

        /// <summary>The slice that the walk is at.</summary>
        public FileSlice Current { get; private set; }

        /// <summary>This walk, so that <c>foreach</c> takes it.</summary>
        public readonly SliceEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next slice.</summary>
        public bool MoveNext()
        {
            while (_left > 0)
            {
                FileEntry file = _layout._files[_file];
                long inFile = _offset - file.Offset;
                int length = (int)Math.Min(_left, file.Length - inFile);
                if (length > 0)
                {
                    Current = new FileSlice(file.Index, inFile, length);
                    _offset += length;
                    _left -= length;
                    return true;
                }

                _file++;
            }

            return false;
        }
    }
}
