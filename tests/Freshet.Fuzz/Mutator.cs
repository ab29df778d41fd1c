using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Freshet.Core;

namespace Freshet.Fuzz;

/// <summary>Spoils inputs: bytes and bits, numbers written in digits, length prefixes of 16 and 32 bits, and whole bencoded values with their lengths put right.</summary>
public sealed class Mutator(SeededRandom random)
{
    private static readonly string[] OddNumbers =
    [
        "0", "-0", "00", "01", "-1", "1", "+1", "16383", "16384", "16385", "65535", "65536", "2097152", "2097153", "536854528", "2147483647", "2147483648",
        "-2147483648", "4294967295", "4294967296", "281474976710655", "281474976710656", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551616", "99999999999999999999999999", "",
    ];

    private static readonly string[] OddValues =
    [
        "i0e", "i-1e", "i9223372036854775807e", "0:", "2:..", "1:/", "3:a/b", "4:\0\0\0\0", "le", "de", "d0:i0ee", "d0:d6:lengthi1eee", "lleleee", "ld4:pathleee",
        "ll1:aee", "l1:a2:..1:be", "d1:ai1e1:ai2ee", "d1:bi1e1:ai2ee", "3:\xe2\x80\xae", "3:con", "1:\xff",
    ];

    /// <summary>Gives a spoiled copy.</summary>
    /// <param name="input">What to spoil.</param>
    /// <param name="another">Makes another well-formed input to splice with.</param>
    public byte[] Mutate(byte[] input, Func<byte[]> another)
    {
        if (input.Length == 0)
            return another();
        return random.Next(14) switch
        {
            0 or 1 => FlipBit(input),
            2 => SetByte(input),
            3 => Insert(input),
            4 => Remove(input),
            5 => Repeat(input),
            6 => input[..random.Next(input.Length)],
            7 => Splice(input, another()),
            8 or 9 => ChangeNumber(input),
            10 => ChangePrefix(input),
            11 => Nest(input),
            _ => ChangeBencodedValue(input),
        };
    }

    private static byte[] Replace(byte[] input, int start, int length, ReadOnlySpan<byte> with)
    {
        byte[] result = new byte[input.Length - length + with.Length];
        input.AsSpan(0, start).CopyTo(result);
        with.CopyTo(result.AsSpan(start));
        input.AsSpan(start + length).CopyTo(result.AsSpan(start + with.Length));
        return result;
    }

    private byte[] FlipBit(byte[] input)
    {
        byte[] result = [.. input];
        result[random.Next(result.Length)] ^= (byte)(1 << random.Next(8));
        return result;
    }

    private byte[] SetByte(byte[] input)
    {
        ReadOnlySpan<byte> odd = [0, 0xFF, 0x7F, 0x80, (byte)'e', (byte)'i', (byte)'l', (byte)'d', (byte)':', (byte)'0', (byte)'9', (byte)'-', (byte)'/', (byte)'.'];
        byte[] result = [.. input];
        result[random.Next(result.Length)] = odd[random.Next(odd.Length)];
        return result;
    }

    private byte[] Insert(byte[] input)
    {
        byte[] bytes = new byte[1 + random.Next(8)];
        random.NextBytes(bytes);
        return Replace(input, random.Next(input.Length + 1), 0, bytes);
    }

    private byte[] Remove(byte[] input)
    {
        int start = random.Next(input.Length);
        return Replace(input, start, 1 + random.Next(Math.Min(16, input.Length - start)), []);
    }

    private byte[] Repeat(byte[] input)
    {
        int start = random.Next(input.Length);
        int length = 1 + random.Next(Math.Min(64, input.Length - start));
        return Replace(input, start, 0, input.AsSpan(start, length));
    }

