using System.Numerics;

namespace Freshet.Engine.Picking;

/// <summary>A piece of which some blocks are here or asked for, block by block. Used again for another piece when it is closed.</summary>
internal sealed class OpenPiece
{
    private Block[] _blocks = [];
    private ulong[] _free = [];

    // Askers beyond the first, of blocks that were asked for twice; empty outside end-game.
    private readonly List<(int Block, PeerPieces Peer)> _twins = [];

    public int Piece { get; private set; }

    /// <summary>Its blocks, those at its end that are filler left out: what these hold is known.</summary>
    public int BlockCount { get; private set; }

    /// <summary>Blocks that are neither here nor asked for.</summary>
    public int Free { get; private set; }

    /// <summary>Blocks that are asked for and not here.</summary>
    public int Requested { get; private set; }

    /// <summary>Blocks that are here.</summary>
    public int Received { get; private set; }

    /// <summary>Whether a wanted file needs it.</summary>
    public bool IsWanted { get; set; }

    /// <summary>The connection that began this piece for itself alone, while it is still on it.</summary>
    public PeerPieces? Owner { get; set; }

    /// <summary>The piece failed before: it comes from one sender where possible.</summary>
    public bool IsSole { get; set; }

    /// <summary>It was to come from one sender, who was too slow: anybody may help.</summary>
    public bool IsReleased { get; set; }

    /// <summary>A peer was asked for a part of it.</summary>
    public bool IsBegun { get; set; }

    /// <summary>Begun by a snubbed peer, for snubbed peers.</summary>
    public bool IsSlow { get; set; }

    /// <summary>The place in the list of pieces with free blocks, or -1.</summary>
    public int PartialIndex { get; set; } = -1;

    /// <summary>The place in the list of all open pieces.</summary>
    public int OpenIndex { get; set; }

    public List<(int Block, PeerPieces Peer)> Twins => _twins;

    public void Begin(int piece, int blocks)
    {
        Piece = piece;
        BlockCount = Free = blocks;
        Requested = Received = 0;
        Owner = null;
        IsWanted = true;
        IsSole = IsReleased = IsSlow = IsBegun = false;
        PartialIndex = -1;
        _twins.Clear();
        if (_blocks.Length < blocks)
        {
            _blocks = new Block[blocks];
            _free = new ulong[(blocks + 63) / 64];
        }

        _blocks.AsSpan(0, blocks).Clear();
        _free.AsSpan().Clear();
        _free.AsSpan(0, blocks / 64).Fill(ulong.MaxValue);
        if ((blocks & 63) != 0)
            _free[blocks / 64] = (1UL << (blocks & 63)) - 1;
    }

    public bool IsReceived(int block) => _blocks[block].IsReceived;

    /// <summary>How many connections were asked for a block and have not answered.</summary>
    public int Copies(int block) => _blocks[block].Copies;

    /// <summary>Who was asked first for a block that is asked for and not here; else null.</summary>
    public PeerPieces? Asked(int block) => _blocks[block].Asked;

    /// <summary>Takes the first free block for a peer; there is one.</summary>
    public int TakeFree(PeerPieces peer)
    {
        int word = 0;
        while (_free[word] == 0)
            word++;
        int block = (word << 6) + BitOperations.TrailingZeroCount(_free[word]);
        _free[word] &= _free[word] - 1;
        _blocks[block] = new Block { Asked = peer, Copies = 1 };
        Free--;
        Requested++;
        return block;
    }

    /// <summary>Takes a certain block, where it is free.</summary>
    public bool TryTake(int block, PeerPieces peer)
    {
        ulong bit = 1UL << (block & 63);
        if ((_free[block >> 6] & bit) == 0)
            return false;
        _free[block >> 6] &= ~bit;
        _blocks[block] = new Block { Asked = peer, Copies = 1 };
        Free--;
        Requested++;
        return true;
    }

    /// <summary>Asks one more peer for a block that is asked for.</summary>
    public void AddTwin(int block, PeerPieces peer)
    {
        _blocks[block].Copies++;
        _twins.Add((block, peer));
    }

    /// <summary>A peer will not answer. True when the block is free now.</summary>
    public bool Release(int block, PeerPieces peer)
    {
        ref Block state = ref _blocks[block];
        state.Copies--;
        if (state.Copies > 0)
        {
            RemoveTwin(block, peer, ref state);
            return false;
        }

        state.Asked = null;
        _free[block >> 6] |= 1UL << (block & 63);
        Requested--;
        Free++;
        return true;
    }

    /// <summary>A block is here.</summary>
    /// <param name="block">The block, not here before.</param>
    /// <param name="sender">Who sent it; null: from disk.</param>
    /// <param name="others">Takes the other connections that were asked for it.</param>
    public void Receive(int block, PeerPieces? sender, List<PeerPieces> others)
    {
        ref Block state = ref _blocks[block];
        if (state.Copies == 0)
        {
            _free[block >> 6] &= ~(1UL << (block & 63));
            Free--;
        }
        else
        {
            Requested--;
            if (state.Asked != sender)
                others.Add(state.Asked!);
            for (int i = _twins.Count - 1; i >= 0 && state.Copies > 1; i--)
            {
                if (_twins[i].Block != block)
                    continue;
                if (_twins[i].Peer != sender)
                    others.Add(_twins[i].Peer);
                _twins.RemoveAt(i);
            }
        }

        state = new Block { IsReceived = true };
        Received++;
    }

    /// <summary>A block that was here is wrong: it is free again.</summary>
    public void TakeBack(int block)
    {
        Invariant.Holds(_blocks[block].IsReceived, "only a block that is here is taken back");
        _blocks[block] = default;
        _free[block >> 6] |= 1UL << (block & 63);
        Free++;
        Received--;
    }

    private void RemoveTwin(int block, PeerPieces peer, ref Block state)
    {
        // The first asker has gone: the next one takes its place.
        bool first = state.Asked == peer;
        for (int i = 0; i < _twins.Count; i++)
        {
            if (_twins[i].Block != block || (!first && _twins[i].Peer != peer))
                continue;
            if (first)
                state.Asked = _twins[i].Peer;
            _twins.RemoveAt(i);
            return;
        }
    }

    private struct Block
    {
        public PeerPieces? Asked;
        public byte Copies;
        public bool IsReceived;
    }
}
