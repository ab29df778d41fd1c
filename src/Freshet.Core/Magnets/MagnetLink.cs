using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Freshet.Core;

/// <summary>A magnet link (BEP 9, BEP 53): the hashes that name a torrent, and what helps a client to begin.</summary>
public sealed record MagnetLink
{
    /// <summary>How a magnet link begins; letters of either case.</summary>
    public const string Scheme = "magnet:";

    // A multihash: SHA-256, 32 bytes (BEP 52).
    private const string Sha256Multihash = "1220";

    /// <summary><c>xt</c>: the torrent.</summary>
    public required InfoHashes Hashes { get; init; }

    /// <summary><c>dn</c>: a name to show until the torrent's own is known. Anybody may have written it.</summary>
    public string? Name { get; init; }

    /// <summary><c>xl</c>: the bytes of all files, as somebody says.</summary>
    public long? Length { get; init; }

    /// <summary><c>tr</c>: the trackers, with hosts in ASCII; each is a tier of its own.</summary>
    public IReadOnlyList<string> Trackers { get; init; } = [];

    /// <summary><c>ws</c>: the web seeds, with hosts in ASCII.</summary>
    public IReadOnlyList<string> WebSeeds { get; init; } = [];

    /// <summary><c>x.pe</c>: peers, by address or name.</summary>
    public IReadOnlyList<(string Host, int Port)> Peers { get; init; } = [];

    /// <summary><c>dht</c>: nodes of the DHT, by address or name.</summary>
    public IReadOnlyList<(string Host, int Port)> Nodes { get; init; } = [];

    /// <summary><c>so</c>: the files to fetch (BEP 53); empty: all.</summary>
    public IReadOnlyList<FileRange> Selection { get; init; } = [];

    /// <summary>What was left out, and why.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The name, or the hash where there is none.</summary>
    public string DisplayName => Name ?? Hashes.ToString();

    /// <summary>
    /// The link to a torrent: its hashes, name, length, trackers and web seeds. Null for a private torrent: its metainfo comes from its tracker alone (BEP 27),
    /// and the link would give its passkey away.
    /// </summary>
    public static MagnetLink? Of(Metainfo metainfo)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        return metainfo.IsPrivate ? null : new MagnetLink
        {
            Hashes = metainfo.Hashes,
            Name = metainfo.Name,
            Length = metainfo.Layout.Files.Where(static file => file.IsStored).Sum(static file => file.Length),
            Trackers = [.. metainfo.Trackers.SelectMany(static tier => tier)],
            WebSeeds = metainfo.UrlSeeds,
        };
    }

    /// <summary>Whether a text is meant as a magnet link or an info-hash, right or not.</summary>
    public static bool IsMeant(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || TryParseHash(text, out _);
    }

    /// <summary>Reads a magnet link, or an info-hash: 40 hexadecimal digits or 32 of base32 (v1), 64 hexadecimal digits or a multihash (v2).</summary>
    /// <exception cref="MagnetException">It cannot be used; the message says why.</exception>
    public static MagnetLink Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParseHash(text, out InfoHashes hashes) ? new MagnetLink { Hashes = hashes } : MagnetParser.Parse(text);
    }

    /// <summary>Reads a magnet link, or an info-hash; null where it cannot be used.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MagnetLink? link)
    {
        try
        {
            link = Parse(text);
            return true;
        }
        catch (MagnetException)
        {
            link = null;
            return false;
        }
    }

    /// <summary>Whether a file is one of those that the link asks for.</summary>
    public bool Selects(FileIndex file) => Selection.Count == 0 || Selection.Any(range => range.Contains(file));

    /// <summary>The link as text.</summary>
    public override string ToString()
    {
        var link = new StringBuilder("magnet:?");
        if (Hashes.V1 is { } v1)
            link.Append("xt=urn:btih:").Append(v1);
        if (Hashes.V2 is { } v2)
            link.Append(Hashes.IsHybrid ? "&" : "").Append("xt=urn:btmh:").Append(Sha256Multihash).Append(v2);
        if (Name is { } name)
            link.Append("&dn=").Append(Uri.EscapeDataString(name));
        if (Length is { } length)
            link.Append(CultureInfo.InvariantCulture, $"&xl={length}");
        foreach (string tracker in Trackers)
            link.Append("&tr=").Append(Uri.EscapeDataString(tracker));
        foreach (string seed in WebSeeds)
            link.Append("&ws=").Append(Uri.EscapeDataString(seed));
        foreach ((string host, int port) in Peers)
            link.Append("&x.pe=").Append(AddressText.Write(host, port));
        foreach ((string host, int port) in Nodes)
            link.Append("&dht=").Append(AddressText.Write(host, port));
        if (Selection.Count > 0)
            link.Append("&so=").AppendJoin(',', Selection);
        return link.ToString();
    }

    /// <summary>Reads what names a v2 torrent: a multihash of SHA-256.</summary>
    internal static bool TryParseMultihash(ReadOnlySpan<char> text, out Sha256Hash hash)
    {
        hash = default;
        return text.StartsWith(Sha256Multihash, StringComparison.Ordinal) && Sha256Hash.TryParse(text[Sha256Multihash.Length..], out hash);
    }

    private static bool TryParseHash(ReadOnlySpan<char> text, out InfoHashes hashes)
    {
        hashes = default;
        if (InfoHash.TryParse(text, out InfoHash v1))
            hashes = new InfoHashes(v1.Value, null);
        else if (Sha256Hash.TryParse(text, out Sha256Hash v2) || TryParseMultihash(text, out v2))
            hashes = new InfoHashes(null, v2);
        else
            return false;
        return true;
    }
}
