using Freshet.Abstractions;

namespace Freshet.Engine.RateLimiting;

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
