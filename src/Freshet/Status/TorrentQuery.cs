using Freshet.Abstractions;

namespace Freshet;

/// <summary>What a list of torrents is sorted by.</summary>
public enum TorrentSort
{
    /// <summary>The order of adding.</summary>
    Id,

    /// <summary>The name, case ignored.</summary>
    Name,

    /// <summary>How much is there.</summary>
    Progress,

    /// <summary>Bytes of all files.</summary>
    Size,

    /// <summary>Bytes a second received.</summary>
    DownloadRate,

    /// <summary>Bytes a second sent.</summary>
    UploadRate,
}

/// <summary>Which torrents to list, in which order, and from where to where.</summary>
public sealed record TorrentQuery
{
    /// <summary>Only torrents with this in their name, case ignored; null for any.</summary>
    public string? NameContains { get; init; }

    /// <summary>Only torrents in one of these states; empty for any.</summary>
    public IReadOnlyList<TorrentState> States { get; init; } = [];

    /// <summary>What to sort by; equal ones by id.</summary>
    public TorrentSort SortBy { get; init; }

    /// <summary>Whether the highest comes first.</summary>
    public bool Descending { get; init; }

    /// <summary>How many to leave out at the start.</summary>
    public int Offset { get; init; }

    /// <summary>How many to give at most.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>A window of a longer list.</summary>
/// <param name="Items">What lies in the window.</param>
/// <param name="Total">The length of the whole list.</param>
/// <param name="Sequence">The sequence number of the snapshot that it was taken from.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, long Sequence);
