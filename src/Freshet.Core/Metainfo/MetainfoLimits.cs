namespace Freshet.Core;

/// <summary>How large a .torrent file and what it describes may be.</summary>
public static class MetainfoLimits
{
    /// <summary>Bytes of a .torrent file: twice the largest ever reported.</summary>
    public const int MaxFileBytes = 32 * 1024 * 1024;

    /// <summary>Pieces: the field's limit; more would not fit a bitfield message that others accept.</summary>
    public const int MaxPieces = 2_097_152;

    /// <summary>Bytes of a piece: 32767 blocks, the field's limit.</summary>
    public const int MaxPieceLength = 32767 * BlockRange.BlockLength;

    /// <summary>Bytes of a torrent: offsets stay below 48 bits, as file systems and other clients need them to.</summary>
    public const long MaxTotalLength = (1L << 48) - 1;

    /// <summary>Elements of a path: folders inside one another and the file's name.</summary>
    public const int MaxPathElements = 100;

    /// <summary>Characters of all paths together, where each file's path counts whole: 128 MiB of memory, some 500,000 files with usual names.</summary>
    public const int MaxPathCharacters = 64 * 1024 * 1024;

    /// <summary>Trackers, web seeds and DHT nodes that are kept of each kind: more only serve to flood others.</summary>
    public const int MaxUrls = 1000;

    /// <summary>Similar torrents and collections that are kept of each (BEP 38): each is looked up when the torrent is added.</summary>
    public const int MaxRelatives = 100;

    /// <summary>Remarks on odd files: more are summed up.</summary>
    public const int MaxWarnings = 50;
}
