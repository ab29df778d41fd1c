using System.Globalization;
using System.Text;

namespace Freshet.Core;

/// <summary>
/// Reads magnet links. What names the torrent must be right; what only helps is left out with a warning where it is of no use. <c>as</c>, <c>xs</c> (but that it
/// names a feed), <c>kt</c> and <c>mt</c> are not read: a stranger's link shall not have us fetch whatever URL it likes.
/// </summary>
internal sealed class MagnetParser
{
    private readonly List<string> _trackers = [];
    private readonly List<string> _webSeeds = [];
    private readonly List<(string, int)> _peers = [];
    private readonly List<(string, int)> _nodes = [];
    private readonly List<FileRange> _selection = [];
    private readonly List<string> _warnings = [];
    private bool _isFeed;
    private Sha1Hash? _v1;
    private Sha256Hash? _v2;
    private string? _name;
    private long? _length;

    public static MagnetLink Parse(string text)
    {
        if (!text.StartsWith(MagnetLink.Scheme, StringComparison.OrdinalIgnoreCase))
            throw new MagnetException("it does not begin with magnet:");
        if (text.Length > MagnetLimits.MaxLength)
            throw new MagnetException($"it has {text.Length} characters; at most {MagnetLimits.MaxLength} are read");
        var parser = new MagnetParser();
        string parameters = text[MagnetLink.Scheme.Length..].TrimStart('?');
        foreach (Range range in parameters.AsSpan().Split('&'))
            parser.Add(parameters[range]);
        return parser.Finish();
    }

    private void Add(string parameter)
    {
        int equals = parameter.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return;

        // Several of a kind may be numbered: tr.1, tr.2.
        string key = parameter[..equals].ToLowerInvariant();
        if (key is not "x.pe" && key.LastIndexOf('.') is > 0 and var dot && key.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9') is false)
            key = key[..dot];
        byte[] value = Unescape(parameter.AsSpan(equals + 1), key);
        switch (key)
        {
            case "xt":
                AddTopic(Encoding.UTF8.GetString(value));
                break;
            case "xs":
                _isFeed |= FeedLink.IsKey(Encoding.UTF8.GetString(value));
                break;
            case "dn":
                AddName(value);
                break;
            case "xl":
                _length = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length) && length <= MetainfoLimits.MaxTotalLength ? length : Warn<long?>("the length (xl) is no length");
                break;
            case "tr":
                AddUrl(value, "tracker (tr)", UrlText.TrackerSchemes, _trackers, MagnetLimits.MaxTrackers);
                break;
            case "ws":
                AddUrl(value, "web seed (ws)", UrlText.WebSeedSchemes, _webSeeds, MagnetLimits.MaxWebSeeds);
                break;
            case "x.pe":
                AddAddress(value, "peer (x.pe)", _peers);
                break;
            case "dht":
                AddAddress(value, "DHT node (dht)", _nodes);
                break;
            case "so":
                AddFiles(Encoding.UTF8.GetString(value));
                break;
        }
    }

    private void AddTopic(string topic)
    {
        if (TryPrefix(topic, "urn:btih:", out string? v1))
        {
            if (!InfoHash.TryParse(v1, out InfoHash hash))
                throw new MagnetException("its v1 hash (urn:btih) has neither 40 hexadecimal digits nor 32 of base32");
            if (_v1 is { } other && other != hash.Value)
                throw new MagnetException("it names two different torrents by their v1 hashes");
            _v1 = hash.Value;
        }
        else if (TryPrefix(topic, "urn:btmh:", out string? v2))
        {
            if (!MagnetLink.TryParseMultihash(v2, out Sha256Hash hash))
                throw new MagnetException("its v2 hash (urn:btmh) is not 1220 and 64 hexadecimal digits");
            if (_v2 is { } other && other != hash)
                throw new MagnetException("it names two different torrents by their v2 hashes");
            _v2 = hash;
        }
    }

    private void AddName(byte[] value)
    {
        string name = Encoding.UTF8.GetString(value).Trim();
        _name = name.Length switch
        {
            0 => _name,
            > MagnetLimits.MaxName => Warn<string?>("the name (dn) is too long"),
            _ => name,
        };
    }

    private void AddUrl(byte[] value, string what, string[] schemes, List<string> urls, int most)
    {
        string text = Encoding.UTF8.GetString(value).Trim();
        string? url = UrlText.HasScheme(text, schemes) ? UrlText.WithAsciiHost(text) : null;
        url = url is null ? null : UrlText.Escape(Encoding.UTF8.GetBytes(url));
        if (url is null)
            Warn($"a {what} is no URL of a scheme that is served here");
        else if (url.Length > MagnetLimits.MaxUrl)
            Warn($"a {what} is longer than {MagnetLimits.MaxUrl} characters");
        else if (urls.Contains(url))
            return;
        else if (urls.Count >= most)
            Warn($"a {what} is past the limit of {most}");
        else
            urls.Add(url);
    }

    private void AddAddress(byte[] value, string what, List<(string, int)> addresses)
    {
        if (!AddressText.TryParse(Encoding.UTF8.GetString(value), out (string, int) address))
            Warn($"a {what} is no host with a port");
        else if (addresses.Contains(address))
            return;
        else if (addresses.Count >= MagnetLimits.MaxAddresses)
            Warn($"a {what} is past the limit of {MagnetLimits.MaxAddresses}");
        else
            addresses.Add(address);
    }

    private void AddFiles(string list)
    {
        foreach (Range part in list.AsSpan().Split(','))
        {
            ReadOnlySpan<char> text = list.AsSpan(part);
            if (text.IsEmpty)
                continue;
            if (!FileRange.TryParse(text, out FileRange range))
                Warn("a file to be fetched (so) is no index or range");
            else if (_selection.Count >= MagnetLimits.MaxRanges)
                Warn($"a file to be fetched (so) is past the limit of {MagnetLimits.MaxRanges}");
            else
                _selection.Add(range);
        }
    }

    private MagnetLink Finish()
    {
        if (_v1 is null && _v2 is null)
            throw new MagnetException(_isFeed ? "it names a feed (xs=urn:btpk:), whose torrent changes: follow it" : "it names no torrent: there is no xt=urn:btih: or xt=urn:btmh:");
        return new MagnetLink
        {
            Hashes = new InfoHashes(_v1, _v2),
            Name = _name,
            Length = _length,
            Trackers = _trackers,
            WebSeeds = _webSeeds,
            Peers = _peers,
            Nodes = _nodes,
            Selection = _selection,
            Warnings = _warnings,
        };
    }

    private static bool TryPrefix(string text, string prefix, out string rest)
    {
        bool has = text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
        rest = has ? text[prefix.Length..] : "";
        return has;
    }

    // A plus is a blank in names, as forms write them; in URLs it is itself.
    private static byte[] Unescape(ReadOnlySpan<char> text, string key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b == '%')
            {
                if (i + 2 >= bytes.Length || !byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out b))
                    throw new MagnetException($"a percent sign in {key} is not followed by two hexadecimal digits");
                i += 2;
            }
            else if (b == '+' && key == "dn")
            {
                b = (byte)' ';
            }

            bytes[length++] = b;
        }

        return bytes[..length];
    }

    private T? Warn<T>(string what)
    {
        Warn(what);
        return default;
    }

    private void Warn(string what)
    {
        if (_warnings.Count < MagnetLimits.MaxWarnings)
            _warnings.Add(what + ": left out");
    }
}
