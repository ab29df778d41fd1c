using System.Diagnostics.CodeAnalysis;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>The trackers' URLs that torrents of a session name: torrents are many and trackers few, so that each URL is read once and kept once.</summary>
internal sealed class TrackerUrls
{
    /// <summary>URLs remembered: far more than the trackers of any session, some hundred KiB at the usual length. Where each torrent has a URL of its own, sharing is of no use.</summary>
    public const int MaxRemembered = 1000;

    private readonly Dictionary<string, TrackerUrl> _known = new(StringComparer.Ordinal);

    /// <summary>Reads a URL, or finds it.</summary>
    /// <param name="text">What a torrent or a user gave.</param>
    /// <param name="url">The URL: the same object for the same text, as long as it is remembered.</param>
    /// <param name="refusal">What is wrong with it, without repeating it.</param>
    public bool TryRead(string text, [NotNullWhen(true)] out TrackerUrl? url, [NotNullWhen(false)] out string? refusal)
    {
        refusal = null;
        if (_known.TryGetValue(text, out url))
            return true;
        if (!TrackerUrl.TryParse(text, out url, out refusal))
            return false;

        // Whoever is in use comes back with the next torrent.
        if (_known.Count >= MaxRemembered)
            _known.Clear();
        _known.Add(text, url);
        return true;
    }
}
