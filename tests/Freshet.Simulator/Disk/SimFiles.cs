using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Simulator.Disk;

/// <summary>The stored bytes of one torrent: they outlive the process that wrote them, and lose what was not synced when the power fails.</summary>
public sealed class SimFiles
{
    private readonly PieceLayout _layout;
    private readonly byte[]?[] _bytes;
    private readonly long[] _lengths;
    private readonly long[] _modified;
    private readonly List<(byte[] Content, long Offset, byte[] Before)> _unsynced = [];

    // The part file: pieces that have a slot, and the bytes of each file that is kept there.
    private readonly bool[] _inPart;
    private readonly SortedSet<int> _slots = [];
    private readonly byte[]?[] _partBytes;
    private long _partLength = -1;
    private long _partModified;

    /// <summary>Makes an empty folder for a torrent.</summary>
    public SimFiles(PieceLayout layout)
    {
        _layout = layout;
        _bytes = new byte[]?[layout.Files.Count];
        _lengths = new long[layout.Files.Count];
        _lengths.AsSpan().Fill(-1);
        _modified = new long[layout.Files.Count];
        _inPart = new bool[layout.Files.Count];
        _partBytes = new byte[]?[layout.Files.Count];
    }

    /// <summary>Whose files these are.</summary>
    public PieceLayout Layout => _layout;

    /// <summary>Reads bytes of one file; false where it is missing or too short.</summary>
    public bool Read(FileIndex file, long offset, Span<byte> bytes)
    {
        if (_inPart[file.Value] || _lengths[file.Value] < offset + bytes.Length)
            return false;
        Content(file).AsSpan((int)offset, bytes.Length).CopyTo(bytes);
        return true;
    }

    /// <summary>The bytes that the files take.</summary>
    public long Used { get; private set; }

    /// <summary>The bytes of the part file; -1 where there is none.</summary>
    public long PartLength => _partLength;

    /// <summary>Whether a file is there under its own name.</summary>
    public bool Exists(FileIndex file) => _lengths[file.Value] >= 0;

    /// <summary>A process begins to use the files: those that are missing and not wanted, or kept in the part file, are looked for there.</summary>
    public void Open(StorageLocation location)
    {
        for (int i = 0; i < _inPart.Length; i++)
            _inPart[i] = location.PartFile is not null && _lengths[i] < 0 && (!location.Wants(new FileIndex(i)) || IsKept(new FileIndex(i)));
    }

    /// <summary>Brings what the part file has of the wanted files to them, each at once or not at all, then makes those that are not there, empty or at full size.</summary>
    public void Create(StorageLocation location, bool allocate, MonoTime now)
    {
        foreach (FileEntry file in _layout.Files.Where(static file => file.IsStored))
        {
            int i = file.Index.Value;
            if (!location.Wants(file.Index))
                _inPart[i] = location.PartFile is not null && _lengths[i] < 0;
            else if (_inPart[i])
                MoveOut(file, now);
        }

        _slots.RemoveWhere(piece => !IsNeeded(new PieceIndex(piece)));
        if (_slots.Count == 0)
            _partLength = -1;
        foreach (FileEntry file in _layout.Files.Where(file => file.IsStored && location.Wants(file.Index)))
        {
            if (_lengths[file.Index.Value] < 0)
                Extend(file.Index, 0, now);
            if (allocate)
                Extend(file.Index, file.Length, now);
        }
    }

    /// <summary>Writes bytes of the torrent; filler is dropped.</summary>
    public void Write(BlockRange range, ReadOnlySpan<byte> bytes, MonoTime now)
    {
        int done = 0;
        foreach (FileSlice slice in _layout.Slices(range.Piece, range.Offset, range.Length))
        {
            if (_layout.Files[slice.File.Value].IsStored)
            {
                if (_inPart[slice.File.Value])
                    Keep(range.Piece, now);
                else
                    Extend(slice.File, slice.Offset + slice.Length, now);
                Span<byte> place = Content(slice.File).AsSpan((int)slice.Offset, slice.Length);
                _unsynced.Add((Content(slice.File), slice.Offset, place.ToArray()));
                bytes.Slice(done, slice.Length).CopyTo(place);
            }

            done += slice.Length;
        }
    }

    /// <summary>Bytes of the torrent as they are read back: filler is zero.</summary>
    public byte[] AsStored(BlockRange range, ReadOnlySpan<byte> bytes)
    {
        byte[] stored = bytes.ToArray();
        int done = 0;
        foreach (FileSlice slice in _layout.Slices(range.Piece, range.Offset, range.Length))
        {
            if (!_layout.Files[slice.File.Value].IsStored)
                stored.AsSpan(done, slice.Length).Clear();
            done += slice.Length;
        }

        return stored;
    }

