using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// Decides which blocks are asked of which peer. Knows what every connected peer has, where every piece stands and which blocks are asked for; knows nothing of
/// time, memory, hashes or sockets.
/// <para>
/// A piece is in exactly one <see cref="PieceState"/>; the state is not stored but follows from where the piece is: in <see cref="Have"/>, among the open
/// pieces, in the list of pieces that may be begun, or in none of them.
/// </para>
/// <para>To keep in mind when the choice of blocks is changed:</para>
/// <list type="bullet">
/// <item>rarest first, equals by chance, so that peers do not all fetch the same piece; the first four pieces at random, to have something to give soon</item>
/// <item>a peer goes on with the piece it is on: whole pieces from one sender are quick to hash and exact to blame</item>
/// <item>open pieces are finished before new ones are begun; a fast peer's piece is left to it as long as there is something else</item>
/// <item>too many open pieces: nobody begins a new one who can help with an open one</item>
/// <item>a higher priority comes before everything that is said of rarity; only a piece that a peer is on is finished first</item>
/// <item>a fast peer gets its whole pieces in a row where they are equally rare: long reads for both disks</item>
/// <item>a snubbed peer must not hold up a piece that others work on: it begins the most common ones</item>
/// <item>a choked peer may be asked for what it allowed fast, for nothing else</item>
/// <item>suggested pieces are in the peer's cache: begun first, if wanted at all</item>
/// <item>a piece that failed comes from one sender the next time, unless that sender is all that the end of the download waits for</item>
/// <item>end-game: a peer with nothing else to do helps with what others were asked for, within bounds; the late ones are cancelled</item>
/// <item>a peer with nothing else to do takes over what was asked of one ten times slower, also before the end-game, within bounds</item>
/// <item>what is being copied from another torrent's data is asked of no peer, and neither are pieces that another torrent is about to give</item>
/// <item>a block is asked for once but for these two, and never one that is here or that the peer lacks</item>
/// <item>progress: as long as some peer has a wanted block that nobody was asked for, that peer gets a request</item>
/// <item>no step costs the number of pieces: not a request, a HAVE, a seeder that comes or goes; a peer that goes costs what it had</item>
/// </list>
/// </summary>
public sealed partial class PiecePicker
{
    /// <summary>Suggested pieces kept a peer: libtorrent's 16.</summary>
    public const int MaxSuggested = 16;

    /// <summary>Allowed-fast pieces kept a peer: the field sends 5 to 10; more than this is noise.</summary>
    public const int MaxAllowedFast = 32;

    /// <summary>How many connections a block is asked of at most, in end-game: each copy beyond the first may be wasted.</summary>
    public const int MaxCopies = 3;

    /// <summary>
    /// How many blocks that others were asked for a peer with nothing else to do is asked for at once. One at a time (libtorrent) makes the last window of a
    /// slow peer take a round trip a block; a few at a time waste no more than this many blocks a peer.
    /// </summary>
    public const int EndGameDepth = 8;

    /// <summary>
    /// When nothing else is left, a piece that is to come from one sender is opened to a peer so many times as fast: by less it would not end much sooner, and the
    /// next failure would tell less.
    /// </summary>
    private const int ReleaseLead = 4;

    /// <summary>Before the end-game a block is taken over from a peer so many times slower: what is received twice is seldom more than a tenth of what is gained.</summary>
    private const int TakeOverLead = 10;

    // So many requests of others are looked at to find some to take over; a peer that finds none there asks again when something has changed.
    private const int MaxLookedAt = 256;

    // Whole pieces in a row: as much as a peer brings in 20 s, and no more than libtorrent's 8 MiB, so that runs of several peers seldom meet.
    private const long MaxRunBytes = 8L << 20;

    // Open pieces with free blocks cost memory until they are whole: libtorrent's bounds, 32 MiB and one and a half a peer.
    private const int MaxPartialBlocks = 2048;

