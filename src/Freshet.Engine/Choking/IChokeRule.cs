using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>Where a peer stands when regular slots are shared out, whatever it is worth.</summary>
public enum SlotClaim
{
    /// <summary>It gets a slot only when its turn comes among those that go round.</summary>
    None,

    /// <summary>It has had its turn: after everybody else.</summary>
    Served,

    /// <summary>By what it is worth.</summary>
    Usual,
}

/// <summary>Who deserves a regular slot. The slots that go round are the choker's own business.</summary>
public interface IChokeRule
{
    /// <summary>Whether a peer may have a regular slot.</summary>
    SlotClaim ClaimOf(SlotSeeker peer, MonoTime now);

    /// <summary>The more, the sooner it gets one; of equals the one that has waited longer.</summary>
    long WorthOf(SlotSeeker peer);

    /// <summary>How many of so many slots go round.</summary>
    int OptimisticOf(int slots);
}
