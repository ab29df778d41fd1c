using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Freshet.Redis;

/// <summary>Commands that go out together and come back together, each with its reply. Not atomic.</summary>
public sealed class RedisBatch
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    /// <summary>How many commands it has.</summary>
    public int Count { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a command: its name and its arguments, as bytes.</summary>
    public RedisBatch Add(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        Head('*', arguments.Length + 1);
        Part(Encoding.ASCII.GetBytes(name));
        foreach (RedisArgument argument in arguments)
            Part(argument.Bytes.Span);
        Count++;
        return this;
    }

    private void Part(ReadOnlySpan<byte> bytes)
    {
        Head('$', bytes.Length);
        _bytes.Write(bytes);
        _bytes.Write("\r\n"u8);
    }

    private void Head(char kind, int number)
    {
        Span<byte> line = stackalloc byte[16];
        line[0] = (byte)kind;
        Utf8Formatter.TryFormat(number, line[1..], out int digits);
        "\r\n"u8.CopyTo(line[(1 + digits)..]);
        _bytes.Write(line[..(digits + 3)]);
    }
}

/// <summary>An argument of a command: bytes, text or a number.</summary>
/// <param name="Bytes">As Redis takes it.</param>
public readonly record struct RedisArgument(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Takes bytes.</summary>
    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Takes text, as UTF-8.</summary>
    public static implicit operator RedisArgument(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Takes a number.</summary>
    public static implicit operator RedisArgument(long number) => new(Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
