using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <summary>What became of a block that came in.</summary>
public enum ReceiveResult : byte
{
    /// <summary>It was missing: keep it.</summary>
    Accepted,

    /// <summary>It is there already: drop it.</summary>
    Duplicate,

    /// <summary>Nobody waits for it: the piece is not being fetched, or the range is no block of it. Drop it.</summary>
    Unwanted,
}

/// <summary>What became of a block that came in, and what follows from it.</summary>
public readonly struct ReceiveOutcome
{
    private readonly ConnectionId _twin0;
    private readonly ConnectionId _twin1;
    private readonly ConnectionId _twin2;

    internal ReceiveOutcome(ReceiveResult result, bool pieceIsWhole = false, ReadOnlySpan<ConnectionId> twins = default)
    {
        Result = result;
        PieceIsWhole = pieceIsWhole;
        TwinCount = twins.Length;
        _twin0 = twins.Length > 0 ? twins[0] : default;
        _twin1 = twins.Length > 1 ? twins[1] : default;
        _twin2 = twins.Length > 2 ? twins[2] : default;
    }

    /// <summary>What to do with the block.</summary>
    public ReceiveResult Result { get; }

    /// <summary>Whether every block of the piece is there now: hash it, then call <see cref="PiecePicker.MarkVerified"/> or <see cref="PiecePicker.MarkFailed"/>.</summary>
    public bool PieceIsWhole { get; }

    /// <summary>How many other connections were asked for this block too; the picker has forgotten those requests: send them CANCEL.</summary>
    public int TwinCount { get; }

    /// <summary>One of the other connections that were asked.</summary>
    /// <param name="index">From 0 to below <see cref="TwinCount"/>.</param>
    public ConnectionId Twin(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)TwinCount, nameof(index));
        return index switch { 0 => _twin0, 1 => _twin1, _ => _twin2 };
    }
}