    // Until there is something to trade, any piece is better than the rarest one, which few peers send: libtorrent's figure.
    private const int RandomFirstPieces = 4;

    /// <summary>A peer that brings a whole piece within this time is fast (<see cref="PickRequest.PrefersWholePieces"/>): libtorrent's 20 s.</summary>
    public static readonly TimeSpan WholePieceTime = TimeSpan.FromSeconds(20);

    private readonly PieceLayout _layout;
    private readonly SeededRandom _random;
    private readonly PieceOrder _order;
    private readonly OpenPieces _open = new();
    private readonly Bitfield _wanted;

    // Pieces whose hash was wrong and that are not here yet.
    private readonly HashSet<int> _failed = [];

    /// <summary>Makes a picker for a torrent of which nothing is there and everything is wanted.</summary>
    /// <param name="layout">The pieces.</param>
    /// <param name="random">Decides between equals.</param>
    /// <param name="strategy">The order in which new pieces are begun.</param>
    public PiecePicker(PieceLayout layout, SeededRandom random, PickStrategy strategy = PickStrategy.RarestFirst)
    {
        _layout = layout;
        _view = new PieceView(this);
        _random = random;
        Strategy = strategy;
        Have = new Bitfield(layout.PieceCount);
        _wanted = new Bitfield(layout.PieceCount);
        _wanted.SetAll();
        _order = new PieceOrder(layout.PieceCount, random);
        MissingWanted = layout.PieceCount;
        RebuildOrder(priorities: null);
    }

    /// <summary>The order in which new pieces are begun; may change at any time.</summary>
    public PickStrategy Strategy { get; set; }

    /// <summary>The pieces that are there, hash right. For reading only; changes as the picker is told.</summary>
    public Bitfield Have { get; }

    /// <summary>How many wanted pieces are not there yet, those that are being hashed counted.</summary>
    public int MissingWanted { get; private set; }

    /// <summary>Whether every wanted piece is there.</summary>
    public bool IsComplete => MissingWanted == 0;

    /// <summary>Wanted pieces that are open and have blocks which nobody was asked for.</summary>
    public int PartialCount => _open.Partials.Count;

    /// <summary>Pieces that are open or being hashed.</summary>
    public int OpenCount => _open.All.Count;

    /// <summary>Entries that were looked at to choose blocks; for the tests that hold the cost of a request flat.</summary>
    internal long Touched => _touched + _order.Touched;

    /// <summary>Where a piece stands.</summary>
    public PieceState StateOf(PieceIndex piece)
    {
        if (Have[piece])
            return PieceState.Have;
        if (_open.Find(piece.Value) is { } open)
            return open.Received == open.BlockCount ? PieceState.Whole : PieceState.Open;
        return _order.Contains(piece.Value) ? PieceState.Pickable : PieceState.Unwanted;
    }

    /// <summary>Whether a wanted file needs a piece.</summary>
    public bool IsWanted(PieceIndex piece) => _wanted[piece];

    /// <summary>How much a piece is wanted.</summary>
    public FilePriority PriorityOf(PieceIndex piece) => _wanted[piece] ? _order.PriorityOf(piece.Value) : FilePriority.Skip;

    /// <summary>Whether a block is here, though its piece may not be whole or hashed; filler of a piece of which something is here is.</summary>
    public bool IsReceived(BlockRange block)
        => Have[block.Piece] || (_open.Find(block.Piece.Value) is { } open && (block.BlockInPiece >= open.BlockCount || open.IsReceived(block.BlockInPiece)));

    /// <summary>Says which blocks of an open or whole piece are here.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="blocks">One bit a block of the piece, filler not set; all clear for a piece in another state.</param>
    public void CopyReceived(PieceIndex piece, Bitfield blocks)
    {
        blocks.ClearAll();
        if (_open.Find(piece.Value) is not { } open)
            return;
        for (int block = 0; block < open.BlockCount; block++)
            blocks[block] = open.IsReceived(block);
    }

