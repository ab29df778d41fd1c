using System.Globalization;
using System.Text;

namespace Freshet.Core;

/// <summary>Writes magnet links (BEP 9, BEP 53's terms): the info-hash, and what helps a client to begin.</summary>
public static class MagnetLink
{
    /// <summary>
    /// The link to a torrent: its hashes, name, length, trackers and web seeds. Null for a private torrent: its metainfo comes from its tracker alone (BEP 27),
    /// and the link would give its passkey away.
    /// </summary>
    public static string? Of(Metainfo metainfo)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        if (metainfo.IsPrivate)
            return null;
        var link = new StringBuilder("magnet:?");
        if (metainfo.Hashes.V1 is { } v1)
            link.Append("xt=urn:btih:").Append(v1);

        // A multihash: SHA-256, 32 bytes (BEP 52).
        if (metainfo.Hashes.V2 is { } v2)
            link.Append(metainfo.Hashes.IsHybrid ? "&" : "").Append("xt=urn:btmh:1220").Append(v2);
        link.Append("&dn=").Append(Uri.EscapeDataString(metainfo.Name));
        link.Append(CultureInfo.InvariantCulture, $"&xl={metainfo.Layout.Files.Where(file => file.IsStored).Sum(file => file.Length)}");
        foreach (string tracker in metainfo.Trackers.SelectMany(tier => tier))
            link.Append("&tr=").Append(Uri.EscapeDataString(tracker));
        foreach (string seed in metainfo.UrlSeeds)
            link.Append("&ws=").Append(Uri.EscapeDataString(seed));
        return link.ToString();
    }
}
