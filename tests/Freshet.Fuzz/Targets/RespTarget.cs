using System.Text;
using Freshet.Core;
using Freshet.Redis;

namespace Freshet.Fuzz.Targets;

/// <summary>Replies of a Redis that is not one.</summary>
public sealed class RespTarget : IFuzzTarget
{
    private static readonly string[] Parts = ["+OK\r\n", "-ERR no\r\n", ":12\r\n", ":-1\r\n", "$-1\r\n", "$3\r\nabc\r\n", "$0\r\n\r\n", "*0\r\n", "*-1\r\n", "*2\r\n:1\r\n$1\r\nx\r\n"];

    /// <inheritdoc/>
    public string Name => "resp";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 16_384 + (200L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var text = new StringBuilder();
        int count = random.Next(8);
        if (random.Chance(0.7))
            text.Append('*').Append(count).Append("\r\n");
        for (int i = 0; i < count; i++)
            text.Append(Parts[random.Next(Parts.Length)]);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        try
        {
            while (RespReader.TryRead(input, out RespValue? value, out int consumed))
            {
                FuzzException.Require(consumed > 0 && consumed <= input.Length && value is not null, "a reply has bytes, and no more than came");
                input = input[consumed..];
            }
        }
        catch (RedisException)
        {
        }
    }
}
