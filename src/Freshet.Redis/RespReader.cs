using System.Buffers.Text;

namespace Freshet.Redis;

/// <summary>Reads replies of Redis (RESP2). Whatever comes, memory is taken for what came and never for what a length says.</summary>
internal static class RespReader
{
    /// <summary>Bytes of a reply: what is asked for here has thousands at the most.</summary>
    public const int MaxReply = 8 * 1024 * 1024;

    /// <summary>Arrays in one another; what is asked for here has one level.</summary>
    public const int MaxDepth = 4;

    // A line: numbers and messages of errors.
    private const int MaxLine = 4096;

    // The shortest item of an array.
    private const int ShortestItem = 3;

    /// <summary>Reads the first reply of some bytes.</summary>
    /// <param name="input">All that has come.</param>
    /// <param name="value">The reply, where it is whole.</param>
    /// <param name="consumed">Its length, where it is whole.</param>
    /// <returns>False where more must come.</returns>
    /// <exception cref="RedisException">This is no reply, or one beyond the limits.</exception>
    public static bool TryRead(ReadOnlySpan<byte> input, out RespValue? value, out int consumed)
    {
        consumed = 0;
        value = Read(input, ref consumed, depth: 0);
        if (value is null && input.Length > MaxReply)
            throw new RedisException("A reply of Redis is too long.");
        return value is not null;
    }

    private static RespValue? Read(ReadOnlySpan<byte> input, ref int position, int depth)
    {
        if (position >= input.Length)
            return null;
        byte kind = input[position];
        ReadOnlySpan<byte> rest = input[(position + 1)..];
        int end = rest[..Math.Min(rest.Length, MaxLine)].IndexOf("\r\n"u8);
        if (end < 0)
            return rest.Length >= MaxLine || !IsKind(kind) ? throw Malformed() : null;
        ReadOnlySpan<byte> line = rest[..end];
        position += 1 + end + 2;
        switch (kind)
        {
            case (byte)'+':
                return RespValue.OfBytes(RespKind.Status, line.ToArray());
            case (byte)'-':
                return RespValue.OfBytes(RespKind.Error, line.ToArray());
            case (byte)':':
                return RespValue.OfInteger(Number(line));
            case (byte)'$':
                return ReadBytes(input, ref position, Number(line));
            case (byte)'*':
                return ReadItems(input, ref position, Number(line), depth);
            default:
                throw Malformed();
        }
    }

    private static RespValue? ReadBytes(ReadOnlySpan<byte> input, ref int position, long length)
    {
        if (length == -1)
            return RespValue.Null;
        if (length is < 0 or > MaxReply)
            throw Malformed();
        if (input.Length - position < length + 2)
            return null;
        ReadOnlySpan<byte> bytes = input.Slice(position, (int)length);
        if (!input.Slice(position + (int)length, 2).SequenceEqual("\r\n"u8))
            throw Malformed();
        position += (int)length + 2;
        return RespValue.OfBytes(RespKind.Bytes, bytes.ToArray());
    }

    private static RespValue? ReadItems(ReadOnlySpan<byte> input, ref int position, long count, int depth)
    {
        if (count == -1)
            return RespValue.Null;
        if (count is < 0 or > MaxReply / ShortestItem || depth == MaxDepth)
            throw Malformed();

        // Where not even the shortest items would have come, none is looked at yet.
        if (input.Length - position < count * ShortestItem)
            return null;
        var items = new RespValue[count];
        for (int i = 0; i < items.Length; i++)
        {
            if (Read(input, ref position, depth + 1) is not { } item)
                return null;
            items[i] = item;
        }

        return RespValue.OfItems(items);
    }

    private static bool IsKind(byte kind) => kind is (byte)'+' or (byte)'-' or (byte)':' or (byte)'$' or (byte)'*';

    private static long Number(ReadOnlySpan<byte> line)
        => Utf8Parser.TryParse(line, out long number, out int read) && read == line.Length ? number : throw Malformed();

    private static RedisException Malformed() => new("Redis said what is not understood.");
}
