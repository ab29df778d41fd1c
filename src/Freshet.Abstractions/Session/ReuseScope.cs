namespace Freshet.Abstractions;

/// <summary>Which torrents may take files that others of the session have, in place of fetching them again (<c>docs/same-file.md</c>).</summary>
public enum ReuseScope : byte
{
    /// <summary>None.</summary>
    Off,

    /// <summary>Those that are not private, from others that are not.</summary>
    Public,

    /// <summary>Private ones too: whoever sees how fast a file is there may conclude that it was there before.</summary>
    All,
}
