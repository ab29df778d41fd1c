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
    private readonly List<(FileIndex File, long Offset, byte[] Before)> _unsynced = [];

    /// <summary>Makes an empty folder for a torrent.</summary>
    public SimFiles(PieceLayout layout)
    {
        _layout = layout;
        _bytes = new byte[]?[layout.Files.Count];
        _lengths = new long[layout.Files.Count];
        _lengths.AsSpan().Fill(-1);
        _modified = new long[layout.Files.Count];
    }

    /// <summary>The bytes that the files take.</summary>
    public long Used { get; private set; }

    /// <summary>Makes the wanted files that are not there, empty or at full size.</summary>
    public void Create(StorageLocation location, bool allocate, MonoTime now)
    {
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
                Extend(slice.File, slice.Offset + slice.Length, now);
                Span<byte> place = Content(slice.File).AsSpan((int)slice.Offset, slice.Length);
                _unsynced.Add((slice.File, slice.Offset, place.ToArray()));
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
                if (_lengths[slice.File.Value] < slice.Offset + slice.Length)
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
            (FileIndex file, long offset, byte[] before) = _unsynced[i];
            int lost = random.Next(before.Length + 1);
            if (random.Chance(0.5))
                before.AsSpan(0, lost).CopyTo(Content(file).AsSpan((int)offset));
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
    public FileStamp[] Stamp() => [.. _lengths.Select((length, index) => length < 0 ? FileStamp.Missing : new FileStamp(length, _modified[index]))];

    /// <summary>How many more bytes a write would take.</summary>
    public long Growth(BlockRange range)
    {
        long growth = 0;
        foreach (FileSlice slice in _layout.Slices(range.Piece, range.Offset, range.Length))
        {
            if (_layout.Files[slice.File.Value].IsStored)
                growth += Math.Max(0, slice.Offset + slice.Length - Math.Max(0, _lengths[slice.File.Value]));
        }

        return growth;
    }

    private byte[] Content(FileIndex file) => _bytes[file.Value] ??= new byte[_layout.Files[file.Value].Length];

    private void Extend(FileIndex file, long length, MonoTime now)
    {
        _modified[file.Value] = now.Nanoseconds / 100;
        if (length <= _lengths[file.Value])
            return;
        Used += length - Math.Max(0, _lengths[file.Value]);
        _lengths[file.Value] = length;
    }
}
