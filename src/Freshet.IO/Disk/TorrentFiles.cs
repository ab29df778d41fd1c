using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>
/// One torrent's files. A file comes into being when its first byte is written (empty ones and reserved ones at once), so what was not
/// selected leaves no trace.
/// </summary>
internal sealed class TorrentFiles : IGatheringStorage, ICachedStorage
{
    private readonly StorageLocation _location;
    private readonly Folder _folder;
    private readonly FileHandleCache _handles;
    private readonly Func<FileHandleCache.Key, PayloadFile?> _opener;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _unsynced = [];

    public TorrentFiles(StorageLocation location, Folder folder, FileHandleCache handles)
    {
        _location = location;
        _folder = folder;
        _handles = handles;
        _opener = Open;
    }

    private IReadOnlyList<FileEntry> Files => _location.Layout.Files;

    /// <inheritdoc/>
    public void Prepare(bool allocate)
    {
        foreach (FileEntry file in Files)
        {
            if (!file.IsStored || !_location.Wants(file.Index))
                continue;
            if (file.Length > 0 && !allocate)
                continue;
            FileHandleCache.Entry entry = Acquire(file.Index, write: true)!;
            try
            {
                if (file.Length > 0)
                    entry.File!.Allocate(file.Length);
            }
            finally
            {
                _handles.Release(entry);
            }
        }
    }

    /// <inheritdoc/>
    public void Write(FileIndex file, long offset, ReadOnlySpan<byte> bytes)
    {
        FileHandleCache.Entry entry = Acquire(file, write: true)!;
        try
        {
            entry.File!.Write(bytes, offset);
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <inheritdoc/>
    public void Write(FileIndex file, long offset, Span<IoVector> runs)
    {
        FileHandleCache.Entry entry = Acquire(file, write: true)!;
        try
        {
            entry.File!.Write(runs, offset);
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <inheritdoc/>
    public int Read(FileIndex file, long offset, Span<byte> bytes)
    {
        FileHandleCache.Entry? entry = Acquire(file, write: false);
        if (entry is null)
            return 0;
        try
        {
            return entry.File!.Read(bytes, offset);
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <inheritdoc/>
    public int ReadCached(FileIndex file, long offset, ReadOnlySpan<IoVector> runs)
    {
        if (_handles.AcquireOpen(new FileHandleCache.Key(this, file.Value, Write: false)) is not { } entry)
            return 0;
        try
        {
            return entry.File!.ReadCached(runs, offset);
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        int[] unsynced;
        lock (_gate)
        {
            unsynced = [.. _unsynced];
            _unsynced.Clear();
        }

        StorageException? failure = null;
        foreach (int file in unsynced)
        {
            try
            {
                SyncFile(new FileIndex(file));
            }
            catch (StorageException exception)
            {
                failure ??= exception;
                lock (_gate)
                    _unsynced.Add(file);
            }
        }

        // What a failed sync has lost no later one brings back: the engine does not believe those pieces again.
        if (failure is not null)
            throw failure;
        _folder.SyncNames();
    }

    /// <inheritdoc/>
    public FileStamp[] Stamp() => _folder.Stamp(Files);

    /// <inheritdoc/>
    public void Dispose() => _handles.CloseAll(this);

    private FileHandleCache.Entry? Acquire(FileIndex file, bool write)
    {
        if (write)
        {
            lock (_gate)
                _unsynced.Add(file.Value);
        }

        return _handles.Acquire(new FileHandleCache.Key(this, file.Value, write), _opener);
    }

    private PayloadFile? Open(FileHandleCache.Key key)
    {
        FileEntry entry = Files[key.File];
        PayloadFile? file = _folder.Open(entry.Path, key.Write);
        if (!key.Write)
            return file;
        file ??= _folder.Create(entry.Path);
        if (file.LengthAtOpen <= entry.Length)
            return file;
        try
        {
            // Left over from something else under the same name: what is written must end up as the torrent's file, to the byte.
            file.SetLength(entry.Length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void SyncFile(FileIndex file)
    {
        // A file that was closed meanwhile is opened again: Linux reports a write-back error to the first who asks, whenever he opened.
        FileHandleCache.Entry? entry = _handles.Acquire(
            new FileHandleCache.Key(this, file.Value, Write: true),
            key => _folder.Open(Files[key.File].Path, write: true));

        // Deleted under us: there is nothing to keep, and the stamps say so.
        if (entry is null)
            return;
        try
        {
            entry.File!.Sync();
        }
        finally
        {
            _handles.Release(entry);
        }
    }
}
