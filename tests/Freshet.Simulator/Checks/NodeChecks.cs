using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Checks;

/// <summary>
/// What must hold at a node at every moment: nothing is said to be had that is not stored and true, memory stays in its budget, no honest peer is banned,
/// and nothing stands still that could go on.
/// </summary>
public sealed class NodeChecks
{
    private readonly SimWorld _world;
    private readonly SimNode _node;
    private readonly StandstillWatch _watch;

    internal NodeChecks(SimSwarm swarm, SimNode node)
    {
        _world = swarm.World;
        _node = node;
        _watch = new StandstillWatch(swarm, node);
    }

    /// <summary>Peers that send wrong data; anybody else must never be banned.</summary>
    public HashSet<IPAddress> Villains { get; } = [];

    /// <summary>Whether bytes on disk change by themselves, so that a piece may be wrong the moment it is written.</summary>
    public bool DiskRots { get; set; }

    /// <summary>Pieces that were announced as done.</summary>
    public int PiecesDone { get; private set; }

    /// <summary>The most blocks that were in memory at once.</summary>
    public int MostBlocks { get; private set; }

    /// <summary>Looks at what the engine said.</summary>
    public void Notice(EngineNotice notice)
    {
        if (notice is PeerBannedNotice banned && !Villains.Contains(banned.Endpoint.Address))
            throw new SimulationException(_world, $"{_node.Address} banned the honest peer {banned.Endpoint}: {banned.Reason}");
    }

    /// <summary>Looks at a piece that is said to be right and written.</summary>
    public void PieceDone(TorrentId torrent, PieceIndex piece)
    {
        PiecesDone++;
        if (!DiskRots)
            MustBeStored(_node.Contents[torrent], piece);
    }

    /// <summary>Looks at the node after each iteration of its loop.</summary>
    public void Step()
    {
        MostBlocks = Math.Max(MostBlocks, _node.Pool.RentedBlocks);
        if (MostBlocks * (long)BlockRange.BlockLength > _node.MemoryLimit)
            throw new SimulationException(_world, $"{_node.Address} has {MostBlocks} blocks in memory, more than its budget");
    }

    /// <summary>Looks whether the node stands still; every virtual second while it lives.</summary>
    public void Watch() => _watch.Look();

    /// <summary>Every piece that the node says it has is stored and true. For the end of a scenario.</summary>
    public void MustBeTrue(TorrentId id)
    {
        Bitfield pieces = _node.Pieces(id);
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            MustBeStored(_node.Contents[id], new PieceIndex(i));
    }

    /// <summary>All files hold exactly the true bytes.</summary>
    public void MustBeComplete(TorrentId id)
    {
        SimContent content = _node.Contents[id];
        if (!_node.IsFinished(id))
            throw new SimulationException(_world, $"{_node.Address} is not complete: {_node.Status(id).PiecesDone} of {content.Layout.PieceCount} pieces, {_node.Status(id).State} {_node.Status(id).Reason}");
        for (int i = 0; i < content.Layout.PieceCount; i++)
            MustBeStored(content, new PieceIndex(i));
    }

    private void MustBeStored(SimContent content, PieceIndex piece)
    {
        byte[] stored = new byte[content.Layout.LengthOf(piece)];
        if (!_node.Disk.FilesOf(content.Metainfo).Read(new BlockRange(piece, 0, stored.Length), stored))
            throw new SimulationException(_world, $"{_node.Address} has piece {piece}, but it is not stored");
        if (!content.Truth(piece).SequenceEqual(stored))
            throw new SimulationException(_world, $"{_node.Address} has piece {piece}, but its bytes are wrong");
    }
}
