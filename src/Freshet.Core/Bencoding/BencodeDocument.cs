using System.Runtime.InteropServices;

namespace Freshet.Core;

/// <summary>One value of a document: where its bytes are and where the next value's entry is.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last.</param>
/// <param name="Payload">For a string the first byte after the colon; for a list or dictionary its first key out of order, at any depth, or -1.</param>
/// <param name="Next">The entry after this value and all that is in it.</param>
internal readonly record struct BencodeEntry(int Start, int End, int Payload, int Next);

/// <summary>
/// A bencoded value that has been read whole: a flat table over the bytes, in which every value is found without reading what lies before it.
/// It lives as long as the bytes do; take copies of what is to be kept.
/// </summary>
public readonly ref struct BencodeDocument
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<BencodeEntry> _entries;

    private BencodeDocument(ReadOnlySpan<byte> data, ReadOnlySpan<BencodeEntry> entries, int length, int duplicate)
    {
        _data = data;
        _entries = entries;
        Length = length;
        FirstDuplicateKey = duplicate;
    }

    /// <summary>The value.</summary>
    public BencodeValue Root => new(_data, _entries, 0);

    /// <summary>The bytes that the value takes; there may be more after it only when it was read with <see cref="TryParsePrefix"/>.</summary>
    public int Length { get; }

    /// <summary>The offset of the first dictionary key that is out of order, or -1.</summary>
    public int FirstUnsortedKey => Root.FirstUnsortedKey;

    /// <summary>The offset of the first dictionary key that is there twice, or -1. Look-ups find the first of the two.</summary>
    public int FirstDuplicateKey { get; }

    /// <summary>Reads a value that takes all of the bytes.</summary>
    /// <exception cref="BencodeException">It cannot be read, or there are bytes after it.</exception>
    public static BencodeDocument Parse(ReadOnlySpan<byte> data, BencodeLimits limits)
        => TryParse(data, limits, out BencodeDocument document, out BencodeError error) ? document : throw new BencodeException(error);

    /// <summary>Reads a value that takes all of the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, BencodeLimits limits, out BencodeDocument document, out BencodeError error)
    {
        if (!TryParsePrefix(data, limits, out document, out error))
            return false;
        if (document.Length == data.Length)
            return true;
        error = new BencodeError(BencodeErrorKind.TrailingBytes, document.Length);
        document = default;
        return false;
    }

    /// <summary>Reads a value that other bytes may follow, as in BEP 9's messages: <see cref="Length"/> says where they start.</summary>
    public static bool TryParsePrefix(ReadOnlySpan<byte> data, BencodeLimits limits, out BencodeDocument document, out BencodeError error)
    {
        document = default;
        if (!TryCount(data, limits, out int values, out error))
            return false;
        var reader = new BencodeReader(data, limits);
        var entries = new BencodeEntry[values];
        int count = 0;
        Span<Level> levels = stackalloc Level[BencodeLimits.DeepestSupported];
        int duplicate = -1;
        while (reader.Read())
        {
            switch (reader.Token)
            {
                case BencodeToken.End:
                    ref Level closed = ref levels[reader.Depth];
                    entries[closed.Entry] = entries[closed.Entry] with { End = reader.Position, Payload = closed.FirstUnsorted, Next = count };
                    if (reader.Depth > 0)
                        NoteFirst(ref levels[reader.Depth - 1].FirstUnsorted, closed.FirstUnsorted);
                    if (closed.IsUnsorted)
                        NoteFirst(ref duplicate, FindDuplicate(data, entries, closed.Entry));
                    break;
                case BencodeToken.ListStart or BencodeToken.DictionaryStart:
                    levels[reader.Depth - 1] = new Level { Entry = count, LastKey = -1, FirstUnsorted = -1 };
                    entries[count++] = new BencodeEntry(reader.TokenStart, 0, 0, 0);
                    break;
                default:
                    if (reader.IsKey)
                    {
                        ref Level level = ref levels[reader.Depth - 1];
                        int order = level.LastKey < 0 ? -1 : KeyOf(data, entries[level.LastKey]).SequenceCompareTo(reader.Bytes);
                        if (order == 0)
                            NoteFirst(ref duplicate, reader.TokenStart);
                        if (order > 0)
                        {
                            NoteFirst(ref level.FirstUnsorted, reader.TokenStart);
                            level.IsUnsorted = true;
                        }

                        level.LastKey = count;
                    }

                    int payload = reader.Token == BencodeToken.String ? reader.BytesStart : reader.TokenStart;
                    entries[count] = new BencodeEntry(reader.TokenStart, reader.Position, payload, count + 1);
                    count++;
                    break;
            }
        }

        document = new BencodeDocument(data, entries, reader.Position, duplicate);
        return true;
    }

    /// <summary>
    /// Reads to the end without keeping anything: the table then has its size at once, which is cheaper than to let it grow, and bytes that are no value cost no memory.
    /// </summary>
    private static bool TryCount(ReadOnlySpan<byte> data, BencodeLimits limits, out int values, out BencodeError error)
    {
        var reader = new BencodeReader(data, limits);
        while (reader.Read())
        {
        }

        values = reader.Count;
        error = reader.Error;
        return !error.IsError;
    }

    private static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> data, BencodeEntry key) => data[key.Payload..key.End];

    private static void NoteFirst(ref int noted, int position)
    {
        if (position >= 0 && (noted < 0 || position < noted))
            noted = position;
    }

    // Equal keys need not be neighbours in a dictionary that is out of order: sort them once, O(n log n).
    private static int FindDuplicate(ReadOnlySpan<byte> data, ReadOnlySpan<BencodeEntry> entries, int dictionary)
    {
        var keys = new List<BencodeEntry>();
        for (int i = dictionary + 1; i < entries[dictionary].Next; i = entries[i + 1].Next)
            keys.Add(entries[i]);
        Span<BencodeEntry> sorted = CollectionsMarshal.AsSpan(keys);
        unsafe
        {
            fixed (byte* bytes = data)
            {
                var comparer = new KeyComparer(bytes);
                sorted.Sort(comparer);
            }
        }

        int found = -1;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (KeyOf(data, sorted[i - 1]).SequenceEqual(KeyOf(data, sorted[i])))
                NoteFirst(ref found, sorted[i].Start);
        }

        return found;
    }

    private struct Level
    {
        public int Entry;
        public int LastKey;
        public int FirstUnsorted;
        public bool IsUnsorted;
    }

    // A comparer cannot hold a span; the bytes are pinned while it lives.
    private readonly unsafe struct KeyComparer(byte* data) : IComparer<BencodeEntry>
    {
        private readonly byte* _data = data;

        public int Compare(BencodeEntry x, BencodeEntry y)
        {
            int order = new ReadOnlySpan<byte>(_data + x.Payload, x.End - x.Payload)
                .SequenceCompareTo(new ReadOnlySpan<byte>(_data + y.Payload, y.End - y.Payload));
            return order != 0 ? order : x.Start.CompareTo(y.Start);
        }
    }
}
