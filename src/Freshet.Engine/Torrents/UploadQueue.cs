using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Storage;
using Freshet.Protocol.Wire;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What one peer has asked of us and not got yet: waiting in order, with the pump, or being read by a worker because the pump could not do so without
/// waiting. Holds nothing while nothing is asked.
/// </summary>
internal sealed class UploadQueue : IBlockRequester
{
    /// <summary>Requests of a peer that are not answered yet: the <c>reqq</c> that we name (limits of THREATS section 5, W2).</summary>
    public const int MaxRequests = WireLimits.RequestQueue;

    /// <summary>
    /// Payload that the pump has for a peer at once, in bytes: some send calls of many blocks, so that the socket never waits for the engine's next turn.
    /// It costs no memory, because blocks are read when the socket takes them.
    /// </summary>
    public const int MaxAhead = 1024 * 1024;

    private readonly PeerConnection _peer;
    private Queue<BlockRange>? _waiting;
    private Queue<BlockRange>? _unread;
    private SendLimit? _limit;
    private int _aheadBytes;
    private int _aheadBlocks;

    public UploadQueue(PeerConnection peer) => _peer = peer;

    /// <summary>Requests that are not answered yet.</summary>
    public int Count => (_waiting?.Count ?? 0) + _aheadBlocks;

    /// <summary>Whether the storage refused a read and the queue waits to be served again.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Has these buckets limit what goes out from now on; none of them: nothing does.</summary>
    public void Limit(ReadOnlySpan<RateBucket> row, MonoTime now)
    {
        if (_limit is null && row.IsEmpty)
            return;
        _limit?.End();
        _limit = row.IsEmpty ? null : new SendLimit(this, row);
        Serve(now);
    }

    /// <summary>Puts a request at the end; false where there are too many.</summary>
    public bool TryAdd(BlockRange range)
    {
        if (Count >= MaxRequests)
            return false;
        _waiting ??= new Queue<BlockRange>();
        _waiting.Enqueue(range);
        return true;
    }

    /// <summary>
    /// Passes on as much as may be ahead and as limits allow, and has read what the pump could not. A refusal of the storage is tried again when something of this queue, or of the
    /// torrent, has moved.
    /// </summary>
    public void Serve(MonoTime now)
    {
        int mostAhead = _limit?.MostAhead ?? MaxAhead;
        while (_waiting is { Count: > 0 } && _aheadBytes < mostAhead)
        {
            BlockRange next = _waiting.Peek();
            if (!_peer.Torrent.Picker.Have[next.Piece])
            {
                // It was here when it was asked for, and has vanished since.
                _waiting.Dequeue();
                Reject(next);
                continue;
            }

            if (_limit is { } limit && !limit.TryPay(next.Length, Math.Min(_waiting.Count * (long)RateBucket.MaxNeed, mostAhead - _aheadBytes), now))
                break;
            _waiting.Dequeue();
            _aheadBytes += next.Length;
            _aheadBlocks++;
            _peer.Send(PeerCommandKind.Serve, next);
        }

        _limit?.ReturnRest();
        ReadUnread(now);
    }

    /// <summary>The pump has room for a run of blocks but would have to wait for the disk: a worker reads it.</summary>
    public void Unread(BlockRange run, MonoTime now)
    {
        _unread ??= new Queue<BlockRange>();
        _unread.Enqueue(run);
        ReadUnread(now);
    }

    /// <inheritdoc/>
    public void BlocksRead(BlockRange run, ReadOnlySpan<BufferLease> leases, DiskError? error, MonoTime now)
    {
        Torrent torrent = _peer.Torrent;
        bool isServed = _peer.IsReady && torrent.Uploader.IsServed(_peer, run.Piece);
        for (int i = 0; i < leases.Length; i++)
        {
            if (isServed)
                torrent.Session.Effects.Send(new PeerCommand(PeerCommandKind.SendBlock, _peer.Id) { Range = BlockOf(run, i), Lease = leases[i] });
            else
                torrent.Session.Pool.Return(leases[i]);
        }

        // Choked meanwhile, or the disk has not got it.
        if (_peer.IsReady && (!isServed || leases.IsEmpty))
            Fail(run);
        if (error is not null)
            torrent.ReadFailed(run.Piece, error, now);
        if (_peer.IsReady)
            Serve(now);
        torrent.Uploader.ServeStuck(now);
    }

