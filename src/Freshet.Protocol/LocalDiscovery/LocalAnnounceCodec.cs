using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Freshet.Core;

namespace Freshet.Protocol.LocalDiscovery;

/// <summary>Reads and writes the datagrams of BEP 14: a line of request and headers as in HTTP. What a header says that is not known is overlooked.</summary>
public static class LocalAnnounceCodec
{
    /// <summary>Swarms that are written or read of one datagram: with all else they fit into one of 1,400 bytes, the most that the BEP allows.</summary>
    public const int MaxSwarms = 20;

    /// <summary>A datagram that is longer is not looked at.</summary>
    public const int MaxLength = 1400;

    private const int MaxCookie = 64;

    /// <summary>Reads a datagram.</summary>
    /// <returns>False where it is no announce, or names no port or no swarm.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out LocalAnnounce? announce)
    {
        announce = null;
        if (datagram.Length > MaxLength || !TryTakeLine(ref datagram, out ReadOnlySpan<byte> line) || !line.StartsWith("BT-SEARCH * HTTP/1."u8))
            return false;
        int port = 0;
        string? cookie = null;
        var swarms = new List<InfoHash>();
        while (TryTakeLine(ref datagram, out line) && line.Length > 0)
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
                continue;
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(line[..colon], "port"u8))
                port = Utf8Parser.TryParse(value, out int number, out int used) && used == value.Length && number is > 0 and <= ushort.MaxValue ? number : 0;
            else if (Ascii.EqualsIgnoreCase(line[..colon], "infohash"u8))
                ReadSwarm(value, swarms);
            else if (Ascii.EqualsIgnoreCase(line[..colon], "cookie"u8) && value.Length <= MaxCookie)
                cookie = Encoding.Latin1.GetString(value);
        }

        if (port == 0 || swarms.Count == 0)
            return false;
        announce = new LocalAnnounce(port, swarms, cookie);
        return true;
    }

    /// <summary>Writes a datagram to a group; the first <see cref="MaxSwarms"/> swarms.</summary>
    public static byte[] Write(LocalAnnounce announce, IPEndPoint group)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"BT-SEARCH * HTTP/1.1\r\nHost: {group}\r\nPort: {announce.Port}\r\n");
        foreach (InfoHash swarm in announce.Swarms.Take(MaxSwarms))
            text.Append(CultureInfo.InvariantCulture, $"Infohash: {Convert.ToHexStringLower(swarm.Value.Bytes)}\r\n");
        if (announce.Cookie is { } cookie)
            text.Append(CultureInfo.InvariantCulture, $"cookie: {cookie}\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n\r\n").ToString());
    }

    private static void ReadSwarm(ReadOnlySpan<byte> hex, List<InfoHash> swarms)
    {
        Span<byte> bytes = stackalloc byte[Sha1Hash.Length];
        if (swarms.Count == MaxSwarms || hex.Length != 2 * bytes.Length
            || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return;
        }

        var swarm = new InfoHash(new Sha1Hash(bytes));
        if (!swarms.Contains(swarm))
            swarms.Add(swarm);
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        int end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        bool isLine = rest.Length > 0;
        rest = end < 0 ? default : rest[(end + 1)..];
        line = line.TrimEnd((byte)'\r');
        return isLine;
    }
}
