using System.Buffers.Text;

namespace Freshet.Tracker.Http;

/// <summary>What became of bytes that should be a request.</summary>
internal enum HttpReadResult
{
    /// <summary>It is whole.</summary>
    Whole,

    /// <summary>More must come.</summary>
    Incomplete,

    /// <summary>It is no request that is understood: 400.</summary>
    Bad,

    /// <summary>It is longer than <see cref="HttpRequest.MaxLength"/>: 431.</summary>
    TooLong,
}

/// <summary>
/// A request's line and the little of its header that matters here. Only what a tracker needs of HTTP/1.1 (RFC 9112): a GET without a body; everything is a view of
/// the bytes as they came.
/// </summary>
internal readonly ref struct HttpRequest
{
    /// <summary>Bytes of a request: a scrape of 74 torrents, every byte of them escaped, is of 5,500.</summary>
    public const int MaxLength = 8192;

    // Lines of a header: browsers send some fifteen.
    private const int MaxLines = 64;

    private HttpRequest(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, bool isGet, bool keepAlive)
    {
        Path = path;
        Query = query;
        IsGet = isGet;
        KeepAlive = keepAlive;
    }

    /// <summary>The path, escaped as it came.</summary>
    public ReadOnlySpan<byte> Path { get; }

    /// <summary>What follows the question mark, or empty.</summary>
    public ReadOnlySpan<byte> Query { get; }

    public bool IsGet { get; }

    /// <summary>Whether the client may go on on this connection.</summary>
    public bool KeepAlive { get; }

    /// <summary>Reads the first request of some bytes.</summary>
    /// <param name="input">All that has come and was not consumed.</param>
    /// <param name="request">The request, where it is whole.</param>
    /// <param name="consumed">Its length, where it is whole.</param>
    public static HttpReadResult Read(ReadOnlySpan<byte> input, out HttpRequest request, out int consumed)
    {
        request = default;
        consumed = 0;
        int end = input[..Math.Min(input.Length, MaxLength)].IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return input.Length >= MaxLength ? HttpReadResult.TooLong : IsHopeless(input) ? HttpReadResult.Bad : HttpReadResult.Incomplete;
        consumed = end + 4;
        ReadOnlySpan<byte> head = input[..end];
        int line = head.IndexOf("\r\n"u8);
        return TryReadHead(line < 0 ? head : head[..line], line < 0 ? default : head[(line + 2)..], out request) ? HttpReadResult.Whole : HttpReadResult.Bad;
    }

    // What does not begin like a method's name will never be a request: TLS, mostly.
    private static bool IsHopeless(ReadOnlySpan<byte> input) => !input.IsEmpty && !char.IsAsciiLetterUpper((char)input[0]);

    private static bool TryReadHead(ReadOnlySpan<byte> line, ReadOnlySpan<byte> header, out HttpRequest request)
    {
        request = default;
        int first = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first)
            return false;
        ReadOnlySpan<byte> version = line[(last + 1)..];
        bool is11 = version.SequenceEqual("HTTP/1.1"u8);
        if (!is11 && !version.SequenceEqual("HTTP/1.0"u8))
            return false;

        ReadOnlySpan<byte> target = line[(first + 1)..last];
        if (target.ContainsAnyInRange((byte)0, (byte)' ') || !TryReadHeader(header, is11, out bool keepAlive))
            return false;
        if (target.StartsWith("http://"u8))
        {
            // The form that proxies are sent.
            int slash = target[7..].IndexOf((byte)'/');
            target = slash < 0 ? "/"u8 : target[(7 + slash)..];
        }

        if (target.IsEmpty || target[0] != '/')
            return false;
        int mark = target.IndexOf((byte)'?');
        request = new HttpRequest(mark < 0 ? target : target[..mark], mark < 0 ? default : target[(mark + 1)..], line[..first].SequenceEqual("GET"u8), keepAlive);
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> header, bool is11, out bool keepAlive)
    {
        keepAlive = is11;
        for (int lines = 0; !header.IsEmpty; lines++)
        {
            if (lines == MaxLines)
                return false;
            int end = header.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = end < 0 ? header : header[..end];
            header = end < 0 ? default : header[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || line.ContainsAny((byte)0, (byte)'\r', (byte)'\n') || line[..colon].ContainsAny((byte)' ', (byte)'\t'))
                return false;
            ReadOnlySpan<byte> name = line[..colon], value = line[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "connection"u8))
            {
                keepAlive = is11 ? !HasToken(value, "close"u8) : HasToken(value, "keep-alive"u8);
            }
            else if (Is(name, "transfer-encoding"u8)
                || (Is(name, "content-length"u8) && !(Utf8Parser.TryParse(value, out long length, out int read) && read == value.Length && length == 0)))
            {
                // A body has no place here, and guessing where it ends is how requests are smuggled.
                return false;
            }
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase) => System.Text.Ascii.EqualsIgnoreCase(name, lowerCase);

    private static bool HasToken(ReadOnlySpan<byte> value, ReadOnlySpan<byte> token)
    {
        foreach (Range part in value.Split((byte)','))
        {
            if (Is(value[part].Trim(" \t"u8), token))
                return true;
        }

        return false;
    }
}
