namespace Freshet.Tracker.Http;

/// <summary>Goes through a query's pairs. Values are bytes: an info-hash is any 20 of them, most of them escaped.</summary>
internal ref struct QueryReader(ReadOnlySpan<byte> query)
{
    private ReadOnlySpan<byte> _rest = query;

    /// <summary>The pair's name, as it came.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The pair's value, escaped as it came.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next pair.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        int end = _rest.IndexOf((byte)'&');
        ReadOnlySpan<byte> pair = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        int equals = pair.IndexOf((byte)'=');
        Name = equals < 0 ? pair : pair[..equals];
        Value = equals < 0 ? default : pair[(equals + 1)..];
        return true;
    }

    /// <summary>Undoes the percent-escapes of the value (RFC 3986); a plus is a plus.</summary>
    /// <param name="bytes">Where the bytes go.</param>
    /// <returns>How many there are, or -1 where they do not fit or an escape is none.</returns>
    public readonly int Unescape(Span<byte> bytes)
    {
        ReadOnlySpan<byte> value = Value;
        int written = 0;
        for (int i = 0; i < value.Length; i++)
        {
            byte b = value[i];
            if (b == '%')
            {
                if (value.Length - i < 3)
                    return -1;
                int high = Digit(value[i + 1]), low = Digit(value[i + 2]);
                if ((high | low) < 0)
                    return -1;
                b = (byte)((high << 4) | low);
                i += 2;
            }

            if (written == bytes.Length)
                return -1;
            bytes[written++] = b;
        }

        return written;
    }

    private static int Digit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
