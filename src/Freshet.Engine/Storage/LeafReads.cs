using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Who asked <see cref="TorrentStorage.ReadLeaves"/> for hashes.</summary>
public interface ILeafRequester
{
    /// <summary>The hashes of a piece's blocks were read.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="leaves">One a block; null where the disk could not give them, or the torrent was stopped.</param>
    /// <param name="now">The time.</param>
    void LeavesRead(PieceIndex piece, Sha256Hash[]? leaves, MonoTime now);
}

/// <summary>Hashes the blocks of pieces that are had, for peers who ask for leaves (BEP 52). They are kept nowhere: few ask, and reading is cheap.</summary>
internal sealed class LeafReads(TorrentStorage torrent, SessionStorage session)
{
    /// <summary>Pieces that are read at once for this: a piece may have 256 MiB, and who downloads shall not wait for who asks for hashes.</summary>
    private const int MaxOut = 4;

    private int _out;

    public bool TryRead(PieceIndex piece, ILeafRequester requester, MonoTime now)
    {
        if (_out >= MaxOut)
            return false;
        _out++;
        PieceTrees trees = torrent.Location.Trees!;
        DiskJob job = session.TakeJob(DiskJobKind.HashLeaves, torrent.Location.Torrent);
        job.Range = new BlockRange(piece, 0, trees.DataLength(piece));
        job.BlockCount = trees.LeavesIn(piece);
        job.Leaves = new Sha256Hash[job.BlockCount];
        torrent.Submit(job, new Pending(this, torrent, requester), now);
        return true;
    }

    private sealed class Pending(LeafReads reads, TorrentStorage torrent, ILeafRequester requester) : IDiskJobHandler
    {
        public TorrentStorage Torrent => torrent;

        public void Handle(DiskJob job, MonoTime now)
        {
            reads._out--;
            requester.LeavesRead(job.Range.Piece, job.Error is null && !torrent.IsStopping ? job.Leaves : null, now);
        }
    }
}