    /// <summary>Payload has left for the socket.</summary>
    public void Sent(int bytes, int blocks, MonoTime now)
    {
        Settle(bytes, blocks);
        Serve(now);
    }

    /// <summary>The pump has dropped what was to be served.</summary>
    public void Dropped(int bytes, int blocks, MonoTime now)
    {
        _limit?.PayBack(bytes, blocks);
        Sent(bytes, blocks, now);
    }

    /// <summary>The peer no longer wants a block: where it is not in the send buffer it is dropped, with BEP 6 by a reject; what is being read goes out.</summary>
    public void Cancel(BlockRange range)
    {
        bool found = false;
        for (int i = _waiting?.Count ?? 0; i > 0; i--)
        {
            BlockRange waiting = _waiting!.Dequeue();
            if (found || waiting != range)
                _waiting.Enqueue(waiting);
            else
                found = true;
        }

        if (found)
            Reject(range);
        else if (_aheadBlocks > 0)
            _peer.Send(PeerCommandKind.Withdraw, range);
    }

    /// <summary>
    /// We choke the peer: what waits is void, with BEP 6 by a reject each, but for what it may ask while choked. The pump does the same with what it has.
    /// </summary>
    public void Choked()
    {
        for (int i = _waiting?.Count ?? 0; i > 0; i--)
        {
            BlockRange waiting = _waiting!.Dequeue();
            if (_peer.Torrent.Uploader.IsServed(_peer, waiting.Piece))
                _waiting.Enqueue(waiting);
            else
                Reject(waiting);
        }

        for (int i = _unread?.Count ?? 0; i > 0; i--)
        {
            BlockRange run = _unread!.Dequeue();
            if (_peer.Torrent.Uploader.IsServed(_peer, run.Piece))
                _unread.Enqueue(run);
            else
                Fail(run);
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Clear()
    {
        _waiting = null;
        _unread = null;
        _limit?.End();
        _limit = null;
    }

    private static BlockRange BlockOf(BlockRange run, int index)
    {
        int from = index * BlockRange.BlockLength;
        return new BlockRange(run.Piece, run.Offset + from, Math.Min(BlockRange.BlockLength, run.Length - from));
    }

    private static int BlocksIn(BlockRange run) => (run.Length + BlockRange.BlockLength - 1) / BlockRange.BlockLength;

    private void ReadUnread(MonoTime now)
    {
        while (_unread is { Count: > 0 })
        {
            BlockRange run = _unread.Dequeue();
            if (!_peer.Torrent.Picker.Have[run.Piece] || !_peer.Torrent.Uploader.IsServed(_peer, run.Piece))
            {
                Fail(run);
                continue;
            }

            int read = _peer.Torrent.Storage?.Read(run, this, now) ?? 0;
            if (read == run.Length)
                continue;
            _unread.Enqueue(new BlockRange(run.Piece, run.Offset + read, run.Length - read));
            _peer.Torrent.Uploader.AddStuck(_peer, now);
            return;
        }
    }

    /// <summary>Blocks that the pump has asked for will not be read.</summary>
    private void Fail(BlockRange run)
    {
        int blocks = BlocksIn(run);
        for (int i = 0; i < blocks; i++)
            Reject(BlockOf(run, i));
        Settle(run.Length, blocks);
        _limit?.PayBack(run.Length, blocks);
    }

    private void Settle(int bytes, int blocks)
    {
        _aheadBytes = Math.Max(0, _aheadBytes - bytes);
        _aheadBlocks = Math.Max(0, _aheadBlocks - blocks);
    }

    private void Reject(BlockRange range) => _peer.Send(PeerCommandKind.Reject, range);
}
