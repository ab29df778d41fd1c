namespace Freshet.Engine.RateLimiting;

/// <summary>How fast bytes may go out and come in.</summary>
/// <param name="Up">Bytes a second out, or null for no limit.</param>
/// <param name="Down">Bytes a second in, or null for no limit.</param>
public readonly record struct TransferLimits(long? Up, long? Down)
{
    /// <summary>No limit.</summary>
    public static TransferLimits None => default;
}

/// <summary>What limits a whole session.</summary>
public sealed record SessionLimits
{
    /// <summary>What is in force unless the alternative is.</summary>
    public TransferLimits Normal { get; init; }

    /// <summary>What takes the place of <see cref="Normal"/>, both directions together.</summary>
    public TransferLimits Alternative { get; init; }

    /// <summary>Which of the two is in force. The engine knows no calendar: whoever has one switches.</summary>
    public bool UseAlternative { get; init; }

    /// <summary>Whether peers of this machine and of local networks are not limited.</summary>
    public bool ExemptLocal { get; init; }

    /// <summary>The pair that is in force.</summary>
    public TransferLimits InForce => UseAlternative ? Alternative : Normal;
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
