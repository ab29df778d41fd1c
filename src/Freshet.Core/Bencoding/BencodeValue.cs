using System.Text;

namespace Freshet.Core;

/// <summary>What a bencoded value is.</summary>
public enum BencodeKind : byte
{
    /// <summary>There is no value: what a look-up of a missing key gives.</summary>
    Missing,

    /// <summary>An integer of 64 bits.</summary>
    Integer,

    /// <summary>A string of bytes.</summary>
    String,

    /// <summary>A list.</summary>
    List,

    /// <summary>A dictionary.</summary>
    Dictionary,
}

/// <summary>A value of a <see cref="BencodeDocument"/>, or none: asking a missing value or one of another kind gives missing values again, never an exception.</summary>
public readonly ref struct BencodeValue
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<BencodeEntry> _entries;
    private readonly int _index;

    internal BencodeValue(ReadOnlySpan<byte> data, ReadOnlySpan<BencodeEntry> entries, int index)
    {
        _data = data;
        _entries = entries;
        _index = index;
    }

    /// <summary>What the value is.</summary>
    public BencodeKind Kind => _entries.IsEmpty
        ? BencodeKind.Missing
        : _data[Entry.Start] switch
        {
            (byte)'i' => BencodeKind.Integer,
            (byte)'l' => BencodeKind.List,
            (byte)'d' => BencodeKind.Dictionary,
            _ => BencodeKind.String,
        };

    /// <summary>Whether there is a value.</summary>
    public bool Exists => !_entries.IsEmpty;

    /// <summary>The offset of the value's first byte in the document, or -1 for none.</summary>
    public int Position => _entries.IsEmpty ? -1 : Entry.Start;

    /// <summary>The value's bytes as they stand, for hashes.</summary>
    public ReadOnlySpan<byte> Raw => _entries.IsEmpty ? default : _data[Entry.Start..Entry.End];

    /// <summary>The offset in the document of the first dictionary key that is out of order, in this value or deeper, or -1.</summary>
    public int FirstUnsortedKey => Kind is BencodeKind.List or BencodeKind.Dictionary ? Entry.Payload : -1;

    /// <summary>The items of a list; none for anything else.</summary>
    public ItemEnumerator Items => new(this);

    /// <summary>The keys and values of a dictionary in the order of the bytes; none for anything else.</summary>
    public PairEnumerator Pairs => new(this);

    private BencodeEntry Entry => _entries[_index];

    /// <summary>The value of a key in a dictionary, the first one where there are several; missing for anything else. O(keys).</summary>
    public BencodeValue this[ReadOnlySpan<byte> key]
    {
        get
        {
            foreach (BencodePair pair in Pairs)
            {
                if (pair.Key.SequenceEqual(key))
                    return pair.Value;
            }

            return default;
        }
    }

    /// <summary>The number of items of a list or of pairs of a dictionary. O(items).</summary>
    public int Count()
    {
        int count = 0;
        if (Kind == BencodeKind.List)
        {
            foreach (BencodeValue unused in Items)
                count++;
        }
        else
        {
            foreach (BencodePair unused in Pairs)
                count++;
        }

        return count;
    }

    /// <summary>Gets an integer.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        if (Kind != BencodeKind.Integer)
            return false;
        var reader = new BencodeReader(Raw, BencodeLimits.Wire);
        bool read = reader.Read();
        value = reader.Integer;
        return read;
    }

    /// <summary>Gets the bytes of a string.</summary>
    public bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bool isString = Kind == BencodeKind.String;
        bytes = isString ? _data[Entry.Payload..Entry.End] : default;
        return isString;
    }

    /// <summary>Gets a string as UTF-8 text, with a replacement character for what is not.</summary>
    public bool TryGetText(out string text)
    {
        bool isString = TryGetBytes(out ReadOnlySpan<byte> bytes);
        text = isString ? Encoding.UTF8.GetString(bytes) : "";
        return isString;
    }

    /// <summary>The integer, or a default where the value is missing or none.</summary>
    public long IntegerOr(long fallback) => TryGetInteger(out long value) ? value : fallback;

    /// <summary>The text, or null where the value is missing or none.</summary>
    public string? TextOrNull() => TryGetText(out string text) ? text : null;

    /// <summary>Walks a list without allocating.</summary>
    public ref struct ItemEnumerator
    {
        private readonly BencodeValue _list;
        private readonly int _end;
        private int _next;

        internal ItemEnumerator(BencodeValue list)
        {
            _list = list;
            bool isList = list.Kind == BencodeKind.List;
            _next = isList ? list._index + 1 : 0;
            _end = isList ? list.Entry.Next : 0;
        }

        /// <summary>The item that the walk is at.</summary>
        public BencodeValue Current { get; private set; }

        /// <summary>This walk, so that <c>foreach</c> takes it.</summary>
        public readonly ItemEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next item.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
                return false;
            Current = new BencodeValue(_list._data, _list._entries, _next);
            _next = _list._entries[_next].Next;
            return true;
        }
    }

    /// <summary>Walks a dictionary without allocating.</summary>
    public ref struct PairEnumerator
    {
        private readonly BencodeValue _dictionary;
        private readonly int _end;
        private int _next;

        internal PairEnumerator(BencodeValue dictionary)
        {
            _dictionary = dictionary;
            bool isDictionary = dictionary.Kind == BencodeKind.Dictionary;
            _next = isDictionary ? dictionary._index + 1 : 0;
            _end = isDictionary ? dictionary.Entry.Next : 0;
        }

        /// <summary>The key and value that the walk is at.</summary>
        public BencodePair Current { get; private set; }

        /// <summary>This walk, so that <c>foreach</c> takes it.</summary>
        public readonly PairEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next key.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
                return false;
            BencodeEntry key = _dictionary._entries[_next];
            Current = new BencodePair(
                _dictionary._data[key.Payload..key.End], key.Start, new BencodeValue(_dictionary._data, _dictionary._entries, _next + 1));
            _next = _dictionary._entries[_next + 1].Next;
            return true;
        }
    }
}

/// <summary>A key of a dictionary and its value.</summary>
public readonly ref struct BencodePair
{
    internal BencodePair(ReadOnlySpan<byte> key, int position, BencodeValue value)
    {
        Key = key;
        Position = position;
        Value = value;
    }

    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The offset of the key in the document.</summary>
    public int Position { get; }

    /// <summary>The value.</summary>
    public BencodeValue Value { get; }
}
