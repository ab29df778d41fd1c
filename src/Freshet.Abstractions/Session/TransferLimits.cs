namespace Freshet.Abstractions;

/// <summary>How fast bytes may go out and come in.</summary>
/// <param name="Up">Bytes a second out, or null for no limit.</param>
/// <param name="Down">Bytes a second in, or null for no limit.</param>
public readonly record struct TransferLimits(long? Up, long? Down)
{
    /// <summary>
    /// The smallest limit, 1 KiB/s: at less, a block of 16 KiB takes longer than other clients wait for one, so that nothing but time-outs would come of it.
    /// Whoever wants to give nothing has no upload slots instead.
    /// </summary>
    public const long Least = 1024;

    /// <summary>No limit.</summary>
    public static TransferLimits None => default;

    /// <summary>Whether each direction is unlimited or at least <see cref="Least"/>.</summary>
    public bool IsValid => Up is null or >= Least && Down is null or >= Least;
}

/// <summary>What limits a torrent, below the session's limits.</summary>
public sealed record TorrentLimits
{
    /// <summary>No limit.</summary>
    public static TorrentLimits None { get; } = new();

    /// <summary>All of its peers together.</summary>
    public TransferLimits Whole { get; init; }

    /// <summary>Each of its peers.</summary>
    public TransferLimits EachPeer { get; init; }
}
