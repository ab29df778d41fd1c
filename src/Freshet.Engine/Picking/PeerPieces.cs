using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <summary>What one connected peer has, and what is asked of it.</summary>
internal sealed class PeerPieces(ConnectionId id)
{
    public const int NoPiece = -1;

    public ConnectionId Id { get; } = id;

    /// <summary>The pieces it has, of a peer that has some but not all; null for one that has nothing or everything.</summary>
    public PieceSet? Some { get; set; }

    /// <summary>It has everything and is counted once, not per piece.</summary>
    public bool HasAll { get; set; }

    /// <summary>
    /// It had everything and then took a piece back (BEP 54): from then on it is counted per piece for good, so that taking back and giving again cannot make
    /// us walk all pieces each time.
    /// </summary>
    public bool IsFickle { get; set; }

    /// <summary>How many pieces it has that are wanted and not here; not kept for one that has everything.</summary>
    public int Interesting { get; set; }

    /// <summary>What is asked of it.</summary>
    public RequestQueue Outstanding { get; } = new();

    /// <summary>It had nothing left to do and all that is asked of it was asked of others before (end-game).</summary>
    public bool IsHelping { get; set; }

    /// <summary>The piece that it is on.</summary>
    public int Current { get; set; } = NoPiece;

    /// <summary>As last heard: it lets requests time out.</summary>
    public bool IsSnubbed { get; set; }

    /// <summary>As last heard: it chokes us.</summary>
    public bool IsChoking { get; set; }

    /// <summary>As last heard: bytes a second, 0 while that is not known.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>The most that was heard: what it can do, also while it has nothing to do.</summary>
    public long BestBytesPerSecond { get; set; }

    public List<int>? Suggested { get; set; }

    public List<int>? AllowedFast { get; set; }

    /// <summary><see cref="PieceOrder.Additions"/> when no piece to begin was found for this peer: not searched again before something is added.</summary>
    public long BarrenAt { get; set; } = -1;

    public bool Has(int piece) => HasAll || (Some is not null && Some[piece]);

    /// <summary>Whether an owner of a piece is still at work: it has requests out, answers, and can be asked for more.</summary>
    public bool IsBusy => Outstanding.Count > 0 && !IsSnubbed && !IsChoking;
}
