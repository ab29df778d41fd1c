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
    private readonly PieceSides _sides;
    private readonly byte[] _hashes;
    private readonly byte[] _roots;

    /// <summary>Names what is to be hashed.</summary>
    /// <param name="location">The files and where they lie.</param>
    /// <param name="version">Which hashes are wanted; with a v2 side files start pieces.</param>
    /// <param name="stamps">How each file looked when its length was taken; filler has none.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="progress">Told, from any of the threads, the bytes hashed so far.</param>
    public ContentHasher(StorageLocation location, TorrentVersion version, FileStamp[] stamps, IStorage? storage = null, Action<long>? progress = null)
    {
        _location = location;
        _stamps = stamps;
        _storage = storage ?? new FileStorage();
        _progress = progress;
        _sides = new PieceSides(version == TorrentVersion.V1 ? null : new PieceTrees(location.Layout), version == TorrentVersion.V2);
        _hashes = new byte[_sides.HasV1 ? location.Layout.PieceCount * Sha1Hash.Length : 0];
        _roots = new byte[_sides.Trees is null ? 0 : location.Layout.PieceCount * Sha256Hash.Length];
    }

    /// <summary>Hashes everything; returns when it is done. Call it once.</summary>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="cancellation">Ends it after what is being read.</param>
    /// <exception cref="StorageException">A file cannot be read, or is not what it was when its length was taken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ContentHashes Run(int threads = 0, CancellationToken cancellation = default)
    {
        using ITorrentStorage files = _storage.Open(_location);
        new PieceCrew(_location, _sides, _progress, cancellation).Run(files, threads, Keep);
        DemandUnchanged(files);
        return new ContentHashes(_location.Layout, _hashes, _roots);
    }

    private void Keep(PieceIndex first, ReadOnlySpan<StoredPiece> pieces)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            ref readonly StoredPiece piece = ref pieces[i];
            if (piece.Trouble is { } trouble)
                ExceptionDispatchInfo.Throw(trouble);
            if (piece.TooShort is { } file)
                throw Changed(file.Value);
            if (_sides.HasV1)
                piece.Digest.Bytes.CopyTo(_hashes.AsSpan((first.Value + i) * Sha1Hash.Length));
            if (_sides.Trees is not null)
                piece.Root.Bytes.CopyTo(_roots.AsSpan((first.Value + i) * Sha256Hash.Length));
        }
    }

    // Whoever wrote to a file meanwhile would get a torrent that nobody can complete.
    private void DemandUnchanged(ITorrentStorage files)
    {
        FileStamp[] now = files.Stamp();
        int next = 0;
        foreach (FileEntry file in _location.Layout.Files)
        {
            if (file.IsStored && now[file.Index.Value] != _stamps[next++])
                throw Changed(file.Index.Value);
        }
    }

    private StorageException Changed(int file)
        => new(new DiskError(DiskErrorKind.Blocked, _location.Layout.Files[file].Path, "the file was changed while it was being read"));
}
