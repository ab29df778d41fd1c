using System.Globalization;
using System.Net;

namespace Freshet.Cli.Parsing;

/// <summary>A peer as <c>HOST:PORT</c>: a name, an IPv4 address, or an IPv6 address in brackets.</summary>
internal static class PeerText
{
    public static bool TryParse(string text, out EndPoint? peer)
    {
        peer = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || port == 0)
        {
            return false;
        }

        string host = text[..colon];
        if (host[0] == '[' && host[^1] == ']')
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (IPAddress.TryParse(host, out IPAddress? address))
            peer = new IPEndPoint(address, port);
        else if (Uri.CheckHostName(host) == UriHostNameType.Dns)
            peer = new DnsEndPoint(host, port);
        return peer is not null;
    }
}
