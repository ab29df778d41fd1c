using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>A leecher gives to those who give to it: by what came in the last round. Who snubs us, or downloads nothing more, has nothing to claim.</summary>
public sealed class TitForTat : IChokeRule
{
    // libtorrent's share: enough to find better partners, few enough that giving pays.
    private const int SlotsPerOptimistic = 5;

    /// <inheritdoc/>
    public SlotClaim ClaimOf(SlotSeeker peer, MonoTime now)
        => peer.Figures.IsSnubbing || peer.Figures.IsUploadOnly ? SlotClaim.None : SlotClaim.Usual;

    /// <inheritdoc/>
    public long WorthOf(SlotSeeker peer) => peer.ReceivedRate;

    /// <inheritdoc/>
    public int OptimisticOf(int slots) => slots == 0 ? 0 : Math.Max(1, slots / SlotsPerOptimistic);
}
