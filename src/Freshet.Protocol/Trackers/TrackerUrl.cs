using System.Diagnostics;
using Freshet.Core;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Freshet.Protocol.Trackers;

/// <summary>How a tracker is spoken to.</summary>
public enum TrackerProtocol
{
    /// <summary>HTTP without TLS.</summary>
    Http,

    /// <summary>HTTP with TLS.</summary>
    Https,

    /// <summary>UDP (BEP 15).</summary>
    Udp,
}

/// <summary>
/// A tracker's address, checked: http, https or udp and nothing else (H2), with a host and a port. Path and query stay as they were
/// written, because passkeys are compared byte by byte. As text it shows no secret (H5); the whole URL must be asked for by name.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrackerUrl : IEquatable<TrackerUrl>
{
    // Of a tracker everything is hidden that is not known to be harmless; UrlSecrets, which meets any URL in any text, can only hide what looks secret.
    private const string Hidden = UrlSecrets.Mask;

    // Shorter parts are no secrets, and hiding each "1" of a text would make it unreadable.
    private const int ShortestSecret = 4;

    // A label of a host name as long as this is a key, not a word.
    private const int LongestWord = 24;

    // What trackers call their scripts; any other part of a path may be a passkey.
    private static readonly string[] HarmlessSegments = ["announce", "announce.php", "scrape", "scrape.php", "tracker", "tracker.php", "ann", "bt"];

    private readonly string _userInfo;
    private readonly string _redacted;

    private TrackerUrl(TrackerProtocol protocol, Uri uri, string host, string userInfo, string pathAndQuery)
    {
        Protocol = protocol;
        Uri = uri;
        Host = host;
        HostAndPort = string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
        PathAndQuery = pathAndQuery;
        _userInfo = userInfo;
        _redacted = Redact();
    }

    /// <summary>How to speak to it.</summary>
    public TrackerProtocol Protocol { get; }

    /// <summary>The whole URL with its secrets; path and query go out as they were written.</summary>
    public Uri Uri { get; }

    /// <summary>The host's name (in ASCII) or address, without brackets.</summary>
    public string Host { get; }

    /// <summary>The host with its port, as a key: what trackers of one machine have in common.</summary>
    public string HostAndPort { get; }

    /// <summary>1 to 65,535.</summary>
    public int Port => Uri.Port;

    /// <summary>From the first slash on, with its secrets, without a fragment.</summary>
    public string PathAndQuery { get; }

    /// <summary>Reads a URL.</summary>
    /// <param name="text">What a torrent or a user gave.</param>
    /// <param name="url">The URL.</param>
    /// <param name="error">What is wrong with it, without repeating it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TrackerUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        text = text.Trim();
        int schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        error = text.Length > TrackerLimits.MaxUrl ? $"it is longer than {TrackerLimits.MaxUrl} characters"
            : schemeEnd <= 0 ? "it has no scheme"
            : text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.Contains('\u007F', StringComparison.Ordinal) ? "it contains control characters"
            : null;
        if (error is not null)
            return false;
        if (ProtocolOf(text.AsSpan(0, schemeEnd)) is not { } protocol)
        {
            error = "its scheme is not http, https or udp";
            return false;
        }

        int authorityStart = schemeEnd + 3;
        int pathOffset = text.AsSpan(authorityStart).IndexOfAny("/?#\\");
        int pathStart = pathOffset < 0 ? text.Length : authorityStart + pathOffset;
        string authority = text[authorityStart..pathStart];
        int at = authority.LastIndexOf('@');
        string pathAndQuery = EncodePath(text.AsSpan(pathStart));
        string whole = string.Concat(text.AsSpan(0, schemeEnd).ToString().ToLowerInvariant(), "://", authority, pathAndQuery);
        if (whole.Length > TrackerLimits.MaxUrl)
        {
            error = $"it is longer than {TrackerLimits.MaxUrl} characters";
            return false;
        }

        var asItStands = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        // What the library reads must be what stands here: it takes some odd authorities for a host and a path.
        if (!IsPlainAuthority(authority.AsSpan(at + 1)) || !Uri.TryCreate(whole, asItStands, out Uri? uri)
            || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic
            || !string.Equals(uri.PathAndQuery, pathAndQuery, StringComparison.Ordinal)
            || AsciiHost(uri) is not { } host)
        {
            error = "its host is not a name or an address";
            return false;
        }

        if (uri.Port is <= 0 or > ushort.MaxValue)
        {
            error = "it has no port";
            return false;
        }

        url = new TrackerUrl(protocol, uri, host, at < 0 ? "" : authority[..at], pathAndQuery);
        return true;
    }

    /// <summary>Replaces what may be a secret of this URL in a text that quotes it, such as a tracker's or a library's error.</summary>
    public string Scrub(string text)
    {
        foreach (string secret in Secrets())
        {
            text = text.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase);
            string unescaped = Uri.UnescapeDataString(secret);
            if (unescaped.Length >= ShortestSecret)
                text = text.Replace(unescaped, Hidden, StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    /// <inheritdoc/>
    public bool Equals(TrackerUrl? other)
        => other is not null && Protocol == other.Protocol && Port == other.Port && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase)
            && string.Equals(PathAndQuery, other.PathAndQuery, StringComparison.Ordinal)
            && string.Equals(_userInfo, other._userInfo, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TrackerUrl);

    /// <summary>The same in every process.</summary>
    public override int GetHashCode()
    {
        uint hash = (uint)Port;
        foreach (char c in PathAndQuery)
            hash = (hash * 31) + c;
        foreach (char c in Host)
            hash = (hash * 31) + char.ToLowerInvariant(c);
        return (int)hash;
    }

    /// <summary>The URL for logs and people: passwords, passkeys in path and query, and keys in the host's name show as <c>…</c> (H5).</summary>
    public override string ToString() => _redacted;

    /// <summary>A name or address, IPv6 in brackets, and nothing or a colon and digits behind it.</summary>
    private static bool IsPlainAuthority(ReadOnlySpan<char> authority)
    {
        int hostEnd = authority.StartsWith("[") ? authority.IndexOf(']') + 1 : authority.IndexOf(':');
        ReadOnlySpan<char> port = hostEnd < 0 ? "" : authority[hostEnd..];
        return port.IsEmpty || (port[0] == ':' && port.Length <= 6 && !port[1..].ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>The name in ASCII (B12: nobody is shown a look-alike); null where the library finds no such form.</summary>
    private static string? AsciiHost(Uri uri)
    {
        try
        {
            return uri.IdnHost is { Length: > 0 } host && Ascii.IsValid(host) ? host : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static TrackerProtocol? ProtocolOf(ReadOnlySpan<char> scheme)
        => scheme.Equals("http", StringComparison.OrdinalIgnoreCase) ? TrackerProtocol.Http
            : scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? TrackerProtocol.Https
            : scheme.Equals("udp", StringComparison.OrdinalIgnoreCase) ? TrackerProtocol.Udp
            : null;

    /// <summary>Starts with a slash, ends before a fragment; what may not stand in a request line is percent-encoded, all else left alone.</summary>
    private static string EncodePath(ReadOnlySpan<char> raw)
    {
        int fragment = raw.IndexOf('#');
        if (fragment >= 0)
            raw = raw[..fragment];
        var path = new StringBuilder(raw.Length + 1);
        if (raw.IsEmpty || raw[0] != '/')
            path.Append('/');
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in raw.EnumerateRunes())
        {
            if (rune.IsAscii && rune.Value is > 0x20 and not ('"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}'))
            {
                path.Append((char)rune.Value);
                continue;
            }

            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
                path.Append('%').Append(b.ToString("X2"));
        }

        return path.ToString();
    }

    private static bool IsHarmless(string segment)
        => segment.Length == 0 || HarmlessSegments.Contains(segment, StringComparer.OrdinalIgnoreCase);

    private string Redact()
    {
        int query = PathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? PathAndQuery : PathAndQuery[..query];
        string segments = string.Join('/', path.Split('/').Select(segment => IsHarmless(segment) ? segment : Hidden));
        string host = Uri.HostNameType == UriHostNameType.IPv6 ? $"[{Host}]"
            : string.Join('.', Host.Split('.').Select(label => label.Length > LongestWord ? Hidden : label));
        return $"{Uri.Scheme}://{(_userInfo.Length > 0 ? $"{Hidden}@" : "")}{host}:{Port}{segments}{(query < 0 ? "" : $"?{Hidden}")}";
    }

    private IEnumerable<string> Secrets()
    {
        int query = PathAndQuery.IndexOf('?', StringComparison.Ordinal);
        IEnumerable<string> segments = (query < 0 ? PathAndQuery : PathAndQuery[..query]).Split('/').Where(segment => !IsHarmless(segment));
        IEnumerable<string> values = query < 0 ? [] : PathAndQuery[(query + 1)..].Split('&', ';').Select(pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        IEnumerable<string> labels = Host.Split('.').Where(label => label.Length > LongestWord);
        return segments.Concat(values).Concat(labels).Concat(_userInfo.Split(':'))
            .Where(secret => secret.Length >= ShortestSecret)
            .OrderByDescending(secret => secret.Length);
    }
}
