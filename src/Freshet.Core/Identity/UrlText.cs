using System.Text;

namespace Freshet.Core;

/// <summary>URLs of trackers and web seeds as torrents and links have them, made fit for use.</summary>
internal static class UrlText
{
    public static readonly string[] TrackerSchemes = ["http://", "https://", "udp://", "ws://", "wss://"];
    public static readonly string[] WebSeedSchemes = ["http://", "https://", "ftp://"];

    /// <summary>Whether a URL begins with one of these and goes on.</summary>
    public static bool HasScheme(string url, string[] schemes)
        => schemes.Any(scheme => url.Length > scheme.Length && url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Trims, and percent-encodes what no URL may hold; what is encoded already stays.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.Trim(" \t\r\n\0"u8);
        var url = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
        {
            if (b is > 0x20 and < 0x7F and not ((byte)'"' or (byte)'<' or (byte)'>' or (byte)'\\' or (byte)'^' or (byte)'`' or (byte)'{' or (byte)'|' or (byte)'}'))
                url.Append((char)b);
            else
                url.Append('%').Append(b.ToString("X2"));
        }

        return url.ToString();
    }

    /// <summary>The same URL with its host in ASCII, so that look-alike letters show as what they are (THREATS B12); null where the host is no name.</summary>
    public static string? WithAsciiHost(string url)
    {
        int start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = url.AsSpan(start).IndexOfAny("/?#") is >= 0 and var length ? start + length : url.Length;
        string authority = url[start..end];
        if (Ascii.IsValid(authority))
            return url;
        int from = authority.LastIndexOf('@') + 1;
        int to = authority.LastIndexOf(':') is var colon && colon > from ? colon : authority.Length;
        return AddressText.AsciiName(authority[from..to]) is { } host ? string.Concat(url.AsSpan(0, start + from), host, url.AsSpan(start + to)) : null;
    }
}
