using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>Blocks that come from the data of another torrent on our own disk: asked of nobody else meanwhile, and never asked for twice.</content>
public sealed partial class PiecePicker
{
    // Neither connected nor counted: what is copied has no line that could be slow.
    private readonly PeerPieces _local = new(PieceSources.Local);

    // Made when something is held first: most torrents share nothing.
    private Bitfield? _held;

    /// <summary>Called when the first block of a piece is asked of a peer.</summary>
    public Action<PieceIndex>? Begun { get; set; }

    /// <summary>Pieces that no peer is asked for, because another torrent has them or fetches them.</summary>
    public int HeldCount { get; private set; }

    /// <summary>Whether no peer is asked for a piece, because another torrent has it or fetches it.</summary>
    public bool IsHeld(PieceIndex piece) => _held is not null && _held[piece];

    /// <summary>The first held piece from one on, or -1.</summary>
    public int NextHeld(int from) => HeldCount == 0 || from >= Have.Length ? -1 : _held!.NextSet(from);

    /// <summary>Asks no peer for a piece until <see cref="LetGo"/>. False where it is here, open or not wanted.</summary>
    public bool Hold(PieceIndex piece)
    {
        if (!_order.Contains(piece.Value))
            return false;
        _order.Remove(piece.Value);
        (_held ??= new Bitfield(Have.Length))[piece] = true;
        HeldCount++;
        return true;
    }

    /// <summary>A held piece may be asked of peers again. False where it was not held.</summary>
    public bool LetGo(PieceIndex piece)
    {
        if (!TakeHold(piece))
            return false;
        if (_wanted[piece])
            _order.Insert(piece.Value);
        return true;
    }

    /// <summary>Takes a block to be copied: no peer is asked for it from here on. False where it is here, asked of somebody, or its piece is not wanted.</summary>
    public bool TakeLocal(BlockRange block)
    {
        int piece = block.Piece.Value;
        if (block.BlockInPiece >= _layout.DataBlocksIn(block.Piece))
            return false;
        OpenPiece? open = _open.Find(piece);
        if (open is null)
        {
            if (_order.Contains(piece))
                _order.Remove(piece);
            else if (!_wanted[block.Piece] || !TakeHold(block.Piece))
                return false;
            open = _open.Open(piece, _layout.DataBlocksIn(block.Piece), wanted: true);
        }

        if (!open.TryTake(block.BlockInPiece, _local))
            return false;
        _local.Outstanding.Add(RequestQueue.KeyOf(block));
        _open.Relist(open);
        return true;
    }

    /// <summary>A block was copied. False where that is of no use any more: its piece was dropped.</summary>
    public bool MarkCopied(BlockRange block)
    {
        if (!_local.Outstanding.Remove(RequestQueue.KeyOf(block)) || _open.Find(block.Piece.Value) is not { } open)
            return false;
        open.Receive(block.BlockInPiece, _local, _twins);
        _open.Relist(open);
        return true;
    }

    /// <summary>A block could not be copied: peers may be asked for it.</summary>
    public void AbortLocal(BlockRange block)
    {
        long key = RequestQueue.KeyOf(block);
        if (_local.Outstanding.Remove(key))
            Release(key, _local);
    }

    /// <summary>Whether a block is being copied: what a peer sends of it late is of no use.</summary>
    private bool IsLocal(OpenPiece open, int block) => open.Asked(block) == _local;

    private bool TakeHold(PieceIndex piece)
    {
        if (!IsHeld(piece))
            return false;
        _held![piece] = false;
        HeldCount--;
        return true;
    }
}
