using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// What it costs to ask one peer for one piece rather than another: how common the piece is, how much of it is missing, and how long this peer would be at it,
/// each from 0 to 1. The lowest sum wins. <c>docs/picking.md</c> gives the reasons.
/// </summary>
internal static class SmartCost
{
    /// <summary>A piece that all have against one that nobody has: as much as anything else can weigh.</summary>
    private const double Commonness = 1.0;

    /// <summary>A whole piece against one that is nearly complete: half, so that the last piece in the swarm comes before a remainder of a common one.</summary>
    private const double Missing = 0.5;

    /// <summary>A slow peer at a whole piece: it would keep for long what others could give on; it had better finish remainders.</summary>
    private const double Wait = 1.0;

    /// <summary>The cost, from 0 to 2.5.</summary>
    /// <param name="availability">How many of the peers have the piece.</param>
    /// <param name="peers">How many there are.</param>
    /// <param name="missing">Blocks of it that nobody was asked for.</param>
    /// <param name="blocks">All of its blocks.</param>
    /// <param name="bytesPerSecond">What the peer brings; 0: not known, and taken for average.</param>
    public static double Of(int availability, int peers, int missing, int blocks, long bytesPerSecond)
    {
        double common = peers == 0 ? 0 : (double)availability / peers;
        double share = (double)missing / blocks;
        double seconds = (double)missing * BlockRange.BlockLength / Math.Max(1, bytesPerSecond);
        double wait = bytesPerSecond == 0 ? share / 2 : Math.Min(1, seconds / PiecePicker.WholePieceTime.TotalSeconds);
        return (Commonness * common) + (Missing * share) + (Wait * wait);
    }
}
