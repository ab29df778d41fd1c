using System.Runtime.ExceptionServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Reads content and hashes its pieces, on all cores: what a new torrent is made of.</summary>
public sealed class ContentHasher
{
    private readonly StorageLocation _location;
    private readonly FileStamp[] _stamps;
    private readonly IStorage _storage;
    private readonly Action<long>? _progress;
    private readonly byte[] _hashes;

    /// <summary>Names what is to be hashed.</summary>
    /// <param name="location">The files and where they lie.</param>
    /// <param name="stamps">How each file looked when its length was taken.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="progress">Told, from any of the threads, the bytes hashed so far.</param>
    public ContentHasher(StorageLocation location, FileStamp[] stamps, IStorage? storage = null, Action<long>? progress = null)
    {
        _location = location;
        _stamps = stamps;
        _storage = storage ?? new FileStorage();
        _progress = progress;
        _hashes = new byte[location.Layout.PieceCount * Sha1Hash.Length];
    }

    /// <summary>Hashes everything; returns when it is done. Call it once.</summary>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="cancellation">Ends it after what is being read.</param>
    /// <returns>The SHA-1 of every piece, 20 bytes each.</returns>
    /// <exception cref="StorageException">A file cannot be read, or is not what it was when its length was taken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public byte[] Run(int threads = 0, CancellationToken cancellation = default)
    {
        using ITorrentStorage files = _storage.Open(_location);
        new PieceCrew(_location, _progress, cancellation).Run(files, threads, Keep);
        DemandUnchanged(files);
        return _hashes;
    }

    private void Keep(PieceIndex first, ReadOnlySpan<StoredPiece> pieces)
    {
        Span<byte> place = _hashes.AsSpan(first.Value * Sha1Hash.Length);
        foreach (ref readonly StoredPiece piece in pieces)
        {
            if (piece.Trouble is { } trouble)
                ExceptionDispatchInfo.Throw(trouble);
            if (piece.TooShort is { } file)
                throw Changed(file.Value);
            piece.Digest.Bytes.CopyTo(place);
            place = place[Sha1Hash.Length..];
        }
    }

    // Whoever wrote to a file meanwhile would get a torrent that nobody can complete.
    private void DemandUnchanged(ITorrentStorage files)
    {
        FileStamp[] now = files.Stamp();
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] != _stamps[i])
                throw Changed(i);
        }
    }

    private StorageException Changed(int file)
        => new(new DiskError(DiskErrorKind.Blocked, _location.Layout.Files[file].Path, "the file was changed while it was being read"));
}
