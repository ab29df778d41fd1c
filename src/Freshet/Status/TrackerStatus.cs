namespace Freshet;

/// <summary>How a tracker of a torrent is doing at one moment. Immutable.</summary>
public sealed record TrackerStatus
{
    /// <summary>Its URL, secrets redacted.</summary>
    public required string Url { get; init; }

    /// <summary>Its tier, from 0.</summary>
    public int Tier { get; init; }

    /// <summary>Seeders that it knows, or null where it has not said.</summary>
    public int? Seeders { get; init; }

    /// <summary>Leechers that it knows, or null where it has not said.</summary>
    public int? Leechers { get; init; }

    /// <summary>How often the torrent was downloaded to the end, or null where it has not said.</summary>
    public int? Completed { get; init; }

    /// <summary>Addresses in its last answer.</summary>
    public int Peers { get; init; }

    /// <summary>When it is announced to next, from now.</summary>
    public TimeSpan? NextAnnounceIn { get; init; }

    /// <summary>Why the last announce failed, or null.</summary>
    public string? Error { get; init; }
}
