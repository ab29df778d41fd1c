using System.Diagnostics;

namespace Freshet.Core;

/// <summary>What a reader is at.</summary>
public enum BencodeToken : byte
{
    /// <summary>Before the first value, or after an error.</summary>
    None,

    /// <summary>An integer: <see cref="BencodeReader.Integer"/>.</summary>
    Integer,

    /// <summary>A string, a key where <see cref="BencodeReader.IsKey"/>: <see cref="BencodeReader.Bytes"/>.</summary>
    String,

    /// <summary>The start of a list.</summary>
    ListStart,

    /// <summary>The start of a dictionary.</summary>
    DictionaryStart,

    /// <summary>The end of the innermost list or dictionary.</summary>
    End,
}

/// <summary>
/// Reads one bencoded value (BEP 3) token by token, without recursion and without allocating. Every check that needs no memory of other keys is made here;
/// order and duplicates of keys are the business of <see cref="BencodeDocument"/>. After an error the reader stays where it is.
/// </summary>
public ref struct BencodeReader
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly BencodeLimits _limits;

    // One bit a level, the innermost lowest: set for a dictionary.
    private UInt128 _dictionaries;
    private int _payload;
    private bool _expectsValue;

    /// <summary>Starts at the first byte.</summary>
    /// <param name="data">The bytes; the value may end before they do.</param>
    /// <param name="limits">Depth and number of values.</param>
    public BencodeReader(ReadOnlySpan<byte> data, BencodeLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.MaxDepth, BencodeLimits.DeepestSupported, nameof(limits));
        _data = data;
        _limits = limits;
    }

    /// <summary>What the reader is at.</summary>
    public BencodeToken Token { get; private set; }

    /// <summary>Whether the string that the reader is at is a dictionary's key.</summary>
    public bool IsKey { get; private set; }

    /// <summary>The first byte of the token.</summary>
    public int TokenStart { get; private set; }

    /// <summary>The byte after the token; after the whole value its length.</summary>
    public int Position { get; private set; }

    /// <summary>How many values and keys have been read.</summary>
    internal int Count { get; private set; }

    /// <summary>The lists and dictionaries that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>The integer that the reader is at.</summary>
    public long Integer { get; private set; }

    /// <summary>The bytes of the string that the reader is at.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _data[_payload..Position];

    /// <summary>The offset of the string's first byte, after its length and colon.</summary>
    public readonly int BytesStart => _payload;

    /// <summary>What is wrong, once <see cref="Read"/> has said no.</summary>
    public BencodeError Error { get; private set; }

    /// <summary>Whether the one value has been read to its end.</summary>
    public readonly bool IsComplete => Depth == 0 && Token != BencodeToken.None && !Error.IsError;

    /// <summary>Goes to the next token. False at the end of the value (<see cref="IsComplete"/>) and on an error (<see cref="Error"/>).</summary>
    public bool Read()
    {
        if (Error.IsError || IsComplete)
            return false;
        int start = Position;
        if (start >= _data.Length)
            return Fail(BencodeErrorKind.UnexpectedEnd, start);

        byte first = _data[start];
        bool inDictionary = Depth > 0 && (_dictionaries & 1) != 0;
        bool atKey = inDictionary && !_expectsValue;
        if (first == (byte)'e' && Depth > 0)
        {
            if (inDictionary && _expectsValue)
                return Fail(BencodeErrorKind.MissingValue, start);
            Depth--;
            _dictionaries >>= 1;
            _expectsValue = false;
            return Accept(BencodeToken.End, start, start + 1);
        }

        if (atKey && !IsDigit(first))
            return Fail(BencodeErrorKind.ExpectedKey, start);
        if (Count >= _limits.MaxTokens)
            return Fail(BencodeErrorKind.TooManyTokens, start);
        Count++;
        switch (first)
        {
            case (byte)'i':
                _expectsValue = false;
                return ReadInteger(start);
            case (byte)'l':
                return Open(BencodeToken.ListStart, start);
            case (byte)'d':
                return Open(BencodeToken.DictionaryStart, start);
            default:
                if (!IsDigit(first))
                    return Fail(BencodeErrorKind.ExpectedValue, start);
                _expectsValue = atKey;
                return ReadString(start, atKey);
        }
    }

    /// <summary>
    /// Goes to the end of the value that the reader is at: for the start of a list or dictionary its end, for a key the value after it, else nothing. False on an error.
    /// </summary>
    public bool Skip()
    {
        if (IsKey && !Read())
            return false;
        if (Token is not (BencodeToken.ListStart or BencodeToken.DictionaryStart))
            return !Error.IsError;
        int outer = Depth - 1;
        while (Depth > outer)
        {
            if (!Read())
                return false;
        }

        return true;
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    private bool Open(BencodeToken token, int start)
    {
        if (Depth >= _limits.MaxDepth)
            return Fail(BencodeErrorKind.TooDeep, start);
        Depth++;
        _dictionaries = (_dictionaries << 1) | (token == BencodeToken.DictionaryStart ? UInt128.One : UInt128.Zero);
        _expectsValue = false;
        return Accept(token, start, start + 1);
    }

    private bool ReadInteger(int start)
    {
        int at = start + 1;
        bool negative = at < _data.Length && _data[at] == (byte)'-';
        if (negative)
            at++;
        int firstDigit = at;

        // Summed up below zero, where there is one more number than above.
        long value = 0;
        bool overflow = false;
        for (; at < _data.Length && IsDigit(_data[at]); at++)
        {
            int digit = _data[at] - '0';
            overflow |= value < (long.MinValue + digit) / 10;
            value = unchecked((value * 10) - digit);
        }

        if (at >= _data.Length)
            return Fail(BencodeErrorKind.UnexpectedEnd, _data.Length);
        if (_data[at] != (byte)'e' || at == firstDigit)
            return Fail(BencodeErrorKind.ExpectedDigit, at);
        if (at - firstDigit > 1 && _data[firstDigit] == (byte)'0')
            return Fail(BencodeErrorKind.LeadingZero, firstDigit);
        if (overflow || (!negative && value == long.MinValue))
            return Fail(BencodeErrorKind.Overflow, at);
        if (negative && value == 0)
            return Fail(BencodeErrorKind.NegativeZero, start + 1);
        Integer = negative ? value : -value;
        return Accept(BencodeToken.Integer, start, at + 1);
    }

    private bool ReadString(int start, bool isKey)
    {
        int at = start;
        long length = 0;
        for (; at < _data.Length && IsDigit(_data[at]); at++)
        {
            int digit = _data[at] - '0';
            if (length > (long.MaxValue - digit) / 10)
                return Fail(BencodeErrorKind.Overflow, at);
            length = (length * 10) + digit;
        }

        if (at >= _data.Length)
            return Fail(BencodeErrorKind.UnexpectedEnd, _data.Length);
        if (_data[at] != (byte)':')
            return Fail(BencodeErrorKind.ExpectedDigit, at);
        if (at - start > 1 && _data[start] == (byte)'0')
            return Fail(BencodeErrorKind.LeadingZero, start);
        if (length > _data.Length - at - 1)
            return Fail(BencodeErrorKind.UnexpectedEnd, at);
        _payload = at + 1;
        return Accept(BencodeToken.String, start, _payload + (int)length, isKey);
    }

    private bool Accept(BencodeToken token, int start, int end, bool isKey = false)
    {
        Debug.Assert(end > start && end <= _data.Length);
        Token = token;
        IsKey = isKey;
        TokenStart = start;
        Position = end;
        return true;
    }

    private bool Fail(BencodeErrorKind kind, int position)
    {
        Error = new BencodeError(kind, position);
        Token = BencodeToken.None;
        return false;
    }
}
