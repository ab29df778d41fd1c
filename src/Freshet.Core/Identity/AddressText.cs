using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Freshet.Core;

/// <summary>Hosts with ports as people and links write them: <c>name:1</c>, <c>192.0.2.1:1</c>, <c>[2001:db8::1]:1</c>.</summary>
public static class AddressText
{
    /// <summary>A name of the DNS has no more.</summary>
    private const int LongestHost = 253;

    /// <summary>Reads a host and a port; a name comes out in ASCII, so that look-alike letters show as what they are.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out (string Host, int Port) address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is 0 or > ushort.MaxValue)
            return false;
        ReadOnlySpan<char> host = text[..colon];
        string? ascii;
        if (host is ['[', .. var inner, ']'])
            ascii = IPAddress.TryParse(inner, out IPAddress? address6) && address6.AddressFamily == AddressFamily.InterNetworkV6 ? address6.ToString() : null;
        else
            ascii = AsciiName(host.ToString());
        address = (ascii ?? "", port);
        return ascii is not null;
    }

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    public static string Write(string host, int port)
        => string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    /// <summary>A name, or an IPv4 address, in ASCII; null where it is neither.</summary>
    internal static string? AsciiName(string host)
    {
        if (host.Length is 0 or > LongestHost)
            return null;
        try
        {
            string ascii = new IdnMapping { AllowUnassigned = false }.GetAscii(host).ToLowerInvariant();
            return ascii.Length <= LongestHost && Uri.CheckHostName(ascii) is UriHostNameType.Dns or UriHostNameType.IPv4 ? ascii : null;
        }
        catch (ArgumentException)
        {
            // Letters that no name may have.
            return null;
        }
    }
}
