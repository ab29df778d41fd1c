using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Session;

/// <summary>A peer, and the pump between it and the engine: answers requests honestly after a latency unless told otherwise.</summary>
internal sealed class FakePeer
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(10);

    private readonly EngineRig _rig;
    private readonly HashSet<BlockRange> _outstanding = [];
    private readonly HashSet<PieceIndex> _allowedFast = [];

    public FakePeer(EngineRig rig, IPEndPoint endpoint, int number)
    {
        _rig = rig;
        Endpoint = endpoint;
        byte[] id = new byte[20];
        id.AsSpan().Fill((byte)number);
        Id = new PeerId(new Sha1Hash(id));
        Knows = swarm => swarm == rig.Metainfo.Hashes.Primary;
        Has = new Bitfield(rig.Layout.PieceCount);
        Has.SetAll();
    }

    public IPEndPoint Endpoint { get; }

    public PeerId Id { get; set; }

    public ConnectionId Connection { get; set; }

    public bool IsOpen { get; private set; }

    public Bitfield Has { get; }

    public bool HasFast { get; set; } = true;

    public bool HasExtensions { get; set; } = true;

    public bool HasDht { get; set; }

    /// <summary>What it does with the right answer to a hash request of ours: hands it on, alters it, or with null declines.</summary>
    public Func<HashAnswer, HashAnswer?> Hashes { get; set; } = answer => answer;

    /// <summary>Whether it answers hash requests at all.</summary>
    public bool KeepsHashes { get; set; }

    /// <summary>What we have asked it for.</summary>
    public List<HashRequest> HashesAsked { get; } = [];

    /// <summary>What we have given it, and declined.</summary>
    public List<HashAnswer> HashesReceived { get; } = [];

    public List<HashRequest> HashesDeclined { get; } = [];

    /// <summary>The hashes by which it knows the torrent; the v1 hash alone where it is of the old kind.</summary>
    public Func<InfoHash, bool> Knows { get; set; }

    /// <summary>Whether it can be dialled again after a connection, if nothing was asked for on that.</summary>
    public bool ComesBack { get; set; }

    /// <summary>Whether it answers the v1 hash with the v2 hash where both sides know that.</summary>
    public bool Upgrades { get; set; } = true;

    /// <summary>Which of our ways to begin a connection it understands.</summary>
    public Func<ConnectionSetup, bool> Takes { get; set; } = _ => true;

    /// <summary>By which transport it is reached, of those that it is dialled over.</summary>
    public Func<DialPlan, PeerTransport> Over { get; set; } = plan => plan.First;

    /// <summary>How we dialled it.</summary>
    public List<ConnectionSetup> Dialled { get; } = [];

    /// <summary>The swarm that was agreed on.</summary>
    public InfoHash Swarm { get; private set; }

    /// <summary>Unchokes as soon as we are interested.</summary>
    public bool Unchokes { get; set; } = true;

    /// <summary>Answers no request.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Rejects every request.</summary>
    public bool Rejects { get; set; }

    /// <summary>Which blocks it sends wrong bytes of.</summary>
    public Func<BlockRange, bool> Corrupts { get; set; } = _ => false;

    public DisconnectReason? ClosedFor { get; private set; }

    /// <summary>Requests that wait for an answer of this peer, in the order in which they came.</summary>
    public List<BlockRange> Waiting { get; } = [];

    public int BlocksSent { get; private set; }

    public List<BlockRange> BlocksReceived { get; } = [];

    /// <summary>Whether its socket has room for the blocks that we serve it.</summary>
    public bool TakesBlocks { get; set; } = true;

    /// <summary>What the pump has dropped, and rejected where the peer knows BEP 6.</summary>
    public List<BlockRange> Dropped { get; } = [];

    /// <summary>What the pump would send when the socket has room.</summary>
    public List<BlockRange> Unlaid { get; } = [];

    /// <summary>We dialled it: answers with our hash, with that of the v2 swarm where we offer it and it knows it, or hangs up.</summary>
    public void Answer(ConnectionSetup setup)
    {
        Dialled.Add(setup);
        if (ComesBack)
            ClosedFor = null;
        if (!Knows(setup.Swarm) || !Takes(setup))
            _rig.Post(new PeerEvent(PeerEventKind.Closed, Connection) { Reason = DisconnectReason.ClosedByPeer, Transport = Over(setup.Plan) });
        else
            Ready(Upgrades && setup.V2Swarm is { } upgrade && Knows(upgrade) ? upgrade : setup.Swarm);
    }

    /// <summary>The handshakes are through.</summary>
    public void Ready(InfoHash swarm)
    {
        if (ClosedFor is not null)
            return;
        IsOpen = true;
        Swarm = swarm;
        ConnectionSetup? dialled = Dialled.LastOrDefault();
        Post(PeerEventKind.Ready, payload: new PeerHandshake(Endpoint, swarm, Id, HasExtensions, HasFast, HasDht, false)
        {
            Encryption = dialled?.Encryption ?? MsePayload.None,
            Transport = Over(dialled?.Plan ?? default),
        });
        if (!IsOpen)
            return;
        if (!Has.IsEmpty)
            Post(PeerEventKind.Bitfield, payload: Has.Clone());
    }

    public void Post(PeerEventKind kind, BlockRange range = default, object? payload = null, int value = 0)
        => _rig.Post(new PeerEvent(kind, Connection) { Range = range, Payload = payload, Value = value });

    public void Post(PeerEventKind kind, int piece) => Post(kind, new BlockRange(new PieceIndex(piece), 0, 0));

    /// <summary>Chokes, or unchokes; with BEP 6 what waits is rejected.</summary>
    public void Choke()
    {
        Post(PeerEventKind.Choke);
        if (!HasFast)
        {
            Waiting.Clear();
            return;
        }

        foreach (BlockRange range in Waiting.ToArray())
            Reject(range);
    }

    public void Reject(BlockRange range)
    {
        Waiting.Remove(range);
        if (_outstanding.Remove(range))
            Post(PeerEventKind.Reject, range);
    }

    /// <summary>Answers a request now.</summary>
    public void Deliver(BlockRange range)
    {
        Waiting.Remove(range);
        if (!IsOpen)
            return;
        if (!_outstanding.Contains(range))
        {
            BlocksSent++;
            Post(PeerEventKind.UnwantedBlock, range);
            return;
        }

        if (!_rig.Pool.TryRent(default, 1, out BufferLease lease))
        {
            // As a pump does: leave it in the socket until there is memory.
            _rig.Later(TimeSpan.FromMilliseconds(1), () => Deliver(range));
            return;
        }

        BlocksSent++;
        _outstanding.Remove(range);
        Span<byte> bytes = _rig.Pool.Span(lease)[..range.Length];
        _rig.Content.AsSpan((int)_rig.Layout.OffsetOf(range.Piece) + range.Offset, range.Length).CopyTo(bytes);
        if (Corrupts(range))
            bytes[7] ^= 0x42;
        _rig.Post(new PeerEvent(PeerEventKind.Block, Connection) { Range = range, Lease = lease });
    }

    public void Close(DisconnectReason reason = DisconnectReason.ClosedByPeer)
    {
        IsOpen = false;
        ClosedFor ??= reason;
        Waiting.Clear();
        _outstanding.Clear();
        _rig.Post(new PeerEvent(PeerEventKind.Closed, Connection) { Reason = reason });
    }

    /// <summary>The socket has room: the pump asks for what it has to send, a run of neighbours at a time, as if nothing were cached.</summary>
    public void TakeBlocks()
    {
        TakesBlocks = true;
        while (Unlaid.Count > 0 && IsOpen)
        {
            BlockRange run = Unlaid[0];
            Unlaid.RemoveAt(0);
            while (Unlaid.Count > 0 && run.Length % BlockRange.BlockLength == 0 && run.Length < 8 * BlockRange.BlockLength
                && Unlaid[0].Piece == run.Piece && Unlaid[0].Offset == run.Offset + run.Length)
            {
                run = run with { Length = run.Length + Unlaid[0].Length };
                Unlaid.RemoveAt(0);
            }

            Post(PeerEventKind.Unread, run);
        }
    }

    /// <summary>What the engine wants done with this connection.</summary>
    public void On(in PeerCommand command)
    {
        switch (command.Kind)
        {
            case PeerCommandKind.Accept:
                InfoHash swarm = ((ConnectionSetup)command.Payload!).Swarm;
                _rig.Later(Latency, () => Ready(swarm));
                break;
            case PeerCommandKind.Close:
                IsOpen = false;
                ClosedFor = command.Reason;
                ConnectionId connection = command.Connection;
                DisconnectReason reason = command.Reason;
                _rig.Later(TimeSpan.FromMilliseconds(1), () => _rig.Post(new PeerEvent(PeerEventKind.Closed, connection) { Reason = reason }));
                break;
            case PeerCommandKind.Interested when Unchokes:
                _rig.Later(Latency, () => PostIfOpen(PeerEventKind.Unchoke));
                break;
            case PeerCommandKind.Request:
                Assert.True(_outstanding.Add(command.Range), "the same block was asked for twice");
                Answer(command.Range);
                break;
            case PeerCommandKind.Cancel or PeerCommandKind.Forget:
                _outstanding.Remove(command.Range);
                Waiting.Remove(command.Range);
                break;
            case PeerCommandKind.Serve:
                Unlaid.Add(command.Range);
                if (TakesBlocks)
                    _rig.Later(TimeSpan.Zero, TakeBlocks);
                break;
            case PeerCommandKind.Withdraw when Unlaid.Remove(command.Range):
                Drop([command.Range]);
                break;
            case PeerCommandKind.Choke:
                Drop([.. Unlaid.Where(range => !_allowedFast.Contains(range.Piece))]);
                break;
            case PeerCommandKind.HashRequest:
                Answer((HashRequest)command.Payload!);
                break;
            case PeerCommandKind.Hashes:
                HashesReceived.Add((HashAnswer)command.Payload!);
                break;
            case PeerCommandKind.HashReject:
                HashesDeclined.Add((HashRequest)command.Payload!);
                break;
            case PeerCommandKind.AllowedFast:
                _allowedFast.Add(command.Range.Piece);
                break;
            case PeerCommandKind.SendBlock:
                BlocksReceived.Add(command.Range);
                int offset = (int)_rig.Layout.OffsetOf(command.Range.Piece) + command.Range.Offset;
                Assert.True(_rig.Pool.Span(command.Lease)[..command.Range.Length].SequenceEqual(_rig.Content.AsSpan(offset, command.Range.Length)));
                _rig.Pool.Return(command.Lease);
                int length = command.Range.Length;
                _rig.Later(Latency, () => PostIfOpen(PeerEventKind.Sent, length, 1));
                break;
        }
    }

    /// <summary>As a pump does: a reject each, and one event.</summary>
    private void Drop(BlockRange[] ranges)
    {
        Unlaid.RemoveAll(ranges.Contains);
        Dropped.AddRange(ranges);
        if (ranges.Length > 0)
            _rig.Later(TimeSpan.Zero, () => PostIfOpen(PeerEventKind.Dropped, ranges.Sum(range => range.Length), ranges.Length));
    }

    private void PostIfOpen(PeerEventKind kind, int value = 0, int blocks = 0)
    {
        if (IsOpen)
            _rig.Post(new PeerEvent(kind, Connection) { Value = value, Blocks = blocks });
    }

    private void Answer(HashRequest request)
    {
        Assert.Equal(_rig.Metainfo.Hashes.V2Swarm, Swarm);
        HashesAsked.Add(request);
        if (KeepsHashes)
            return;
        HashAnswer right = _rig.RightAnswer(request);
        _rig.Later(Latency, () =>
        {
            if (!IsOpen)
                return;
            if (Hashes(right) is { } answer)
                Post(PeerEventKind.Hashes, payload: answer);
            else
                Post(PeerEventKind.HashReject, payload: request);
        });
    }

    private void Answer(BlockRange range)
    {
        Waiting.Add(range);
        if (IsSilent)
            return;
        _rig.Later(Latency, () =>
        {
            if (!IsOpen || !Waiting.Contains(range))
                return;
            if (Rejects)
                Reject(range);
            else
                Deliver(range);
        });
    }
}