    private byte[] Splice(byte[] input, byte[] other)
        => [.. input.AsSpan(0, random.Next(input.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];

    private byte[] ChangeNumber(byte[] input)
    {
        int from = random.Next(input.Length);
        int start = input.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9') is >= 0 and var found ? from + found : -1;
        if (start < 0)
            return FlipBit(input);
        int length = 1;
        while (start + length < input.Length && input[start + length] is >= (byte)'0' and <= (byte)'9')
            length++;
        string number = OddNumbers[random.Next(OddNumbers.Length)];
        if (random.Chance(0.5) && long.TryParse(Encoding.ASCII.GetString(input, start, length), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            number = unchecked(value + random.Next(5) - 2).ToString(CultureInfo.InvariantCulture);
        return Replace(input, start, length, Encoding.ASCII.GetBytes(number));
    }

    private byte[] ChangePrefix(byte[] input)
    {
        uint value = random.Next(6) switch
        {
            0 => 0,
            1 => uint.MaxValue,
            2 => int.MaxValue,
            3 => (uint)input.Length,
            4 => (uint)Math.Max(0, input.Length - 4),
            _ => (uint)random.Next(1 << 17),
        };
        byte[] result = [.. input];
        int at = random.Chance(0.3) ? 0 : random.Next(input.Length);
        if (input.Length - at >= 4 && random.Chance(0.7))
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(at), value);
        else if (input.Length - at >= 2)
            BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(at), (ushort)value);
        return result;
    }

    private byte[] Nest(byte[] input)
    {
        ReadOnlySpan<int> depths = [2, 9, 11, 32, 98, 100, 101, 130, 5000];
        int depth = depths[random.Next(depths.Length)];
        string open = random.Chance(0.5) ? "l" : "d0:";
        byte[] opening = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth)));
        byte[] closing = Encoding.ASCII.GetBytes(new string('e', random.Chance(0.8) ? depth : random.Next(depth)));
        int at = random.Next(input.Length + 1);
        return Replace(input, at, 0, [.. opening, .. "de"u8, .. closing]);
    }

    // Finds a value by its tokens and replaces, repeats or removes it, so that what is around it stays well-formed.
    private byte[] ChangeBencodedValue(byte[] input)
    {
        int wanted = random.Next(1 + (input.Length / 4));
        var reader = new BencodeReader(input, new BencodeLimits(BencodeLimits.DeepestSupported, 1_000_000));
        int start = -1;
        int end = -1;
        for (int i = 0; i <= wanted && reader.Read(); i++)
        {
            if (reader.Token != BencodeToken.End)
                (start, end) = (reader.TokenStart, reader.Position);
        }

        if (start < 0)
            return FlipBit(input);
        var value = new BencodeReader(input.AsSpan(start), new BencodeLimits(BencodeLimits.DeepestSupported, 1_000_000));
        if (value.Read() && value.Skip())
            end = start + value.Position;
        ReadOnlySpan<byte> old = input.AsSpan(start, end - start);
        switch (random.Next(6))
        {
            case 0:
                return Replace(input, start, old.Length, []);
            case 1:
                return Replace(input, start, 0, old);
            case 2 when value.Token == BencodeToken.String:
                byte[] text = FlipBit([.. value.Bytes, 0]);
                return Replace(input, start, old.Length, [.. Encoding.ASCII.GetBytes($"{text.Length}:"), .. text]);
            case 3 when value.Token == BencodeToken.String && value.Bytes.Length > 0:
                ReadOnlySpan<byte> shorter = value.Bytes[random.Next(value.Bytes.Length)..];
                return Replace(input, start, old.Length, [.. Encoding.ASCII.GetBytes($"{shorter.Length}:"), .. shorter]);
            case 4 when value.Token == BencodeToken.Integer:
                return Replace(input, start, old.Length, Encoding.ASCII.GetBytes($"i{OddNumbers[random.Next(OddNumbers.Length)]}e"));
            default:
                return Replace(input, start, old.Length, Encoding.Latin1.GetBytes(OddValues[random.Next(OddValues.Length)]));
        }
    }
}
