using System.Buffers.Binary;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>
/// Keeps bytes of unwanted files, by their place in the torrent: pieces that also touch wanted files, and what was on its way when a file was given up. Thread-safe, except that
/// <see cref="Free"/> is called only while nobody else uses it.
/// </summary>
internal sealed class PartFile
{
    private readonly PieceLayout _layout;
    private readonly Func<bool, FileHandleCache.Entry?> _acquire;
    private readonly FileHandleCache _handles;
    private readonly Lock _gate = new();
    private PartTable? _table;
    private bool _hasHead;

    /// <summary>Uses a file that need not be there.</summary>
    /// <param name="layout">The torrent's.</param>
    /// <param name="acquire">Opens it, to write (making it) or to read (null where it is not there).</param>
    /// <param name="handles">Where it is given back to.</param>
    public PartFile(PieceLayout layout, Func<bool, FileHandleCache.Entry?> acquire, FileHandleCache handles)
    {
        _layout = layout;
        _acquire = acquire;
        _handles = handles;
    }

    /// <summary>Whether it is a part file, and keeps nothing.</summary>
    public bool IsEmpty => Table.Count == 0 && _hasHead;

    private PartTable Table
    {
        get
        {
            lock (_gate)
                return _table ??= Load();
        }
    }

    /// <summary>The pieces of which it keeps anything.</summary>
    public IEnumerable<PieceIndex> Pieces => Enumerable.Range(0, _layout.PieceCount).Where(Table.Has).Select(piece => new PieceIndex(piece));

    /// <summary>Whether it keeps anything of a piece.</summary>
    public bool Has(PieceIndex piece) => Table.Has(piece.Value);

    /// <summary>Writes all bytes at a place of the torrent's byte stream.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        FileHandleCache.Entry entry = _acquire(true)!;
        try
        {
            while (bytes.Length > 0)
            {
                (int piece, int within, int length) = Locate(offset, bytes.Length);
                Demand(piece, entry.File!);
                entry.File!.Write(bytes[..length], Table.OffsetOf(piece) + within);
                offset += length;
                bytes = bytes[length..];
            }
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <summary>Reads up to all bytes at a place of the torrent's byte stream; less where a piece has no slot.</summary>
    public int Read(long offset, Span<byte> bytes)
    {
        FileHandleCache.Entry? entry = _acquire(false);
        if (entry is null)
            return 0;
        int done = 0;
        try
        {
            while (done < bytes.Length)
            {
                (int piece, int within, int length) = Locate(offset + done, bytes.Length - done);
                long place = Table.OffsetOf(piece);
                if (place < 0)
                    break;
                int read = entry.File!.Read(bytes.Slice(done, length), place + within);
                done += read;
                if (read < length)
                    break;
            }
        }
        finally
        {
            _handles.Release(entry);
        }

        return done;
    }

    /// <summary>Gives the slots of pieces up.</summary>
    public void Free(IEnumerable<PieceIndex> pieces)
    {
        FileHandleCache.Entry entry = _acquire(true)!;
        try
        {
            foreach (PieceIndex piece in pieces)
            {
                Table.Free(piece.Value);
                WriteEntry(piece.Value, 0, entry.File!);
            }
        }
        finally
        {
            _handles.Release(entry);
        }
    }

    /// <summary>The file was deleted.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _table = null;
            _hasHead = false;
        }
    }

    private (int Piece, int Within, int Length) Locate(long offset, int most)
    {
        PieceIndex piece = _layout.PieceAt(offset);
        int within = (int)(offset - _layout.OffsetOf(piece));
        return (piece.Value, within, Math.Min(most, _layout.LengthOf(piece) - within));
    }

    /// <summary>Sees to it that a piece has a slot, in the file before in memory.</summary>
    private void Demand(int piece, PayloadFile file)
    {
        if (Table.Has(piece))
            return;
        lock (_gate)
        {
            PartTable table = _table!;
            if (table.Has(piece))
                return;
            if (!_hasHead)
            {
                file.Write(table.ToArray(), 0);
                _hasHead = true;
            }

            WriteEntry(piece, table.NextEntry, file);
            table.Take(piece);
        }
    }

    private static void WriteEntry(int piece, int entry, PayloadFile file)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, entry);
        file.Write(bytes, PartTable.PlaceOf(piece));
    }

    private PartTable Load()
    {
        var empty = new PartTable(_layout.PieceCount, _layout.PieceLength);
        FileHandleCache.Entry? entry = _acquire(false);
        if (entry is null)
            return empty;
        try
        {
            byte[] head = new byte[empty.Length];
            int read = entry.File!.Read(head, 0);
            _hasHead = PartTable.TryParse(head.AsSpan(0, read), _layout.PieceCount, _layout.PieceLength, out PartTable table);
            return table;
        }
        finally
        {
            _handles.Release(entry);
        }
    }
}
