using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>Takes what the storage finds out about wrong pieces to the one who judges, and carries the sentence out (THREATS W4).</summary>
internal sealed class Blame
{
    private const string Reason = "sent wrong data";

    private readonly Torrent _torrent;
    private readonly SmartBan _judge;
    private readonly List<PeerIdentity> _convicted = [];

    public Blame(Torrent torrent)
    {
        _torrent = torrent;
        _judge = new SmartBan(torrent.Layout, torrent.Session.HashSeed);
    }

    /// <summary>Whether a peer had a part in a piece that failed, and it is not known yet whose fault that was.</summary>
    public bool IsSuspect(PeerIdentity peer) => _judge.IsSuspect(peer);

    public void BlockReceived(BlockRange block, PeerIdentity sender) => _judge.BlockReceived(block, sender);

    public void PieceFailed(PieceFailure failure, MonoTime now)
    {
        _judge.PieceFailed(failure.Piece, failure.Digests, _convicted);
        CarryOut(now);
    }

    public void BlocksFailed(BlocksFailure failure, MonoTime now)
    {
        foreach (int block in failure.Blocks)
            _judge.BlockFailed(failure.Piece, block, _convicted);
        CarryOut(now);
    }

    public void PiecePassed(PieceIndex piece) => _judge.PiecePassed(piece);

    public void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now)
    {
        _judge.PassedDigests(piece, digests, _convicted);
        CarryOut(now);
    }

    public void PieceDropped(PieceIndex piece) => _judge.PieceDropped(piece);

    private void CarryOut(MonoTime now)
    {
        foreach (PeerIdentity sender in _convicted)
            _torrent.Connector.Ban(sender, Reason, now);
        _convicted.Clear();
    }
}