    /// <summary>Reads bytes of the torrent; filler is zero. False where a file is missing or too short.</summary>
    public bool Read(BlockRange range, Span<byte> bytes)
    {
        int done = 0;
        foreach (FileSlice slice in _layout.Slices(range.Piece, range.Offset, range.Length))
        {
            Span<byte> part = bytes.Slice(done, slice.Length);
            part.Clear();
            if (_layout.Files[slice.File.Value].IsStored)
            {
                if (_inPart[slice.File.Value] ? !_slots.Contains(range.Piece.Value) : _lengths[slice.File.Value] < slice.Offset + slice.Length)
                    return false;
                Content(slice.File).AsSpan((int)slice.Offset, slice.Length).CopyTo(part);
            }

            done += slice.Length;
        }

        return true;
    }

    /// <summary>What was written is on the device now.</summary>
    public void Sync() => _unsynced.Clear();

    /// <summary>The power fails: each write since the last sync is kept or lost by itself, also in the middle.</summary>
    public void LosePower(SeededRandom random)
    {
        for (int i = _unsynced.Count - 1; i >= 0; i--)
        {
            (byte[] content, long offset, byte[] before) = _unsynced[i];
            int lost = random.Next(before.Length + 1);
            if (random.Chance(0.5))
                before.AsSpan(0, lost).CopyTo(content.AsSpan((int)offset));
        }

        _unsynced.Clear();
    }

    /// <summary>Turns one bit of a stored byte round, as a failing device does; nothing says so.</summary>
    public void Rot(SeededRandom random)
    {
        FileEntry[] candidates = [.. _layout.Files.Where(file => _lengths[file.Index.Value] > 0)];
        if (candidates.Length == 0)
            return;
        FileEntry file = candidates[random.Next(candidates.Length)];
        Content(file.Index)[random.Next((int)_lengths[file.Index.Value])] ^= (byte)(1 << random.Next(8));
    }

    /// <summary>Deletes a file.</summary>
    public void Delete(FileIndex file)
    {
        Used -= Math.Max(0, _lengths[file.Value]);
        _bytes[file.Value] = null;
        _lengths[file.Value] = -1;
    }

    /// <summary>How the files look.</summary>
    public FileStamp[] Stamp()
    {
        FileStamp[] stamps = [.. _lengths.Select((length, index) => length < 0 ? FileStamp.Missing : new FileStamp(length, _modified[index]))];
        return _partLength < 0 ? stamps : [.. stamps, new FileStamp(_partLength, _partModified)];
    }

    /// <summary>How many more bytes a write would take.</summary>
    public long Growth(BlockRange range)
    {
        long growth = 0;
        foreach (FileSlice slice in _layout.Slices(range.Piece, range.Offset, range.Length))
        {
            if (_layout.Files[slice.File.Value].IsStored && !_inPart[slice.File.Value])
                growth += Math.Max(0, slice.Offset + slice.Length - Math.Max(0, _lengths[slice.File.Value]));
        }

        return growth;
    }

    private byte[] Content(FileIndex file) => (_inPart[file.Value] ? _partBytes : _bytes)[file.Value] ??= new byte[_layout.Files[file.Value].Length];

    private void Keep(PieceIndex piece, MonoTime now)
    {
        _slots.Add(piece.Value);
        _partLength = Math.Max(_partLength, _slots.Count * (long)_layout.PieceLength);
        _partModified = now.Nanoseconds / 100;
    }

    private bool IsKept(FileIndex file)
    {
        (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file);
        return _slots.Any(piece => piece >= first.Value && piece <= last.Value);
    }

    private bool IsNeeded(PieceIndex piece)
    {
        foreach (FileSlice slice in _layout.Slices(piece, 0, _layout.LengthOf(piece)))
        {
            if (_inPart[slice.File.Value])
                return true;
        }

        return false;
    }

    /// <summary>Copied, synced, renamed: what the slots have is the file's, and on the device.</summary>
    private void MoveOut(FileEntry file, MonoTime now)
    {
        byte[]? kept = _partBytes[file.Index.Value];
        _inPart[file.Index.Value] = false;
        if (!IsKept(file.Index))
            return;
        foreach (int piece in _slots)
        {
            long start = Math.Max(file.Offset, _layout.OffsetOf(new PieceIndex(piece)));
            long end = Math.Min(file.Offset + file.Length, _layout.OffsetOf(new PieceIndex(piece)) + _layout.LengthOf(new PieceIndex(piece)));
            if (start >= end)
                continue;
            kept?.AsSpan((int)(start - file.Offset), (int)(end - start)).CopyTo(Content(file.Index).AsSpan((int)(start - file.Offset)));
            Extend(file.Index, end - file.Offset, now);
        }

        _unsynced.RemoveAll(write => write.Content == kept);
        _partModified = now.Nanoseconds / 100;
    }

    private void Extend(FileIndex file, long length, MonoTime now)
    {
        _modified[file.Value] = now.Nanoseconds / 100;
        if (length <= _lengths[file.Value])
            return;
        Used += length - Math.Max(0, _lengths[file.Value]);
        _lengths[file.Value] = length;
    }
}
