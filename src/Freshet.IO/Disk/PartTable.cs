using System.Buffers.Binary;

namespace Freshet.IO.Disk;

/// <summary>
/// The head of a part file: which slot holds which piece. 16 bytes of name, the number of pieces, their length, then for each piece its slot plus one, or 0, all as
/// little-endian 32-bit numbers. Slots of a piece's length follow from the next 4 KiB on. A head that is not sound counts as none: what a slot holds is believed only because of
/// a resume record or a hash.
/// </summary>
internal sealed class PartTable
{
    /// <summary>The bytes before the first slot number.</summary>
    public const int FixedLength = 24;

    private const int Alignment = 4096;

    private readonly int[] _slots;
    private readonly int _pieceLength;
    private readonly SortedSet<int> _free = [];
    private int _end;

    /// <summary>Makes an empty table.</summary>
    public PartTable(int pieces, int pieceLength)
    {
        _slots = new int[pieces];
        _pieceLength = pieceLength;
    }

    private static ReadOnlySpan<byte> Name => "freshet parts 1\n"u8;

    /// <summary>Bytes of the head.</summary>
    public int Length => FixedLength + (sizeof(int) * _slots.Length);

    /// <summary>Slots in use.</summary>
    public int Count => _end - _free.Count;

    /// <summary>Reads a head; false where it is not one of this torrent, or two pieces share a slot.</summary>
    /// <param name="head">At least <see cref="Length"/> bytes of a torrent with so many pieces.</param>
    /// <param name="pieces">The torrent's pieces.</param>
    /// <param name="pieceLength">Their length in bytes.</param>
    /// <param name="table">The table, empty where the answer is false.</param>
    public static bool TryParse(ReadOnlySpan<byte> head, int pieces, int pieceLength, out PartTable table)
    {
        table = new PartTable(pieces, pieceLength);
        if (head.Length < table.Length || !head.StartsWith(Name)
            || BinaryPrimitives.ReadInt32LittleEndian(head[16..]) != pieces
            || BinaryPrimitives.ReadInt32LittleEndian(head[20..]) != pieceLength)
        {
            return false;
        }

        bool[] taken = new bool[pieces];
        int end = 0;
        for (int piece = 0; piece < pieces; piece++)
        {
            int slot = BinaryPrimitives.ReadInt32LittleEndian(head[(FixedLength + (sizeof(int) * piece))..]);
            if (slot == 0)
                continue;
            if (slot < 0 || slot > pieces || taken[slot - 1])
            {
                table = new PartTable(pieces, pieceLength);
                return false;
            }

            taken[slot - 1] = true;
            table._slots[piece] = slot;
            end = Math.Max(end, slot);
        }

        table._end = end;
        for (int slot = 0; slot < end; slot++)
        {
            if (!taken[slot])
                table._free.Add(slot);
        }

        return true;
    }

    /// <summary>Whether a piece has a slot.</summary>
    public bool Has(int piece) => Volatile.Read(ref _slots[piece]) != 0;

    /// <summary>Where a piece's bytes begin in the file, or -1.</summary>
    public long OffsetOf(int piece)
    {
        int slot = Volatile.Read(ref _slots[piece]) - 1;
        long head = (Length + Alignment - 1L) / Alignment * Alignment;
        return slot < 0 ? -1 : head + ((long)slot * _pieceLength);
    }

    /// <summary>The entry that a piece would get: the lowest free slot.</summary>
    public int NextEntry => (_free.Count > 0 ? _free.Min : _end) + 1;

    /// <summary>Gives a piece <see cref="NextEntry"/>. The caller serialises changes.</summary>
    public void Take(int piece)
    {
        int entry = NextEntry;
        if (!_free.Remove(entry - 1))
            _end++;
        Volatile.Write(ref _slots[piece], entry);
    }

    /// <summary>Takes a piece's slot back.</summary>
    public void Free(int piece)
    {
        if (_slots[piece] != 0)
            _free.Add(_slots[piece] - 1);
        _slots[piece] = 0;
    }

    /// <summary>The whole head.</summary>
    public byte[] ToArray()
    {
        byte[] head = new byte[Length];
        Name.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), _slots.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), _pieceLength);
        for (int piece = 0; piece < _slots.Length; piece++)
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(PlaceOf(piece)), _slots[piece]);
        return head;
    }

    /// <summary>Where a piece's entry is in the head.</summary>
    public static int PlaceOf(int piece) => FixedLength + (sizeof(int) * piece);
}
