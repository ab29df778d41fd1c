using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>
/// Finds out who sent wrong blocks (threat W4). Remembers the sender of every block of a piece in flight; when the piece's hash is wrong, the blocks' digests
/// beside them; and when the piece later comes out right, who sent a block that differs. So the bad sender is convicted, and nobody who sent beside it. A piece
/// that came whole from one sender convicts it at once.
/// <para>
/// What is judged is what was received: digests are taken before a block goes to disk, and a piece that our own disk spoilt is no failed piece
/// (<see cref="PieceDropped"/>). A block that an earlier run left on disk has no sender.
/// </para>
/// </summary>
public sealed class SmartBan
{
    /// <summary>
    /// The most blocks of failed pieces that are remembered, 36 bytes each and some hundred a piece; the oldest attempt goes first, but never the last one.
    /// 256 MiB of data in doubt at once is more than a swarm with a few bad peers makes, and four of the largest pieces.
    /// </summary>
    public const int MaxRememberedBlocks = 16_384;

    private readonly PieceLayout _layout;
    private readonly Dictionary<int, PeerIdentity?[]> _sources = [];
    private readonly Stack<PeerIdentity?[]> _pool = [];
    private readonly LinkedList<Attempt> _oldestFirst = [];
    private readonly Dictionary<int, List<LinkedListNode<Attempt>>> _byPiece = [];
    private readonly Dictionary<PeerKey, int> _suspects;
    private readonly HashSet<PeerKey> _seen;
    private int _remembered;

    /// <summary>Makes one for a torrent.</summary>
    /// <param name="layout">The pieces.</param>
    /// <param name="hashSeed">Drawn at random where strangers' addresses come in.</param>
    public SmartBan(PieceLayout layout, ulong hashSeed = 0)
    {
        _layout = layout;
        var comparer = new PeerKey.Comparer(hashSeed);
        _suspects = new Dictionary<PeerKey, int>(comparer);
        _seen = new HashSet<PeerKey>(comparer);
    }

    /// <summary>How many blocks of failed pieces are remembered.</summary>
    public int RememberedBlocks => _remembered;

    /// <summary>
    /// Whether a peer sent part of a piece that failed and is neither convicted nor cleared yet: it should begin pieces of its own, so that the next wrong one tells.
    /// </summary>
    public bool IsSuspect(PeerIdentity peer) => _suspects.Count > 0 && _suspects.ContainsKey(peer.BanKey);

    /// <summary>The picker accepted a block from this peer. Not called for blocks that come from disk: they have no sender.</summary>
    public void BlockReceived(BlockRange block, PeerIdentity sender)
    {
        if (!_sources.TryGetValue(block.Piece.Value, out PeerIdentity?[]? sources))
        {
            int count = _layout.DataBlocksIn(block.Piece);
            if (!_pool.TryPop(out sources) || sources.Length < count)
                sources = new PeerIdentity?[count];
            _sources.Add(block.Piece.Value, sources);
        }

        sources[block.BlockInPiece] = sender;
    }

    /// <summary>A piece's hash was wrong.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="digests">The SHA-1 of every block as it was received; null where that is not known. Not needed where all came from one sender.</param>
    /// <param name="convicted">Takes whom to ban at once.</param>
    public void PieceFailed(PieceIndex piece, Sha1Hash[]? digests, ICollection<PeerIdentity> convicted)
    {
        if (!_sources.Remove(piece.Value, out PeerIdentity?[]? pooled))
            return;
        PeerIdentity?[] sources = pooled.AsSpan(0, _layout.DataBlocksIn(piece)).ToArray();
        ReturnToPool(pooled);
        if (SoleSender(sources) is { } sole)
            convicted.Add(sole);
        else
            Remember(new Attempt(piece, sources, digests));
    }

    /// <summary>A block is wrong and known to be, its piece goes on: whoever sent it is convicted at once.</summary>
    public void BlockFailed(PieceIndex piece, int block, ICollection<PeerIdentity> convicted)
    {
        if (!_sources.TryGetValue(piece.Value, out PeerIdentity?[]? sources) || sources[block] is not { } sender)
            return;
        sources[block] = null;
        convicted.Add(sender);
    }

