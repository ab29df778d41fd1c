using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The payload of one piece message at a time: copied once, into a lease, where it was asked for, else walked over. A field, never a copy.
/// </summary>
internal struct BlockReceiver
{
    private int _filled;
    private bool _isWanted;
    private BufferLease _lease;
    private BlockRange _last;
    private BufferLease _lastLease;

    /// <summary>What the message says that it holds.</summary>
    public BlockRange Range { get; private set; }

    /// <summary>Starts with a message's payload.</summary>
    public void Begin(BlockRange range, bool isWanted)
    {
        Range = range;
        _filled = 0;
        _isWanted = isWanted;
    }

    /// <summary>Takes payload from the front of the bytes, of which there is at least one.</summary>
    /// <param name="bytes">What came.</param>
    /// <param name="pool">Where a wanted block is put.</param>
    /// <param name="layout">How much of the piece is still to come.</param>
    /// <param name="taken">How many bytes were taken.</param>
    /// <returns>False where the pool is empty and nothing could be taken.</returns>
    public bool TryTake(ReadOnlySpan<byte> bytes, BlockPool pool, PieceLayout layout, out int taken)
    {
        taken = 0;
        if (_isWanted && _lease.IsNone && !TryRent(pool, layout))
            return false;
        taken = Math.Min(Range.Length - _filled, bytes.Length);
        if (_isWanted)
            bytes[..taken].CopyTo(pool.Span(_lease)[_filled..]);
        _filled += taken;
        return true;
    }

    /// <summary>Whether the payload is through.</summary>
    public readonly bool IsDone => _filled == Range.Length;

    /// <summary>Gives the lease of a block that is done to the caller; none where it was not wanted.</summary>
    public BufferLease Finish()
    {
        if (!_isWanted)
            return default;
        _last = Range;
        _lastLease = _lease;
        _lease = default;
        _isWanted = false;
        return _lastLease;
    }

    /// <summary>The block that is halfway in is not wanted any more.</summary>
    /// <returns>False where it was another, or not wanted before.</returns>
    public bool Withdraw(BlockRange range, BlockPool pool)
    {
        if (!_isWanted || Range != range)
            return false;
        Release(pool);
        return true;
    }

    /// <summary>Gives the lease back.</summary>
    public void Release(BlockPool pool)
    {
        _isWanted = false;
        pool.Return(_lease);
        _lease = default;
    }

    /// <summary>Next to the block before it where that came over this connection too, so that a piece lies in one run of memory.</summary>
    private bool TryRent(BlockPool pool, PieceLayout layout)
    {
        bool follows = _last.Piece == Range.Piece && _last.Offset + _last.Length == Range.Offset;
        int run = layout.BlocksIn(Range.Piece) - Range.BlockInPiece;
        return pool.TryRent(follows ? _lastLease : default, run, out _lease);
    }
}
