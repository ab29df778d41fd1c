using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>
/// Finds out who sent wrong blocks (threat W4). Remembers the sender of every block of a piece in flight; when the piece's hash is wrong, the blocks' digests
/// beside them; and when the piece later comes out right, who sent a block that differs. So the bad sender is convicted, and nobody who sent beside it. A piece
/// that came whole from one sender convicts it at once.
/// <para>
/// A block that came from disk has no sender. One that went to disk and was read back for the hash may have been spoilt there: it convicts only when the
/// same sender's blocks turn out wrong again and again, with no right piece of that sender's in between.
/// </para>
/// </summary>
public sealed class SmartBan
{
    /// <summary>
    /// The most blocks of failed pieces that are remembered, 36 bytes each and some hundred a piece; the oldest attempt goes first, but never the last one.
    /// 256 MiB of data in doubt at once is more than a swarm with a few bad peers makes, and four of the largest pieces.
    /// </summary>
    public const int MaxRememberedBlocks = 16_384;

    /// <summary>Wrong pieces in a row, of blocks that had been on our disk, that convict their sender: Transmission's five strikes.</summary>
    public const int DoubtfulStrikes = 5;

    /// <summary>The most senders with strikes that are remembered; when there are more, all strikes are forgiven.</summary>
    private const int MaxStruck = 1024;

