using System.Buffers;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>
/// Which of a torrent's files live in its part file: those that are not wanted and not there. A file that is there stays where it is, wanted or not. One that becomes wanted
/// gets what the part file has of it by a copy under another name, synced and then renamed: at every moment it is wholly in one of the two.
/// </summary>
internal sealed class SkippedFiles
{
    private const int CopyLength = 256 * 1024;

    private readonly StorageLocation _location;
    private readonly Folder _folder;
    private readonly PartFile _part;
    private readonly Lock _gate = new();

    // By file; null before the first look, empty where none does.
    private bool[]? _inPart;

    /// <summary>Looks when it is asked first.</summary>
    public SkippedFiles(StorageLocation location, Folder folder, PartFile part)
    {
        _location = location;
        _folder = folder;
        _part = part;
    }

    private IReadOnlyList<FileEntry> Files => _location.Layout.Files;

    /// <summary>Whether bytes of a file are in the part file.</summary>
    public bool Has(FileIndex file)
    {
        bool[] inPart = Volatile.Read(ref _inPart) ?? Look();
        return inPart.Length > 0 && inPart[file.Value];
    }

    /// <summary>Takes over which files are wanted. Nobody else uses the files meanwhile. What cannot be moved stays where it was, and can be read there.</summary>
    /// <returns>Whether the part file is there and keeps nothing any more.</returns>
    /// <exception cref="StorageException">A file could not be moved.</exception>
    public bool Select(IReadOnlyList<bool>? wanted)
    {
        if (_location.PartFile is not { } name)
            return false;
        bool[] inPart = Volatile.Read(ref _inPart) ?? Look();
        if (wanted is not null)
            inPart = NoteMissing(wanted, inPart);
        for (int i = 0; i < inPart.Length; i++)
        {
            if (!inPart[i] || wanted?[i] == false)
                continue;
            Move(Files[i]);
            inPart[i] = false;
        }

        if (!IsThere(name))
            return false;

        // Only now are the slots nobody's: the moved files are on the device under their names.
        PieceIndex[] free = [.. _part.Pieces.Where(piece => !IsNeeded(piece, inPart))];
        if (free.Length > 0)
            _part.Free(free);
        return _part.IsEmpty;
    }

    private bool IsThere(string name) => _folder.Stamp([Entry(name)])[0].Length >= 0;

    private bool[] Look()
    {
        lock (_gate)
        {
            if (_inPart is { } known)
                return known;
            bool[] inPart = [];
            bool isThere = _location.PartFile is { } name && IsThere(name);
            if (isThere || (_location.PartFile is not null && _location.Wanted is not null))
            {
                FileStamp[] stamps = _folder.Stamp(Files);
                inPart = [.. Files.Select(file => IsMissing(file, stamps) && (!_location.Wants(file.Index) || (isThere && IsKept(file))))];
            }

            Volatile.Write(ref _inPart, inPart);
            return inPart;
        }
    }

    private bool[] NoteMissing(IReadOnlyList<bool> wanted, bool[] before)
    {
        FileStamp[] stamps = _folder.Stamp(Files);
        bool[] inPart = [.. Files.Select((file, i) => before.Length > 0 && before[i] || !wanted[i] && IsMissing(file, stamps))];
        Volatile.Write(ref _inPart, inPart);
        return inPart;
    }

    private static bool IsMissing(FileEntry file, FileStamp[] stamps) => file.IsStored && file.Length > 0 && stamps[file.Index.Value].Length < 0;

    private bool IsKept(FileEntry file)
    {
        (PieceIndex first, PieceIndex last) = _location.Layout.PiecesOf(file.Index);
        for (int piece = first.Value; piece <= last.Value; piece++)
        {
            if (_part.Has(new PieceIndex(piece)))
                return true;
        }

        return false;
    }

    private bool IsNeeded(PieceIndex piece, bool[] inPart)
    {
        foreach (FileSlice slice in _location.Layout.Slices(piece, 0, _location.Layout.LengthOf(piece)))
        {
            if (inPart.Length > 0 && inPart[slice.File.Value])
                return true;
        }

        return false;
    }

    private void Move(FileEntry file)
    {
        if (!IsKept(file))
            return;
        string copy = $"{_location.PartFile}.new";
        try
        {
            _folder.Delete(copy);
            using (PayloadFile target = _folder.Create(copy))
            {
                Copy(file, target);
                target.Sync();
            }

            _folder.Rename(copy, file.Path);
        }
        catch
        {
            _folder.Delete(copy);
            throw;
        }

        _folder.SyncNames();
    }

    private void Copy(FileEntry file, PayloadFile target)
    {
        PieceLayout layout = _location.Layout;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyLength);
        (PieceIndex first, PieceIndex last) = layout.PiecesOf(file.Index);
        for (int piece = first.Value; piece <= last.Value; piece++)
        {
            if (!_part.Has(new PieceIndex(piece)))
                continue;
            long at = Math.Max(file.Offset, layout.OffsetOf(new PieceIndex(piece)));
            long end = Math.Min(file.Offset + file.Length, layout.OffsetOf(new PieceIndex(piece)) + layout.LengthOf(new PieceIndex(piece)));
            while (at < end)
            {
                int read = _part.Read(at, buffer.AsSpan(0, (int)Math.Min(CopyLength, end - at)));
                if (read == 0)
                    break;
                target.Write(buffer.AsSpan(0, read), at - file.Offset);
                at += read;
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The part file as one more file of the torrent, so that it is looked at like the others.</summary>
    public static FileEntry Entry(string name) => new() { Index = new FileIndex(0), Path = name, OriginalPath = name, Length = 0, Offset = 0 };
}