    /// <summary>A block came in.</summary>
    /// <param name="block">What came.</param>
    /// <param name="from">The connection that it came from; it need not be one that was asked (any more).</param>
    public ReceiveOutcome MarkReceived(BlockRange block, ConnectionId from)
    {
        if (!IsBlock(block) || !_peers.TryGetValue(from, out PeerPieces? peer))
            return new ReceiveOutcome(ReceiveResult.Unwanted);
        long key = RequestQueue.KeyOf(block);
        bool asked = peer.Outstanding.Remove(key);
        if (_open.Find(block.Piece.Value) is not { } open)
            return new ReceiveOutcome(Have[block.Piece] ? ReceiveResult.Duplicate : ReceiveResult.Unwanted);
        if (block.BlockInPiece >= open.BlockCount)
            return new ReceiveOutcome(ReceiveResult.Unwanted);
        Invariant.Holds(!asked || !open.IsReceived(block.BlockInPiece), "a block that is here is asked of nobody");
        if (open.IsReceived(block.BlockInPiece) || IsLocal(open, block.BlockInPiece))
            return new ReceiveOutcome(ReceiveResult.Duplicate);
        _twins.Clear();
        open.Receive(block.BlockInPiece, peer, _twins);
        Span<ConnectionId> twins = stackalloc ConnectionId[MaxCopies];
        for (int i = 0; i < _twins.Count; i++)
        {
            _twins[i].Outstanding.Remove(key);
            twins[i] = _twins[i].Id;
        }

        _open.Relist(open);
        return new ReceiveOutcome(ReceiveResult.Accepted, open.Received == open.BlockCount, twins[.._twins.Count]);
    }

    /// <summary>A whole piece's hash was wrong: all its blocks are wanted again, where possible from a single sender.</summary>
    /// <exception cref="InvalidOperationException">The piece is not whole.</exception>
    public void MarkFailed(PieceIndex piece)
    {
        OpenPiece open = WholePiece(piece);
        _failed.Add(piece.Value);
        Close(open);
    }

    /// <summary>A whole piece's hash was right.</summary>
    /// <exception cref="InvalidOperationException">The piece is not whole.</exception>
    public void MarkVerified(PieceIndex piece)
    {
        OpenPiece open = WholePiece(piece);
        _open.Close(open);
        SetHaveBit(piece);
    }

    /// <summary>A piece is there from an earlier run. What was open of it is forgotten.</summary>
    public void MarkHave(PieceIndex piece)
    {
        if (Have[piece])
            return;
        TakeHold(piece);
        if (_open.Find(piece.Value) is { } open)
        {
            DropRequests(open);
            _open.Close(open);
        }
        else if (_order.Contains(piece.Value))
        {
            _order.Remove(piece.Value);
        }

        SetHaveBit(piece);
    }

    /// <summary>A piece that was there is gone or turned out wrong.</summary>
    public void Unhave(PieceIndex piece)
    {
        if (!Have[piece])
            return;
        Have[piece] = false;
        if (!_wanted[piece])
            return;
        MissingWanted++;
        foreach (PeerPieces peer in _everyone)
        {
            if (peer.Some is not null && peer.Some[piece.Value])
                peer.Interesting++;
        }

        _order.Insert(piece.Value);
    }

    /// <summary>
    /// All that was received of an open or whole piece is lost (its blocks could not be kept): what was asked of it is forgotten, and the piece may be begun
    /// anew.
    /// </summary>
    public void DropPiece(PieceIndex piece)
    {
        if (_open.Find(piece.Value) is not { } open)
            return;
        DropRequests(open);
        Close(open);
    }

