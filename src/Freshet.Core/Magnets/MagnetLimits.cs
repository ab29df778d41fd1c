namespace Freshet.Core;

/// <summary>What is taken from a magnet link (THREATS B12). What goes beyond is left out with a warning; a link that is too long is refused.</summary>
public static class MagnetLimits
{
    /// <summary>Characters of a link: what fits a web page or a command line; the longest in use have some 10,000.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Characters of a name.</summary>
    public const int MaxName = 1024;

    /// <summary>Characters of a URL.</summary>
    public const int MaxUrl = 2048;

    /// <summary>Trackers: as many as are announced to.</summary>
    public const int MaxTrackers = 128;

    /// <summary>Web seeds.</summary>
    public const int MaxWebSeeds = 128;

    /// <summary>Addresses of peers, and of DHT nodes: enough to begin with.</summary>
    public const int MaxAddresses = 128;

    /// <summary>Ranges of files. A range of any length takes as much memory as another.</summary>
    public const int MaxRanges = 1024;

    /// <summary>The highest index of a file: torrents with more files than this are too large for their own limits.</summary>
    public const int MaxFileIndex = 999_999;

    /// <summary>Warnings that are kept.</summary>
    public const int MaxWarnings = 50;
}
