using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What one peer has asked of us and not got yet: waiting in order, being read, or in its send buffer. Holds nothing while nothing is asked.
/// </summary>
internal sealed class UploadQueue : IBlockRequester
{
    /// <summary>Requests of a peer that wait at once: the <c>reqq</c> that we name (limits of THREATS section 5, W2).</summary>
    public const int MaxWaiting = 2000;

    /// <summary>
    /// Payload that is being read for a peer or waits in its send buffer, in bytes: enough for a send call of many blocks while the next are read, and all
    /// that a peer who asks and never reads can hold (THREATS W2).
    /// </summary>
    public const int MaxAhead = 256 * 1024;

    private readonly PeerConnection _peer;
    private Queue<BlockRange>? _waiting;
    private int _ahead;

    public UploadQueue(PeerConnection peer) => _peer = peer;

    /// <summary>Requests that wait.</summary>
    public int Count => _waiting?.Count ?? 0;

    /// <summary>Puts a request at the end; false where there are too many.</summary>
    public bool TryAdd(BlockRange range)
    {
        _waiting ??= new Queue<BlockRange>();
        if (_waiting.Count >= MaxWaiting)
            return false;
        _waiting.Enqueue(range);
        return true;
    }

    /// <summary>Reads as much as may be ahead. A refusal of the storage is tried again when something of this queue, or of the torrent, has moved.</summary>
    public void Serve(MonoTime now)
    {
        while (_waiting is { Count: > 0 } && _ahead < MaxAhead)
        {
            BlockRange next = _waiting.Peek();
            if (!_peer.Torrent.Picker.Have[next.Piece])
            {
                // It was here when it was asked for, and has vanished since.
                _waiting.Dequeue();
                Reject(next);
                continue;
            }

            if (_peer.Torrent.Storage is not { } storage || !storage.TryRead(next, this, now))
            {
                _peer.Torrent.Uploader.AddStuck(_peer, now);
                return;
            }

            _waiting.Dequeue();
            _ahead += next.Length;
        }
    }

    /// <summary>Whether the storage refused a read and the queue waits to be served again.</summary>
    public bool IsStuck { get; set; }

    /// <inheritdoc/>
    public void BlockRead(BlockRange range, BufferLease lease, DiskError? error, MonoTime now)
    {
        Torrent torrent = _peer.Torrent;
        if (!_peer.IsReady || lease.IsNone || !torrent.Uploader.IsServed(_peer, range.Piece))
        {
            // Choked meanwhile, or the disk has not got it.
            _ahead -= range.Length;
            torrent.Session.Pool.Return(lease);
            if (_peer.IsReady)
                Reject(range);
            if (error is not null)
                torrent.ReadFailed(range.Piece, error, now);
        }
        else
        {
            torrent.Session.Effects.Send(new PeerCommand(PeerCommandKind.SendBlock, _peer.Id) { Range = range, Lease = lease });
        }

        if (_peer.IsReady)
            Serve(now);
        torrent.Uploader.ServeStuck(now);
    }

    /// <summary>Payload has left for the socket.</summary>
    public void Sent(int bytes, MonoTime now)
    {
        _ahead = Math.Max(0, _ahead - bytes);
        Serve(now);
    }

    /// <summary>The peer no longer wants a block: where it still waits it is dropped, with BEP 6 by a reject; what is being read goes out.</summary>
    public void Cancel(BlockRange range)
    {
        bool found = false;
        for (int i = Count; i > 0; i--)
        {
            BlockRange waiting = _waiting!.Dequeue();
            if (found || waiting != range)
                _waiting.Enqueue(waiting);
            else
                found = true;
        }

        if (found)
            Reject(range);
    }

    /// <summary>We choke the peer: what waits is void, with BEP 6 by a reject each, but for what it may ask while choked.</summary>
    public void Choked()
    {
        for (int i = Count; i > 0; i--)
        {
            BlockRange waiting = _waiting!.Dequeue();
            if (_peer.Torrent.Uploader.IsServed(_peer, waiting.Piece))
                _waiting.Enqueue(waiting);
            else
                Reject(waiting);
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Clear() => _waiting = null;

    private void Reject(BlockRange range)
    {
        if (_peer.SupportsFast)
            _peer.Send(PeerCommandKind.Reject, range);
    }
}