    /// <summary>Blocks of a piece are on disk from an earlier run. Without effect on a piece that is here or open.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="blocks">One bit for every block of the piece that is not filler.</param>
    /// <returns>True when that makes it whole: hash it.</returns>
    public bool RestorePartial(PieceIndex piece, Bitfield blocks)
    {
        int count = _layout.DataBlocksIn(piece);
        ArgumentOutOfRangeException.ThrowIfNotEqual(blocks.Length, count, nameof(blocks));
        if (blocks.IsEmpty || Have[piece] || _open.Find(piece.Value) is not null)
            return false;
        TakeHold(piece);
        if (_order.Contains(piece.Value))
            _order.Remove(piece.Value);
        OpenPiece open = _open.Open(piece.Value, count, _wanted[piece]);
        for (int block = blocks.NextSet(0); block >= 0; block = blocks.NextSet(block + 1))
            open.Receive(block, null, _twins);
        _open.Relist(open);
        return open.Received == count;
    }

    /// <summary>
    /// Says how much each piece is wanted. What is asked for already stays asked for; an open piece that is not wanted any more gets no more requests. O(pieces).
    /// </summary>
    /// <param name="priorities">By piece; copied where they are not all the same.</param>
    public void SetPriorities(ReadOnlySpan<FilePriority> priorities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(priorities.Length, _wanted.Length, nameof(priorities));
        for (int piece = 0; piece < priorities.Length; piece++)
            _wanted[piece] = priorities[piece] != FilePriority.Skip;
        foreach (OpenPiece open in _open.All)
        {
            open.IsWanted = _wanted[open.Piece];
            _open.Relist(open);
        }

        RebuildOrder(priorities.ContainsAny(FilePriority.Low, FilePriority.High) ? priorities.ToArray() : null);
        MissingWanted = 0;
        for (int piece = _wanted.NextSet(0); piece >= 0; piece = _wanted.NextSet(piece + 1))
            MissingWanted += Have[piece] ? 0 : 1;
        foreach (PeerPieces peer in _everyone)
            peer.Interesting = CountInteresting(peer);
    }

    private bool IsBlock(BlockRange block)
        => _layout.Contains(block) && block.Offset % BlockRange.BlockLength == 0
            && block.Length == Math.Min(BlockRange.BlockLength, _layout.LengthOf(block.Piece) - block.Offset);

    private OpenPiece WholePiece(PieceIndex piece)
        => _open.Find(piece.Value) is { } open && open.Received == open.BlockCount
            ? open
            : throw new InvalidOperationException($"Piece {piece} is not whole but {StateOf(piece)}.");

    private void SetHaveBit(PieceIndex piece)
    {
        Have[piece] = true;
        _failed.Remove(piece.Value);
        if (!_wanted[piece])
            return;
        MissingWanted--;
        foreach (PeerPieces peer in _everyone)
        {
            if (peer.Some is not null && peer.Some[piece.Value])
                peer.Interesting--;
        }
    }

    /// <summary>Nothing is here of a piece any more and nothing asked for.</summary>
    private void Close(OpenPiece open)
    {
        _open.Close(open);
        if (_wanted[open.Piece])
            _order.Insert(open.Piece);
    }

    private void DropRequests(OpenPiece open)
    {
        for (int block = 0; block < open.BlockCount; block++)
            open.Asked(block)?.Outstanding.Remove(RequestQueue.KeyOf(open.Piece, block));
        foreach ((int block, PeerPieces peer) in open.Twins)
            peer.Outstanding.Remove(RequestQueue.KeyOf(open.Piece, block));
    }

    private void RebuildOrder(FilePriority[]? priorities)
    {
        bool[] listed = new bool[_layout.PieceCount];
        for (int piece = _wanted.NextSet(0); piece >= 0; piece = _wanted.NextSet(piece + 1))
            listed[piece] = !Have[piece] && !IsHeld(new PieceIndex(piece));
        foreach (OpenPiece open in _open.All)
            listed[open.Piece] = false;
        _order.Rebuild(listed, priorities);
    }
}
