using System.Diagnostics;
using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// Blocks that the engine has passed for sending and that are not in the send buffer yet. They are read when the socket has room for them and not before, so
/// that a choke or a cancel still takes them back and a peer that never reads costs twelve bytes a block. Holds nothing while nothing is asked.
/// </summary>
internal sealed class OutgoingBlocks(ConnectionId connection, WireEncoder encoder, ICachedReader? reader, TorrentId torrent, bool hasFast)
{
    private readonly List<PieceIndex> _allowedFast = [];
    private readonly List<Awaited> _awaited = [];
    private Queue<BlockRange>? _waiting;
    private int _awaitedBytes;

    /// <summary>Whether blocks wait that <see cref="Lay"/> would put into the send buffer, or ask for.</summary>
    public bool CanLay => _waiting is { Count: > 0 } && IsLow(WireLimits.SendBatch);

    /// <summary>A block to send.</summary>
    public void Add(BlockRange range)
    {
        _waiting ??= new Queue<BlockRange>();
        _waiting.Enqueue(range);
    }

    /// <summary>A piece whose blocks are sent though the peer is choked (BEP 6). The engine names some ten of them.</summary>
    public void AllowFast(PieceIndex piece) => _allowedFast.Add(piece);

    /// <summary>A block that was reported as unread is here, or will never be.</summary>
    public void Settle(BlockRange range)
    {
        for (int i = 0; i < _awaited.Count; i++)
        {
            ref Awaited awaited = ref CollectionsMarshal.AsSpan(_awaited)[i];
            if (!awaited.Holds(range))
                continue;
            awaited.Left -= range.Length;
            _awaitedBytes -= range.Length;
            if (awaited.Left <= 0)
                _awaited.RemoveAt(i);
            return;
        }
    }

    /// <summary>Puts blocks behind what waits to be sent, up to a number of bytes: those that are in memory. The others are reported, and awaited.</summary>
    public void Lay(int upTo, IPeerEventSink sink)
    {
        if (!IsLow(upTo))
            return;
        while (_waiting is { Count: > 0 })
        {
            int room = upTo - encoder.Output.Length - _awaitedBytes;
            if (room < WireEncoder.BlockHeader + _waiting.Peek().Length)
                return;
            BlockRange run = TakeRun(room);
            int there = reader is null ? 0 : encoder.Blocks(run, torrent, reader);
            if (there == run.Length)
                continue;
            var missing = new BlockRange(run.Piece, run.Offset + there, run.Length - there);
            _awaited.Add(new Awaited(missing));
            _awaitedBytes += missing.Length;
            sink.Post(new PeerEvent(PeerEventKind.Unread, connection) { Range = missing });
        }
    }

    /// <summary>Takes one block back, where it still waits.</summary>
    public void Withdraw(BlockRange range, IPeerEventSink sink)
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
            Drop(range.Length, 1, sink);
        if (found && hasFast)
            encoder.Reject(range);
    }

    /// <summary>We choke the peer: takes back what waits, but for what it may have while choked.</summary>
    public void Choke(IPeerEventSink sink)
    {
        int bytes = 0;
        int blocks = 0;
        for (int i = _waiting?.Count ?? 0; i > 0; i--)
        {
            BlockRange waiting = _waiting!.Dequeue();
            if (_allowedFast.Contains(waiting.Piece))
            {
                _waiting.Enqueue(waiting);
                continue;
            }

            bytes += waiting.Length;
            blocks++;
            if (hasFast)
                encoder.Reject(waiting);
        }

        if (blocks > 0)
            Drop(bytes, blocks, sink);
    }

    // Below half: what is left of the last batch is moved to make room, and adding at least as much keeps that cheap.
    private bool IsLow(int upTo) => encoder.Output.Length + _awaitedBytes <= upTo / 2;

    private void Drop(int bytes, int blocks, IPeerEventSink sink)
        => sink.Post(new PeerEvent(PeerEventKind.Dropped, connection) { Value = bytes, Blocks = blocks });

    /// <summary>The longest run of neighbours that is next and has room; at least one block.</summary>
    private BlockRange TakeRun(int room)
    {
        Debug.Assert(_waiting is { Count: > 0 }, "nothing waits");
        BlockRange run = _waiting.Dequeue();
        int wire = WireEncoder.BlockHeader + run.Length;
        while (run.Length % BlockRange.BlockLength == 0 && _waiting.TryPeek(out BlockRange next))
        {
            wire += WireEncoder.BlockHeader + next.Length;
            if (wire > room || next.Piece != run.Piece || next.Offset != run.Offset + run.Length)
                break;
            run = run with { Length = run.Length + next.Length };
            _waiting.Dequeue();
        }

        return run;
    }

    /// <summary>A run that was reported, and how many bytes of it the engine has not answered yet.</summary>
    private struct Awaited(BlockRange run)
    {
        public int Left { get; set; } = run.Length;

        public readonly bool Holds(BlockRange range)
            => range.Piece == run.Piece && range.Offset >= run.Offset && range.Offset + range.Length <= run.Offset + run.Length;
    }
}
