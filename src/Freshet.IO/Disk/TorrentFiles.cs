using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>
/// One torrent's files. A file comes into being when its first byte is written (empty ones and reserved ones at once), so what was not
/// selected leaves no trace: what a piece has of it is in the part file.
/// </summary>
internal sealed class TorrentFiles : IGatheringStorage, ICachedStorage, IHoldableStorage, ISharingStorage
{
    private readonly StorageLocation _location;
    private readonly Folder _folder;
    private readonly FileHandleCache _handles;
    private readonly Func<FileHandleCache.Key, PayloadFile?> _opener;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _unsynced = [];
    private readonly PartFile _part;
    private readonly SkippedFiles _skipped;
    private readonly FileStamps _stamps;

    public TorrentFiles(StorageLocation location, Folder folder, FileHandleCache handles)
    {
        _location = location;
        _folder = folder;
        _handles = handles;
        _opener = Open;
        _part = new PartFile(location.Layout, write => Acquire(PartIndex, write), handles);
        _skipped = new SkippedFiles(location, folder, _part);
        _stamps = new FileStamps(folder, Files);
    }

    /// <summary>The part file counts as one more file.</summary>
    private FileIndex PartIndex => new(Files.Count);

    private IReadOnlyList<FileEntry> Files => _location.Layout.Files;

    /// <inheritdoc/>
    public void Prepare(IReadOnlyList<bool>? wanted, bool allocate)
    {
        _stamps.Forget();
        if (_skipped.Select(wanted))
            DropPart(_location.PartFile!);
        foreach (FileEntry file in Files)
        {
            if (!file.IsStored || wanted?[file.Index.Value] == false)
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
        if (_skipped.Has(file))
        {
            _part.Write(Files[file.Value].Offset + offset, bytes);
            return;
        }

        FileHandleCache.Entry entry = Acquire(file, write: true)!;
        try
        {
            entry.File!.Write(bytes, offset);
        }
        finally
        {
            _handles.Release(entry);
            _stamps.Changed(file);
        }
    }

    /// <inheritdoc/>
    public unsafe void Write(FileIndex file, long offset, Span<IoVector> runs)
    {
        if (_skipped.Has(file))
        {
            foreach (IoVector run in runs)
            {
                _part.Write(Files[file.Value].Offset + offset, new ReadOnlySpan<byte>((void*)run.Base, (int)run.Length));
                offset += (long)run.Length;
            }

            return;
        }

        FileHandleCache.Entry entry = Acquire(file, write: true)!;
        try
        {
            entry.File!.Write(runs, offset);
        }
        finally
        {
            _handles.Release(entry);
            _stamps.Changed(file);
        }
    }

    /// <inheritdoc/>
    public long Take(FileIndex file, PayloadFile source, long offset, long length, ref long shared)
    {
        if (_skipped.Has(file))
            return 0;
        FileHandleCache.Entry entry = Acquire(file, write: true)!;
        try
        {
            return entry.File!.Take(source, offset, length, ref shared);
        }
        finally
        {
            _handles.Release(entry);
            _stamps.Changed(file);
        }
    }

    /// <inheritdoc/>
    public int Read(FileIndex file, long offset, Span<byte> bytes)
    {
        if (_skipped.Has(file))
            return _part.Read(Files[file.Value].Offset + offset, bytes);
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
    public HeldFile? Hold(FileIndex file)
        => !_skipped.Has(file) && Acquire(file, write: false) is { } entry ? new HeldFile(_handles, entry) : null;

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
    public FileStamp[] Stamp()
    {
        FileStamp[] stamps = _stamps.Look();
        return _location.PartFile is { } name && _folder.Stamp([SkippedFiles.Entry(name)])[0] is { Length: >= 0 } part ? [.. stamps, part] : stamps;
    }

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

    private string PathOf(int file) => file == PartIndex.Value ? _location.PartFile! : Files[file].Path;

    private void DropPart(string name)
    {
        _handles.CloseAll(this);
        lock (_gate)
            _unsynced.Remove(PartIndex.Value);
        _folder.Delete(name);
        _part.Forget();
    }

    private PayloadFile? Open(FileHandleCache.Key key)
    {
        string path = PathOf(key.File);
        if (!key.Write)
            return _folder.Open(path, write: false);
        PayloadFile file = _folder.Create(path);
        if (key.File == PartIndex.Value || file.LengthAtOpen <= Files[key.File].Length)
            return file;
        FileEntry entry = Files[key.File];
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
            key => _folder.Open(PathOf(key.File), write: true));

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