    private readonly PieceLayout _layout;
    private readonly Dictionary<int, Source[]> _sources = [];
    private readonly Stack<Source[]> _pool = [];
    private readonly LinkedList<Attempt> _oldestFirst = [];
    private readonly Dictionary<int, List<LinkedListNode<Attempt>>> _byPiece = [];
    private readonly Dictionary<PeerKey, int> _suspects;
    private readonly Dictionary<PeerKey, int> _strikes;
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
        _strikes = new Dictionary<PeerKey, int>(comparer);
        _seen = new HashSet<PeerKey>(comparer);
    }

    /// <summary>How many blocks of failed pieces are remembered.</summary>
    public int RememberedBlocks => _remembered;

    /// <summary>
    /// Whether a peer sent part of a piece that failed and is neither convicted nor cleared yet: it should begin pieces of its own, so that the next wrong one tells.
    /// </summary>
    public bool IsSuspect(IPEndPoint peer) => _suspects.Count > 0 && _suspects.ContainsKey(PeerKey.OfBan(peer));

    /// <summary>The picker accepted a block from this peer. Not called for blocks that come from disk: they have no sender.</summary>
    public void BlockReceived(BlockRange block, IPEndPoint sender)
    {
        if (!_sources.TryGetValue(block.Piece.Value, out Source[]? sources))
        {
            int count = _layout.BlocksIn(block.Piece);
            if (!_pool.TryPop(out sources) || sources.Length < count)
                sources = new Source[count];
            _sources.Add(block.Piece.Value, sources);
        }

        sources[block.BlockInPiece] = new Source(sender, IsDoubtful: false);
    }

    /// <summary>A block has gone to disk and is read back for the hash, so that a wrong piece may be the disk's fault.</summary>
    public void BlockSpilled(PieceIndex piece, int block)
    {
        if (_sources.TryGetValue(piece.Value, out Source[]? sources))
            sources[block] = sources[block] with { IsDoubtful = true };
    }

    /// <summary>A piece's hash was wrong. Adds to <paramref name="convicted"/> whom to ban at once.</summary>
    /// <returns>True: hash its blocks as they stand, before the leases go back, and call <see cref="FailedDigests"/>.</returns>
    public bool PieceFailed(PieceIndex piece, ICollection<IPEndPoint> convicted)
    {
        if (!_sources.Remove(piece.Value, out Source[]? pooled))
            return false;
        Source[] sources = pooled.AsSpan(0, _layout.BlocksIn(piece)).ToArray();
        ReturnToPool(pooled);
        IPEndPoint? sole = SoleSender(sources, out bool doubtful);
        if (sole is not null && !doubtful)
        {
            convicted.Add(sole);
            return false;
        }

        if (sole is not null)
            Strike(sole, convicted);
        Remember(new Attempt(piece, sources, isStruck: sole is not null));
        return true;
    }

    /// <summary>The SHA-1 of every block of a piece that failed, in the order of its failures.</summary>
    public void FailedDigests(PieceIndex piece, ReadOnlySpan<Sha1Hash> digests)
    {
        foreach (LinkedListNode<Attempt> node in _byPiece.GetValueOrDefault(piece.Value) ?? [])
        {
            Attempt attempt = node.Value;
            if (attempt.Digests is not null || attempt.Sources.Length != digests.Length)
                continue;
            attempt.Digests = digests.ToArray();
            return;
        }
    }

    /// <summary>A piece's hash was right.</summary>
    /// <returns>True: it had failed before; hash its blocks and call <see cref="PassedDigests"/>.</returns>
    public bool PiecePassed(PieceIndex piece)
    {
        if (_sources.Remove(piece.Value, out Source[]? sources))
        {
            if (_strikes.Count > 0)
            {
                foreach (Source source in sources.AsSpan(0, _layout.BlocksIn(piece)))
                {
                    if (source.Sender is { } sender)
                        _strikes.Remove(PeerKey.OfBan(sender));
                }
            }

            ReturnToPool(sources);
        }

        return _byPiece.ContainsKey(piece.Value);
    }

    /// <summary>The SHA-1 of every block of a right piece. Adds to <paramref name="convicted"/> whom to ban.</summary>
    public void PassedDigests(PieceIndex piece, ReadOnlySpan<Sha1Hash> digests, ICollection<IPEndPoint> convicted)
    {
        if (!_byPiece.Remove(piece.Value, out List<LinkedListNode<Attempt>>? attempts))
            return;
        foreach (LinkedListNode<Attempt> node in attempts)
        {
            Forget(node);
            if (node.Value.Digests is { } wrong && wrong.Length == digests.Length)
                Compare(node.Value, wrong, digests, convicted);
        }
    }

    /// <summary>What was received of a piece was thrown away without a verdict (stop, disk trouble).</summary>
    public void PieceDropped(PieceIndex piece)
    {
        if (_sources.Remove(piece.Value, out Source[]? sources))
            ReturnToPool(sources);
    }

    private static IPEndPoint? SoleSender(Source[] sources, out bool doubtful)
    {
        doubtful = false;
        IPEndPoint? sole = sources[0].Sender;
        if (sole is null)
            return null;
        PeerKey key = PeerKey.OfBan(sole);
        foreach (Source source in sources)
        {
            if (source.Sender is null || (!ReferenceEquals(source.Sender, sole) && PeerKey.OfBan(source.Sender) != key))
                return null;
            doubtful |= source.IsDoubtful;
        }

        return sole;
    }

    private void Compare(Attempt attempt, Sha1Hash[] wrong, ReadOnlySpan<Sha1Hash> right, ICollection<IPEndPoint> convicted)
    {
        Source[] sources = attempt.Sources;
        _seen.Clear();
        for (int pass = 0; pass < (attempt.IsStruck ? 1 : 2); pass++)
        {
            // What certainly convicts first, so that nobody gets a strike beside it.
            bool doubtful = pass == 1;
            for (int block = 0; block < sources.Length; block++)
            {
                if (sources[block].Sender is not { } sender || sources[block].IsDoubtful != doubtful || wrong[block] == right[block])
                    continue;
                if (!_seen.Add(PeerKey.OfBan(sender)))
                    continue;
                if (doubtful)
                    Strike(sender, convicted);
                else
                    convicted.Add(sender);
            }
        }
    }

    private void Strike(IPEndPoint sender, ICollection<IPEndPoint> convicted)
    {
        PeerKey key = PeerKey.OfBan(sender);
        if (_strikes.Count >= MaxStruck && !_strikes.ContainsKey(key))
            _strikes.Clear();
        int strikes = _strikes.GetValueOrDefault(key) + 1;
        _strikes[key] = strikes;
        if (strikes < DoubtfulStrikes)
            return;
        _strikes.Remove(key);
        convicted.Add(sender);
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
        foreach (Source source in attempt.Sources)
        {
            if (source.Sender is not { } sender || !_seen.Add(PeerKey.OfBan(sender)))
                continue;
            PeerKey key = PeerKey.OfBan(sender);
            int count = _suspects.GetValueOrDefault(key) + change;
            if (count > 0)
                _suspects[key] = count;
            else
                _suspects.Remove(key);
        }
    }

    private void ReturnToPool(Source[] sources)
    {
        sources.AsSpan().Clear();
        _pool.Push(sources);
    }

    private readonly record struct Source(IPEndPoint? Sender, bool IsDoubtful);

    /// <summary>A piece that failed: who sent what, and what that was.</summary>
    private sealed class Attempt(PieceIndex piece, Source[] sources, bool isStruck)
    {
        public PieceIndex Piece { get; } = piece;

        public Source[] Sources { get; } = sources;

        /// <summary>Its sole sender got a strike for it already.</summary>
        public bool IsStruck { get; } = isStruck;

        public Sha1Hash[]? Digests { get; set; }
    }
}
