using Freshet.Abstractions;

namespace Freshet.Engine.Picking;

/// <summary>What one connected peer has, and what is asked of it.</summary>
internal sealed class PeerPieces(ConnectionId id)
{
    public const int NoPiece = -1;

    // A mutable struct: not readonly.
    private BarrenMarks _barren;

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

    /// <summary>As last heard: what it usually brings when it is asked, in bytes a second, also while it has nothing to do.</summary>
    public long UsualBytesPerSecond { get; set; }

    /// <summary>As last heard: whether that is known to be no more.</summary>
    public bool IsRateSettled { get; set; }

    public List<int>? Suggested { get; set; }

    public List<int>? AllowedFast { get; set; }

    /// <summary>What was searched in vain for a piece to begin; forgotten when the peer has more.</summary>
    public ref BarrenMarks Barren => ref _barren;

    /// <summary>The piece that was begun last for it, where it fetches whole pieces in a row; else <see cref="NoPiece"/>.</summary>
    public int RunAt { get; set; } = NoPiece;

    /// <summary>How many bytes more the row may have.</summary>
    public long RunLeft { get; set; }

    /// <summary>The place in the list of all peers.</summary>
    public int Position { get; set; }

    public bool Has(int piece) => HasAll || (Some is not null && Some[piece]);

    /// <summary>Whether an owner of a piece is still at work: it has requests out, answers, and can be asked for more.</summary>
    public bool IsBusy => Outstanding.Count > 0 && !IsSnubbed && !IsChoking;
}
