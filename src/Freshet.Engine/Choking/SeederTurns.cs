using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>
/// A seeder gives to those who take fastest, for a turn each: who has had its quota goes behind those who wait, so that a fast peer that would take
/// everything (THREATS W11) takes turns like any other; so does who takes nothing.
/// </summary>
/// <param name="pieceLength">In bytes.</param>
public sealed class SeederTurns(int pieceLength) : IChokeRule
{
    /// <summary>A turn lasts at least so long: libtorrent's minute.</summary>
    public static readonly TimeSpan TurnTime = TimeSpan.FromMinutes(1);

    // Two rounds: who has taken nothing in the last of them lets others wait for nothing.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    // libtorrent's quota: a turn brings whole pieces, which the peer can pass on.
    private const int TurnPieces = 20;

    // More go round than at a leecher: nothing is to be gained from those who do not.
    private const int SlotsPerOptimistic = 4;

    private readonly long _quota = (long)TurnPieces * pieceLength;

    /// <inheritdoc/>
    public SlotClaim ClaimOf(SlotSeeker peer, MonoTime now)
    {
        if (peer.Figures.IsUploadOnly)
            return SlotClaim.None;
        if (!peer.IsUnchoked)
            return SlotClaim.Usual;
        TimeSpan held = now - peer.UnchokedAt;
        bool hasHadItsTurn = peer.SentInTurn >= _quota && held >= TurnTime;
        bool takesNothing = peer.SentRate == 0 && held >= IdleTime;
        return hasHadItsTurn || takesNothing ? SlotClaim.Served : SlotClaim.Usual;
    }

    /// <inheritdoc/>
    public long WorthOf(SlotSeeker peer) => peer.SentRate;

    /// <inheritdoc/>
    public int OptimisticOf(int slots) => slots == 0 ? 0 : Math.Max(1, slots / SlotsPerOptimistic);
}
