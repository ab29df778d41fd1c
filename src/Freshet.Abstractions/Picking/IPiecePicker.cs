using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// Decides which piece of a torrent is begun next, in place of Freshet's own strategies. Blocks within a piece, the end-game, take-over from slow peers, blame and accounts stay
/// Freshet's; so does what no picker can know better: pieces that others have begun are finished first, and a choking peer is asked only for what it allowed.
/// <para>
/// One instance serves one torrent. It is called on the session's only thread, thousands of times a second in a fast download: it must not block, wait, lock or do I/O, and should not
/// allocate. It is never called by two threads at once.
/// </para>
/// <para>
/// A picker that throws, or proposes a piece for which <see cref="IPieceView.CanBegin"/> is false, is not asked again: the torrent goes on with the rarest piece first and says so
/// once, by an event and in the log.
/// </para>
/// </summary>
public interface IPiecePicker
{
    /// <summary>The piece to begin for a peer that has room for requests, or null: whichever Freshet would.</summary>
    /// <param name="view">The torrent as that peer sees it at this moment; valid during the call only.</param>
    PieceIndex? Choose(IPieceView view);
}

/// <summary>What an <see cref="IPiecePicker"/> may look at. Every call is O(1) where nothing else is said. Arguments out of range are an <see cref="ArgumentException"/>.</summary>
public interface IPieceView
{
    /// <summary>The pieces and the files.</summary>
    PieceLayout Layout { get; }

    /// <summary>The peer that has room.</summary>
    ConnectionId Peer { get; }

    /// <summary>What it brings at the moment, in bytes a second; 0 while that is not known.</summary>
    long PeerBytesPerSecond { get; }

    /// <summary>Connected peers.</summary>
    int PeerCount { get; }

    /// <summary>Whether the piece may be proposed: the peer has it, a wanted file needs it, and nobody has begun it.</summary>
    bool CanBegin(PieceIndex piece);

    /// <summary>Whether the peer has a piece.</summary>
    bool PeerHas(PieceIndex piece);

    /// <summary>Where a piece stands.</summary>
    PieceState StateOf(PieceIndex piece);

    /// <summary>How much a piece is wanted: the highest priority of the files that it touches.</summary>
    FilePriority PriorityOf(PieceIndex piece);

    /// <summary>How many connected peers have a piece.</summary>
    int AvailabilityOf(PieceIndex piece);

    /// <summary>The first piece from a place on that may be proposed, or null. Looks at 64 pieces at a time.</summary>
    PieceIndex? NextFrom(PieceIndex piece);

    /// <summary>The rarest piece of the highest priority that may be proposed, any of the equally rare ones, or null.</summary>
    PieceIndex? Rarest();
}
