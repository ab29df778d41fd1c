using System.Globalization;
using System.Text;

namespace Freshet.Redis;

/// <summary>What a reply is.</summary>
public enum RespKind : byte
{
    /// <summary>Nothing: a key that is not there.</summary>
    Null,

    /// <summary>A line of text, mostly <c>OK</c>.</summary>
    Status,

    /// <summary>The command was refused.</summary>
    Error,

    /// <summary>A number.</summary>
    Integer,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Several replies.</summary>
    Array,
}

/// <summary>A reply of Redis (RESP2).</summary>
public sealed class RespValue
{
    private RespValue(RespKind kind, long integer, byte[]? bytes, RespValue[]? items)
    {
        Kind = kind;
        Integer = integer;
        Bytes = bytes;
        Items = items ?? [];
    }

    /// <summary>What it is.</summary>
    public RespKind Kind { get; }

    /// <summary>The number of an <see cref="RespKind.Integer"/>.</summary>
    public long Integer { get; }

    /// <summary>The bytes of a status, an error or a string.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The parts of an array.</summary>
    public IReadOnlyList<RespValue> Items { get; }

    /// <summary>The bytes as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The number that an integer is, or that a string is written as; 0 for anything else.</summary>
    public long Number
        => Kind == RespKind.Integer ? Integer : Kind == RespKind.Bytes && long.TryParse(Bytes.Span, CultureInfo.InvariantCulture, out long number) ? number : 0;

    internal static RespValue Null { get; } = new(RespKind.Null, 0, null, null);

    internal static RespValue OfInteger(long value) => new(RespKind.Integer, value, null, null);

    internal static RespValue OfBytes(RespKind kind, byte[] bytes) => new(kind, 0, bytes, null);

    internal static RespValue OfItems(RespValue[] items) => new(RespKind.Array, 0, null, items);
}
