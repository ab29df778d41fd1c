using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// Where payload is kept: folders of the file system by default, or whatever an embedder brings. Called from several workers at once and synchronous on
/// purpose: a worker has nothing else to do while it waits. Trouble is thrown as <see cref="StorageException"/>.
/// </summary>
public interface IStorage
{
    /// <summary>Opens a torrent's data; creates nothing yet.</summary>
    ITorrentStorage Open(StorageLocation location);
}

/// <summary>The files of one torrent. Pad files and links are never asked for.</summary>
public interface ITorrentStorage : IDisposable
{
    /// <summary>
    /// Says which files are wanted from now on, and makes the empty ones of these with their folders. Called at the start and whenever the choice changes; nothing else is
    /// asked of this storage meanwhile. Bytes of unwanted files come too, where a piece has bytes of wanted ones beside them: keep them where you like, but do not make such a file,
    /// and bring them to the file when it is wanted.
    /// </summary>
    /// <param name="wanted">By file index; null: all.</param>
    /// <param name="allocate">Whether to reserve the full space of the wanted files.</param>
    void Prepare(IReadOnlyList<bool>? wanted, bool allocate);

    /// <summary>Writes all bytes at an offset of a file.</summary>
    void Write(FileIndex file, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads up to all bytes at an offset of a file; less only at the file's present end, 0 where there is no file.</summary>
    int Read(FileIndex file, long offset, Span<byte> bytes);

    /// <summary>Brings what was written to the device; returns only when it is there.</summary>
    void Sync();

    /// <summary>
    /// How each file looks, by index; pad files as <see cref="FileStamp.Missing"/>. The first call of an open storage, and any after <see cref="Prepare"/>, says how all of them look now; a later one at
    /// least how those do that were written since. One more where bytes of unwanted files are kept in a file of their own (<see cref="StorageLocation.PartFile"/>) and that is there: how it looks.
    /// </summary>
    FileStamp[] Stamp();
}

/// <summary>Trouble in a storage; becomes a <see cref="DiskError"/> value at the worker.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Says what went wrong and where.</summary>
    public StorageException(DiskError error)
        : base($"{error.Path}: {error.Message}") => Error = error;

    /// <summary>What went wrong and where.</summary>
    public DiskError Error { get; }
}
