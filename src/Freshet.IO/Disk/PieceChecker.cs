using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>Reads pieces from disk in long runs and says which are right. One thread has it at a time.</summary>
internal sealed unsafe class PieceChecker : IDisposable
{
    /// <summary>Long enough that system calls and seeks do not count, short enough to stay in a core's cache.</summary>
    private const int RunLength = 1024 * 1024;

    private readonly RunningSha1 _hash = new();
    private byte* _buffer;

    private Span<byte> Buffer
    {
        get
        {
            if (_buffer is null)
                _buffer = (byte*)NativeMemory.AlignedAlloc(RunLength, 4096);
            return new Span<byte>(_buffer, RunLength);
        }
    }

    /// <summary>Checks consecutive pieces.</summary>
    /// <param name="location">Whose pieces.</param>
    /// <param name="storage">Their files.</param>
    /// <param name="first">The first piece.</param>
    /// <param name="good">One place a piece, all set.</param>
    public void Check(StorageLocation location, ITorrentStorage storage, PieceIndex first, Span<bool> good)
    {
        var reader = new PieceReader(storage, location.Layout);
        for (int i = 0; i < good.Length;)
        {
            var piece = new PieceIndex(first.Value + i);
            int count = PiecesInRun(location.Layout, piece, good.Length - i, out int length);
            if (count > 0 && reader.TryFill(piece, 0, Buffer[..length], out _))
                HashRun(location, piece, good.Slice(i, count));
            else
                good[i..(i + (count = 1))].Fill(IsRight(location, reader, piece));
            i += count;
        }
    }

    /// <summary>Adds bytes that are on disk to a running hash.</summary>
    /// <returns>False where a file ends too soon; what came before is in.</returns>
    public bool TryAppend(PieceReader reader, PieceIndex piece, int offset, int length, RunningSha1 hash, out FileIndex tooShort)
    {
        tooShort = default;
        while (length > 0)
        {
            Span<byte> run = Buffer[..Math.Min(RunLength, length)];
            if (!reader.TryFill(piece, offset, run, out tooShort))
                return false;
            hash.Append(run);
            offset += run.Length;
            length -= run.Length;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
    }

    // How many whole pieces from here on fit the buffer and follow one another without a gap.
    private static int PiecesInRun(PieceLayout layout, PieceIndex first, int most, out int length)
    {
        length = 0;
        int count = 0;
        while (count < most)
        {
            var piece = new PieceIndex(first.Value + count);
            int pieceLength = layout.LengthOf(piece);
            if (pieceLength > RunLength - length || layout.OffsetOf(piece) != layout.OffsetOf(first) + length)
                break;
            length += pieceLength;
            count++;
        }

        return count;
    }

    private static Sha1Hash Expected(StorageLocation location, PieceIndex piece)
        => new(location.PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length));

    private void HashRun(StorageLocation location, PieceIndex first, Span<bool> good)
    {
        int offset = 0;
        for (int i = 0; i < good.Length; i++)
        {
            var piece = new PieceIndex(first.Value + i);
            int length = location.Layout.LengthOf(piece);
            good[i] = Sha1.Hash(Buffer.Slice(offset, length)) == Expected(location, piece);
            offset += length;
        }
    }

    private bool IsRight(StorageLocation location, PieceReader reader, PieceIndex piece)
    {
        bool whole = TryAppend(reader, piece, 0, location.Layout.LengthOf(piece), _hash, out _);
        return _hash.Finish() == Expected(location, piece) && whole;
    }
}
