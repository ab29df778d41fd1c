using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes sixteen consecutive pieces: together in the lanes of <see cref="Sha1Lanes"/> where the processor has them and the pieces are whole, one after
/// another elsewhere. One thread has it.
/// </summary>
internal sealed unsafe class PieceBatch(PieceLayout layout, ITorrentStorage storage, Action<long> progress, CancellationToken cancellation) : IDisposable
{
    /// <summary>The pieces of a batch: one a lane.</summary>
    public const int Pieces = Sha1Lanes.Count;

    /// <summary>What is read at once: enough that system calls and seeks do not count, also where sixteen pieces are read in turn.</summary>
    private const int RunLength = 1024 * 1024;

    // Fewer lanes that do work are slower than one piece after another.
    private const int LeastLanes = 10;

    private readonly PieceReader _reader = new(storage, layout);
    private readonly RunningSha1 _running = new();
    private readonly byte* _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)Pieces * RunLength, 4096);
    private readonly Sha1Lanes? _lanes = Sha1Lanes.IsSupported ? new Sha1Lanes() : null;

    /// <summary>The error of a file that is no more what it was when its length was taken.</summary>
    public static StorageException Changed(string path)
        => new(new DiskError(DiskErrorKind.Blocked, path, "the file was changed while it was being read"));

    /// <summary>Hashes consecutive pieces.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="hashes">20 bytes for each, at most sixteen.</param>
    public void Hash(PieceIndex first, Span<byte> hashes)
    {
        int count = hashes.Length / Sha1Hash.Length;
        int whole = layout.LengthOf(new PieceIndex(first.Value + count - 1)) == layout.PieceLength ? count : count - 1;
        int done = 0;
        if (_lanes is not null && whole >= LeastLanes && layout.PieceLength % 64 == 0)
        {
            Span<byte> digests = stackalloc byte[Pieces * Sha1Hash.Length];
            HashTogether(first, whole, digests);
            digests[..(whole * Sha1Hash.Length)].CopyTo(hashes);
            done = whole;
        }

        for (; done < count; done++)
            HashAlone(new PieceIndex(first.Value + done)).Bytes.CopyTo(hashes[(done * Sha1Hash.Length)..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_buffer);
        _running.Dispose();
        _lanes?.Dispose();
    }

    // Short pieces come in one run of memory in a few reads; of long ones a part of each in turn.
    private void HashTogether(PieceIndex first, int count, Span<byte> digests)
    {
        int part = Math.Min(RunLength, layout.PieceLength);
        for (int offset = 0; offset < layout.PieceLength; offset += part)
        {
            if (part == layout.PieceLength)
                ReadPieces(first, count);
            else
                ReadParts(first, count, offset, part);
            _lanes!.Append(_buffer, part, part);
            progress((long)part * count);
        }

        _lanes!.Finish(digests);
    }

    private void ReadPieces(PieceIndex first, int count)
    {
        int perRead = Math.Max(1, RunLength / layout.PieceLength);
        for (int i = 0; i < count; i += perRead)
        {
            int pieces = Math.Min(perRead, count - i);
            Read(new PieceIndex(first.Value + i), 0, new Span<byte>(_buffer + ((nint)i * layout.PieceLength), pieces * layout.PieceLength));
        }
    }

    private void ReadParts(PieceIndex first, int count, int offset, int part)
    {
        for (int i = 0; i < count; i++)
            Read(new PieceIndex(first.Value + i), offset, new Span<byte>(_buffer + ((nint)i * part), part));
    }

    private Sha1Hash HashAlone(PieceIndex piece)
    {
        int length = layout.LengthOf(piece);
        for (int offset = 0; offset < length; offset += RunLength)
        {
            var run = new Span<byte>(_buffer, Math.Min(RunLength, length - offset));
            Read(piece, offset, run);
            _running.Append(run);
            progress(run.Length);
        }

        return _running.Finish();
    }

    private void Read(PieceIndex piece, int offset, Span<byte> bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_reader.TryFill(piece, offset, bytes, out FileIndex tooShort))
            throw Changed(layout.Files[tooShort.Value].Path);
    }
}
