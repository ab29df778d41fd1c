namespace Freshet.Core;

/// <summary>Where peers and data come from: trackers (BEP 3, BEP 12), web seeds (BEP 17, BEP 19) and DHT nodes (BEP 5). What is no use is left out with a warning.</summary>
internal static class SourceListParser
{
    /// <summary>The tiers of <c>announce-list</c>, else <c>announce</c> as one tier; each tracker once.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Trackers(BencodeValue root, ParseContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var tiers = new List<IReadOnlyList<string>>();
        foreach (BencodeValue tier in root["announce-list"u8].Items)
        {
            var urls = new List<string>();
            // A tier should be a list; torrents that name a tracker in its place are in use.
            if (tier.Kind == BencodeKind.String)
                AddUrl(tier, "announce-list", UrlText.TrackerSchemes, seen, urls, context);
            foreach (BencodeValue tracker in tier.Items)
                AddUrl(tracker, "announce-list", UrlText.TrackerSchemes, seen, urls, context);
            if (urls.Count > 0)
                tiers.Add(urls);
        }

        if (tiers.Count > 0 || !root["announce"u8].Exists)
            return tiers;
        var single = new List<string>();
        AddUrl(root["announce"u8], "announce", UrlText.TrackerSchemes, seen, single, context);
        return single.Count > 0 ? [single] : [];
    }

    /// <summary>The URLs of <c>url-list</c> or <c>httpseeds</c>, a string or a list of strings; each once.</summary>
    public static IReadOnlyList<string> WebSeeds(BencodeValue seeds, string key, bool asFolders, ParseContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var urls = new List<string>();
        if (seeds.Kind == BencodeKind.List)
        {
            foreach (BencodeValue seed in seeds.Items)
                AddUrl(seed, key, UrlText.WebSeedSchemes, seen, urls, context);
        }
        else if (seeds.Exists)
        {
            AddUrl(seeds, key, UrlText.WebSeedSchemes, seen, urls, context);
        }

        // BEP 19: the URL of several files is that of their folder.
        return asFolders ? [.. urls.Select(url => url.EndsWith('/') ? url : url + "/")] : urls;
    }

    /// <summary>The pairs of host and port in <c>nodes</c>.</summary>
    public static IReadOnlyList<(string Host, int Port)> Nodes(BencodeValue nodes, ParseContext context)
    {
        var result = new List<(string Host, int Port)>();
        foreach (BencodeValue node in nodes.Items)
        {
            BencodeValue.ItemEnumerator parts = node.Items;
            string? host = parts.MoveNext() ? parts.Current.TextOrNull() : null;
            long port = parts.MoveNext() ? parts.Current.IntegerOr(0) : 0;
            if (string.IsNullOrWhiteSpace(host) || port is < 1 or > 65535 || host.Any(char.IsControl) || result.Count >= MetainfoLimits.MaxUrls)
                context.Warn($"the DHT node at byte {node.Position} is left out");
            else
                result.Add((host, (int)port));
        }

        return result;
    }

    private static void AddUrl(BencodeValue value, string key, string[] schemes, HashSet<string> seen, List<string> urls, ParseContext context)
    {
        if (!value.TryGetBytes(out ReadOnlySpan<byte> bytes))
        {
            context.Warn($"'{key}' at byte {value.Position} is no string: left out");
            return;
        }

        string url = UrlText.Escape(bytes);
        if (url.Length == 0)
            return;
        if (!UrlText.HasScheme(url, schemes))
            context.Warn($"'{key}' at byte {value.Position} is no URL of a scheme that is served here: left out");
        else if (seen.Count >= MetainfoLimits.MaxUrls)
            context.Warn($"'{key}' at byte {value.Position} is past the limit of {MetainfoLimits.MaxUrls}: left out");
        else if (seen.Add(url))
            urls.Add(url);
    }
}
