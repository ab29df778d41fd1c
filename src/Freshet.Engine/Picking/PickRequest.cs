using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <summary>Who asks for blocks, and what is known of it at this moment.</summary>
/// <param name="Peer">The connection that the requests will go to.</param>
public readonly record struct PickRequest(ConnectionId Peer)
{
    /// <summary>The peer chokes us: only what it allowed fast (BEP 6) may be asked for.</summary>
    public bool IsChoked { get; init; }

    /// <summary>The peer let requests time out: it is kept away from pieces that others wait for.</summary>
    public bool IsSnubbed { get; init; }

    /// <summary>
    /// The peer is fast enough to bring a piece on its own in a short time (<see cref="PiecePicker.WholePieceTime"/>): it begins pieces of its own
    /// before it shares those of others.
    /// </summary>
    public bool PrefersWholePieces { get; init; }

    /// <summary>What the peer brings at the moment, in bytes a second; 0 while that is not known.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>
    /// What the peer brings while it has requests, in bytes a second, smoothed over so long that bursts do not show. By this peers are
    /// compared before one takes over blocks of another.
    /// </summary>
    public long UsualBytesPerSecond { get; init; }

    /// <summary>Whether <see cref="UsualBytesPerSecond"/> says also how little the peer brings; before that it may bring more, and is not slower than anybody.</summary>
    public bool IsRateSettled { get; init; }

    /// <summary>The peer sent part of a piece that failed, and it is not known yet whose fault that was: it shares no piece with others where possible.</summary>
    public bool IsSuspect { get; init; }
}
