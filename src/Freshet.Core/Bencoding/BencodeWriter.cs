using System.Buffers.Text;
using System.Text;

namespace Freshet.Core;

/// <summary>
/// Writes bencoding (BEP 3) into a buffer of its own, which <see cref="Clear"/> keeps: a writer that is used again allocates nothing. Keys must come in the
/// order of their bytes; a mistake of the caller throws at once, so that nothing wrong is ever sent.
/// </summary>
public sealed class BencodeWriter
{
    private readonly Stack<Level> _levels = new();
    private byte[] _buffer;
    private int _length;

    /// <summary>Makes a writer.</summary>
    /// <param name="capacity">The bytes to set aside at first.</param>
    public BencodeWriter(int capacity = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _buffer = new byte[capacity];
    }

    /// <summary>What has been written. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>What has been written, as memory of the writer's own buffer. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>What has been written, as a new array.</summary>
    /// <exception cref="InvalidOperationException">A list or dictionary is still open.</exception>
    public byte[] ToArray()
    {
        if (_levels.Count > 0)
            throw new InvalidOperationException("A list or dictionary is still open.");
        return Written.ToArray();
    }

    /// <summary>Starts anew in the same buffer.</summary>
    public void Clear()
    {
        _length = 0;
        _levels.Clear();
    }

    /// <summary>Writes an integer.</summary>
    public BencodeWriter Integer(long value)
    {
        BeginValue();
        Append((byte)'i');
        AppendNumber(value);
        Append((byte)'e');
        return this;
    }

    /// <summary>Writes a string of bytes.</summary>
    public BencodeWriter String(ReadOnlySpan<byte> value)
    {
        BeginValue();
        AppendString(value);
        return this;
    }

    /// <summary>Writes a string as UTF-8.</summary>
    public BencodeWriter String(string value)
    {
        BeginValue();
        int length = Encoding.UTF8.GetByteCount(value);
        AppendNumber(length);
        Append((byte)':');
        Encoding.UTF8.GetBytes(value, Reserve(length));
        _length += length;
        return this;
    }

    /// <summary>Writes a value that is bencoded already, as it stands.</summary>
    public BencodeWriter Raw(ReadOnlySpan<byte> bencoded)
    {
        BeginValue();
        bencoded.CopyTo(Reserve(bencoded.Length));
        _length += bencoded.Length;
        return this;
    }

    /// <summary>Opens a list; <see cref="End"/> closes it.</summary>
    public BencodeWriter List()
    {
        BeginValue();
        Append((byte)'l');
        _levels.Push(new Level { KeyStart = -1 });
        return this;
    }

    /// <summary>Opens a dictionary; <see cref="End"/> closes it.</summary>
    public BencodeWriter Dictionary()
    {
        BeginValue();
        Append((byte)'d');
        _levels.Push(new Level { KeyStart = -1, IsDictionary = true });
        return this;
    }

    /// <summary>Writes a dictionary's next key; its value follows.</summary>
    /// <exception cref="InvalidOperationException">No dictionary is open, a value is due, or the key does not come after the last one.</exception>
    public BencodeWriter Key(ReadOnlySpan<byte> key)
    {
        if (!_levels.TryPop(out Level level) || !level.IsDictionary || level.ExpectsValue)
            throw new InvalidOperationException("A key belongs into a dictionary, after a value.");
        if (level.KeyStart >= 0 && key.SequenceCompareTo(_buffer.AsSpan(level.KeyStart, level.KeyLength)) <= 0)
            throw new InvalidOperationException("Keys are written in the order of their bytes, each once.");
        AppendString(key);
        _levels.Push(level with { KeyStart = _length - key.Length, KeyLength = key.Length, ExpectsValue = true });
        return this;
    }

    /// <summary>Closes the innermost list or dictionary.</summary>
    /// <exception cref="InvalidOperationException">None is open, or a key has no value.</exception>
    public BencodeWriter End()
    {
        if (!_levels.TryPop(out Level level) || level.ExpectsValue)
            throw new InvalidOperationException("There is nothing to end here.");
        Append((byte)'e');
        return this;
    }

    private void BeginValue()
    {
        if (_levels.Count == 0)
        {
            if (_length > 0)
                throw new InvalidOperationException("There is one value at the top.");
            return;
        }

        Level level = _levels.Peek();
        if (!level.IsDictionary)
            return;
        if (!level.ExpectsValue)
            throw new InvalidOperationException("A key is due.");
        _levels.Pop();
        _levels.Push(level with { ExpectsValue = false });
    }

    private void AppendString(ReadOnlySpan<byte> value)
    {
        AppendNumber(value.Length);
        Append((byte)':');
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    private void AppendNumber(long value)
    {
        const int LongestNumber = 20;
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out int written);
        _length += written;
    }

    private void Append(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(checked(_length + count), (int)Math.Min(Array.MaxLength, (long)_buffer.Length * 2)));
        return _buffer.AsSpan(_length, count);
    }

    private record struct Level
    {
        public int KeyStart;
        public int KeyLength;
        public bool IsDictionary;
        public bool ExpectsValue;
    }
}
