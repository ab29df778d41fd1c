namespace Freshet.Core;

/// <summary>What is wrong with bencoded bytes.</summary>
public enum BencodeErrorKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The bytes end inside a value, or a string says to be longer than what is left.</summary>
    UnexpectedEnd,

    /// <summary>A byte that starts no value: not <c>i</c>, <c>l</c>, <c>d</c> or a digit.</summary>
    ExpectedValue,

    /// <summary>Something other than a digit in a number.</summary>
    ExpectedDigit,

    /// <summary>A dictionary key that is not a string.</summary>
    ExpectedKey,

    /// <summary>A dictionary that ends after a key.</summary>
    MissingValue,

    /// <summary>A number with a zero before its digits, such as <c>i03e</c> or <c>03:abc</c>.</summary>
    LeadingZero,

    /// <summary>The integer <c>i-0e</c>.</summary>
    NegativeZero,

    /// <summary>An integer, or the length of a string, outside of 64 bits.</summary>
    Overflow,

    /// <summary>More lists and dictionaries inside one another than the limit allows.</summary>
    TooDeep,

    /// <summary>More values than the limit allows.</summary>
    TooManyTokens,

    /// <summary>Bytes after the one value that should be all.</summary>
    TrailingBytes,
}

/// <summary>What is wrong with bencoded bytes, and where.</summary>
/// <param name="Kind">What.</param>
/// <param name="Position">The offset of the byte that could not be accepted; the number of bytes where they end too early.</param>
public readonly record struct BencodeError(BencodeErrorKind Kind, int Position)
{
    /// <summary>Whether there is an error.</summary>
    public bool IsError => Kind != BencodeErrorKind.None;

    /// <summary>What is wrong, for a person.</summary>
    public string Reason => Kind switch
    {
        BencodeErrorKind.None => "no error",
        BencodeErrorKind.UnexpectedEnd => "the bytes end inside a value",
        BencodeErrorKind.ExpectedValue => "a value was expected",
        BencodeErrorKind.ExpectedDigit => "a digit was expected",
        BencodeErrorKind.ExpectedKey => "a string was expected as dictionary key",
        BencodeErrorKind.MissingValue => "a dictionary ends after a key without a value",
        BencodeErrorKind.LeadingZero => "a number starts with a zero",
        BencodeErrorKind.NegativeZero => "the integer is a negative zero",
        BencodeErrorKind.Overflow => "a number does not fit 64 bits",
        BencodeErrorKind.TooDeep => "lists and dictionaries are nested too deeply",
        BencodeErrorKind.TooManyTokens => "there are too many values",
        _ => "there are bytes after the value",
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Reason} (at byte {Position})";
}

/// <summary>Bencoded bytes that cannot be read.</summary>
public sealed class BencodeException(BencodeError error) : FormatException($"Bad bencoding: {error}.")
{
    /// <summary>What is wrong, and where.</summary>
    public BencodeError Error { get; } = error;
}
