using System.Security.Cryptography;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Parsing;

/// <summary>Whom to ask about what: trackers, torrents (which name both) and info-hashes, as a user lists them in any order.</summary>
internal sealed class TrackerTargets
{
    public const string Help = "Trackers (http, https or udp URLs), torrents (files, URLs that end in .torrent, or - for standard input) and info-hashes (40 hex digits)";

    private readonly List<string> _trackers = [];
    private readonly List<InfoHash> _hashes = [];
    private readonly List<Metainfo> _torrents = [];

    /// <summary>Whether no swarm was named.</summary>
    public bool HasNoSwarm => _hashes.Count == 0 && _torrents.Count == 0;

    /// <summary>The trackers that were named, else those of the torrents.</summary>
    public IReadOnlyList<string> Trackers
        => _trackers.Count > 0 ? [.. _trackers.Distinct(StringComparer.Ordinal)] : [.. _torrents.SelectMany(OwnTrackers).Distinct(StringComparer.Ordinal)];

    /// <summary>The first swarm that was named, or one that nobody has.</summary>
    public InfoHash AnySwarm
        => _torrents.Count > 0 ? _torrents[0].Hashes.Primary
            : _hashes.Count > 0 ? _hashes[0]
            : new InfoHash(new Sha1Hash(RandomNumberGenerator.GetBytes(Sha1Hash.Length)));

    public static async Task<TrackerTargets> ReadAsync(IReadOnlyList<string> texts, Streams streams, CancellationToken cancellationToken)
    {
        var targets = new TrackerTargets();
        foreach (string text in texts)
        {
            if (IsTracker(text))
                targets._trackers.Add(text);
            else if (InfoHash.TryParse(text, out InfoHash hash) && !File.Exists(text))
                targets._hashes.Add(hash);
            else
                targets._torrents.Add(await Sources.Open(text, streams).LoadAsync(cancellationToken));
        }

        return targets;
    }

    /// <summary>What to ask a tracker for: where it was named by torrents alone, only about those that name it.</summary>
    public IReadOnlyList<InfoHash> SwarmsFor(string tracker)
    {
        IEnumerable<Metainfo> torrents = _trackers.Count > 0 ? _torrents : _torrents.Where(torrent => OwnTrackers(torrent).Contains(tracker, StringComparer.Ordinal));
        return [.. torrents.SelectMany(torrent => torrent.Hashes.Swarms).Concat(_hashes).Distinct()];
    }

    /// <summary>What a swarm is called, or null.</summary>
    public string? NameOf(InfoHash swarm) => _torrents.Find(torrent => torrent.Hashes.Swarms.Contains(swarm))?.Name;

    private static IEnumerable<string> OwnTrackers(Metainfo torrent) => torrent.Trackers.SelectMany(tier => tier);

    private static bool IsTracker(string text)
    {
        if (text.StartsWith("udp://", StringComparison.OrdinalIgnoreCase))
            return true;
        bool isWeb = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        return isWeb && !text.Split('?')[0].EndsWith(".torrent", StringComparison.OrdinalIgnoreCase);
    }
}