    /// <summary>A piece's hash was right.</summary>
    /// <returns>True: it had failed before; hash its blocks and call <see cref="PassedDigests"/>.</returns>
    public bool PiecePassed(PieceIndex piece)
    {
        if (_sources.Remove(piece.Value, out PeerIdentity?[]? sources))
            ReturnToPool(sources);
        return _byPiece.ContainsKey(piece.Value);
    }

    /// <summary>The SHA-1 of every block of a right piece. Adds to <paramref name="convicted"/> whom to ban.</summary>
    public void PassedDigests(PieceIndex piece, ReadOnlySpan<Sha1Hash> digests, ICollection<PeerIdentity> convicted)
    {
        if (!_byPiece.Remove(piece.Value, out List<LinkedListNode<Attempt>>? attempts))
            return;
        foreach (LinkedListNode<Attempt> node in attempts)
        {
            Forget(node);
            if (node.Value.Digests is { } wrong && wrong.Length == digests.Length)
                Compare(node.Value.Sources, wrong, digests, convicted);
        }
    }

    /// <summary>What was received of a piece was thrown away without a verdict (stop, disk trouble).</summary>
    public void PieceDropped(PieceIndex piece)
    {
        if (_sources.Remove(piece.Value, out PeerIdentity?[]? sources))
            ReturnToPool(sources);
    }

    private static PeerIdentity? SoleSender(PeerIdentity?[] sources)
    {
        if (sources[0] is not { } sole)
            return null;
        PeerKey key = sole.BanKey;
        foreach (PeerIdentity? source in sources)
        {
            if (source is null || (!ReferenceEquals(source, sole) && source.BanKey != key))
                return null;
        }

        return sole;
    }

    private void Compare(PeerIdentity?[] sources, Sha1Hash[] wrong, ReadOnlySpan<Sha1Hash> right, ICollection<PeerIdentity> convicted)
    {
        _seen.Clear();
        for (int block = 0; block < sources.Length; block++)
        {
            if (sources[block] is { } sender && wrong[block] != right[block] && _seen.Add(sender.BanKey))
                convicted.Add(sender);
        }
    }

    private void Remember(Attempt attempt)
    {
        LinkedListNode<Attempt> node = _oldestFirst.AddLast(attempt);
        if (!_byPiece.TryGetValue(attempt.Piece.Value, out List<LinkedListNode<Attempt>>? attempts))
            _byPiece.Add(attempt.Piece.Value, attempts = []);
        attempts.Add(node);
        _remembered += attempt.Sources.Length;
        CountSuspects(attempt, 1);
        while (_remembered > MaxRememberedBlocks && _oldestFirst.Count > 1)
        {
            LinkedListNode<Attempt> oldest = _oldestFirst.First!;
            List<LinkedListNode<Attempt>> others = _byPiece[oldest.Value.Piece.Value];
            others.Remove(oldest);
            if (others.Count == 0)
                _byPiece.Remove(oldest.Value.Piece.Value);
            Forget(oldest);
        }
    }

    private void Forget(LinkedListNode<Attempt> node)
    {
        _oldestFirst.Remove(node);
        _remembered -= node.Value.Sources.Length;
        CountSuspects(node.Value, -1);
    }

    private void CountSuspects(Attempt attempt, int change)
    {
        _seen.Clear();
        foreach (PeerIdentity? source in attempt.Sources)
        {
            if (source is not { } sender || !_seen.Add(sender.BanKey))
                continue;
            PeerKey key = sender.BanKey;
            int count = _suspects.GetValueOrDefault(key) + change;
            if (count > 0)
                _suspects[key] = count;
            else
                _suspects.Remove(key);
        }
    }

    private void ReturnToPool(PeerIdentity?[] sources)
    {
        sources.AsSpan().Clear();
        _pool.Push(sources);
    }

    /// <summary>A piece that failed: who sent what, and what that was.</summary>
    private sealed class Attempt(PieceIndex piece, PeerIdentity?[] sources, Sha1Hash[]? digests)
    {
        public PieceIndex Piece { get; } = piece;

        public PeerIdentity?[] Sources { get; } = sources;

        public Sha1Hash[]? Digests { get; } = digests;
    }
}
