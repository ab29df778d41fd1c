using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>Finds out who sent wrong blocks.</summary>
public sealed class SmartBan
{
    /// <summary>Makes one for a torrent.</summary>
    public SmartBan(PieceLayout layout) => throw new NotSupportedException();

    /// <summary>The picker accepted a block from this peer. Not called for blocks that come from disk: they have no sender.</summary>
    public void BlockReceived(BlockRange block, IPEndPoint sender) => throw new NotSupportedException();

    /// <summary>A block has gone to disk and will be read back for the hash, so that a wrong piece may be the disk's fault.</summary>
    public void BlockSpilled(PieceIndex piece, int block) => throw new NotSupportedException();

    /// <summary>A piece's hash was wrong. Adds to <paramref name="convicted"/> whom to ban at once.</summary>
    /// <returns>True: hash its blocks (as they stand, before the leases go back) and call <see cref="FailedDigests"/>.</returns>
    public bool PieceFailed(PieceIndex piece, ICollection<IPEndPoint> convicted) => throw new NotSupportedException();

    /// <summary>The SHA-1 of every block of the piece that failed last.</summary>
    public void FailedDigests(PieceIndex piece, ReadOnlySpan<Sha1Hash> digests) => throw new NotSupportedException();

    /// <summary>A piece's hash was right.</summary>
    /// <returns>True: it had failed before; hash its blocks and call <see cref="PassedDigests"/>.</returns>
    public bool PiecePassed(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>The SHA-1 of every block of a right piece. Adds to <paramref name="convicted"/> whom to ban.</summary>
    public void PassedDigests(PieceIndex piece, ReadOnlySpan<Sha1Hash> digests, ICollection<IPEndPoint> convicted) => throw new NotSupportedException();

    /// <summary>What was received of a piece was thrown away without a verdict (stop, disk trouble).</summary>
    public void PieceDropped(PieceIndex piece) => throw new NotSupportedException();
}
