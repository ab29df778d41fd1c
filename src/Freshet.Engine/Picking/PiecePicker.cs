using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>Decides which blocks are asked of which peer.</summary>
public sealed class PiecePicker
{
    /// <summary>A peer that brings a whole piece within this time is fast (<see cref="PickRequest.PrefersWholePieces"/>): libtorrent's 20 s.</summary>
    public static readonly TimeSpan WholePieceTime = TimeSpan.FromSeconds(20);

    /// <summary>Makes a picker for a torrent of which nothing is there and everything is wanted.</summary>
    public PiecePicker(PieceLayout layout, SeededRandom random, PickStrategy strategy = PickStrategy.RarestFirst) => throw new NotSupportedException();

    /// <summary>The order in which new pieces are begun; may change at any time.</summary>
    public PickStrategy Strategy { get; set; }

    /// <summary>The pieces that are there, hash right. For reading only.</summary>
    public Bitfield Have => throw new NotSupportedException();

    /// <summary>How many wanted pieces are not there yet, those that are being hashed counted.</summary>
    public int MissingWanted => throw new NotSupportedException();

    /// <summary>Whether every wanted piece is there.</summary>
    public bool IsComplete => MissingWanted == 0;

    /// <summary>Peers that have every piece.</summary>
    public int SeederCount => throw new NotSupportedException();

    /// <summary>Whether every wanted block that some peer has is asked for or here.</summary>
    public bool IsEndGame => throw new NotSupportedException();

    /// <summary>Pieces that are open and have blocks which nobody was asked for.</summary>
    public int PartialCount => throw new NotSupportedException();

    /// <summary>Where a piece stands.</summary>
    public PieceState StateOf(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>How many connected peers have a piece.</summary>
    public int AvailabilityOf(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>Copies blocks of an open or whole piece that are here into <paramref name="blocks"/> (one bit a block); none for other pieces.</summary>
    public void CopyReceived(PieceIndex piece, Bitfield blocks) => throw new NotSupportedException();

    /// <summary>A peer has come; it has nothing yet.</summary>
    public void AddPeer(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>A peer has gone: what was asked of it is free again. Costs its own pieces and requests only.</summary>
    public void RemovePeer(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>BITFIELD: what the peer has, in place of what was known. The bitfield is copied.</summary>
    public void SetHave(ConnectionId peer, Bitfield pieces) => throw new NotSupportedException();

    /// <summary>HAVE ALL (BEP 6).</summary>
    public void SetHaveAll(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>HAVE. False where it was known.</summary>
    public bool AddHave(ConnectionId peer, PieceIndex piece) => throw new NotSupportedException();

    /// <summary>DONT HAVE (BEP 54). False where it was known.</summary>
    public bool RemoveHave(ConnectionId peer, PieceIndex piece) => throw new NotSupportedException();

    /// <summary>SUGGEST (BEP 6): begun first on this connection where it is wanted. The last <see cref="MaxSuggested"/> count.</summary>
    public void Suggest(ConnectionId peer, PieceIndex piece) => throw new NotSupportedException();

    /// <summary>ALLOWED FAST (BEP 6): may be asked of this peer while it chokes us. The first <see cref="MaxAllowedFast"/> count.</summary>
    public void AllowFast(ConnectionId peer, PieceIndex piece) => throw new NotSupportedException();

    /// <summary>Suggested pieces kept a peer: libtorrent's 16.</summary>
    public const int MaxSuggested = 16;

    /// <summary>Allowed-fast pieces kept a peer: libtorrent sends 5, others 10; more than this is noise.</summary>
    public const int MaxAllowedFast = 32;

    /// <summary>Whether the peer has a piece.</summary>
    public bool PeerHas(ConnectionId peer, PieceIndex piece) => throw new NotSupportedException();

    /// <summary>How many pieces the peer has.</summary>
    public int PeerPieceCount(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>Whether the peer has a wanted piece that is not here: what INTERESTED says.</summary>
    public bool IsInteresting(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>How many requests of this connection are out.</summary>
    public int OutstandingOf(ConnectionId peer) => throw new NotSupportedException();

    /// <summary>Chooses blocks to ask of a peer; each counts as requested from here on, until received or aborted.</summary>
    /// <param name="who">The peer.</param>
    /// <param name="into">As many blocks as the peer's window has room for.</param>
    /// <returns>How many were chosen; 0 when there is nothing for this peer now.</returns>
    public int Pick(in PickRequest who, Span<BlockRange> into) => throw new NotSupportedException();

    /// <summary>A block came in.</summary>
    public ReceiveOutcome MarkReceived(BlockRange block, ConnectionId from) => throw new NotSupportedException();

    /// <summary>A request will not be answered (REJECT, time-out). False where it was not out.</summary>
    public bool Abort(BlockRange block, ConnectionId peer) => throw new NotSupportedException();

    /// <summary>No request of a connection will be answered (CHOKE, time-out).</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="exceptAllowedFast">Keep those for allowed-fast pieces: a CHOKE does not void them (BEP 6).</param>
    /// <returns>How many were out.</returns>
    public int AbortAll(ConnectionId peer, bool exceptAllowedFast = false) => throw new NotSupportedException();

    /// <summary>The blocks asked of a connection, oldest first, into <paramref name="into"/>; returns how many.</summary>
    public int CopyOutstanding(ConnectionId peer, Span<BlockRange> into) => throw new NotSupportedException();

    /// <summary>A whole piece's hash was wrong: all its blocks are wanted again, where possible from a single sender.</summary>
    public void MarkFailed(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>A whole piece's hash was right.</summary>
    public void MarkVerified(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>A piece is there from an earlier run.</summary>
    public void MarkHave(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>A piece that was there is gone or turned out wrong.</summary>
    public void Unhave(PieceIndex piece) => throw new NotSupportedException();

    /// <summary>Blocks of a piece are on disk from an earlier run. True when that makes it whole: hash it.</summary>
    public bool RestorePartial(PieceIndex piece, Bitfield blocks) => throw new NotSupportedException();

    /// <summary>Says which pieces are wanted. What is asked for already stays asked for, and an open piece that is not wanted gets no more requests.</summary>
    public void SetWanted(Bitfield wanted) => throw new NotSupportedException();
}
