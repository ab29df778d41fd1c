using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

/// <summary>One pump, driven by the test's own thread, with a listener on loopback and a torrent that both sides know.</summary>
internal sealed class PumpBench : IDisposable
{
    public const int PieceLength = 256 * 1024;

    public static readonly InfoHash Swarm = new(new Sha1Hash("freshet-pump-testing"u8));

    private static readonly PeerId OwnId = new(new Sha1Hash("-FH0100-abcdefghijkl"u8));

    private readonly Socket _listener;
    private long _connects = 1;

    public PumpBench(
        Func<object> makePoller, IPAddress? address = null, long pool = 8 << 20, int budget = 2000, IPAddress? bind = null,
        ICachedReader? reader = null)
    {
        address ??= IPAddress.Loopback;
        Clock = new MonoClock(Time);
        Pool = new BlockPool(pool);
        Budget = new ConnectionBudget(budget, 1_000_000);
        Layout = new PieceLayout([FileEntryOf(64L * PieceLength)], PieceLength);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(1024);
        ListensAt = (IPEndPoint)_listener.LocalEndPoint!;
        var options = new PumpOptions { Pool = Pool, Clock = Clock, Budget = Budget, Bind = bind, Listeners = [_listener], Reader = reader };
        Pump = new PeerPump(options, (ISocketPoller)makePoller());
    }

    public ManualTime Time { get; } = new();

    public MonoClock Clock { get; }

    public BlockPool Pool { get; }

    public ConnectionBudget Budget { get; }

    public PieceLayout Layout { get; }

    public PeerPump Pump { get; }

    public IPEndPoint ListensAt { get; }

    /// <summary>Every event so far, in order.</summary>
    public List<PeerEvent> Log { get; } = [];

    /// <summary>Whether incoming connections are accepted as soon as they name the swarm.</summary>
    public bool AcceptsPeers { get; set; } = true;

    /// <summary>Sees each event as it comes; owns its lease. By default leases go back at once.</summary>
    public Action<PeerEvent>? OnEvent { get; set; }

    public static byte[] Handshake(string peer = "-XX0001-000000000000")
        => [19, .. "BitTorrent protocol"u8, 0, 0, 0, 0, 0, 0, 0, 4, .. Swarm.Value.Bytes, .. System.Text.Encoding.ASCII.GetBytes(peer)];

    /// <summary>The bytes of a block: different for every block, the same every time.</summary>
    public static byte[] Content(BlockRange range)
    {
        byte[] bytes = new byte[range.Length];
        new SeededRandom((ulong)((range.Piece.Value * 1000) + range.BlockInPiece)).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A piece message (BEP 3).</summary>
    public static byte[] PieceMessage(BlockRange range)
    {
        byte[] message = new byte[13 + range.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message, 9 + range.Length);
        message[4] = 7;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(5), range.Piece.Value);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(9), range.Offset);
        Content(range).CopyTo(message, 13);
        return message;
    }

    /// <summary>The n-th block of the torrent.</summary>
    public BlockRange Block(int index)
    {
        int perPiece = PieceLength / BlockRange.BlockLength;
        return Layout.Block(new PieceIndex(index / perPiece), index % perPiece);
    }

    public ConnectionSetup Setup(IPEndPoint remote, PeerId? self = null) => new(remote, Swarm, self ?? OwnId, Layout);

    public ConnectionId Connect(IPEndPoint remote, PeerId? self = null)
    {
        var id = new ConnectionId(_connects++ * 2);
        Pump.Execute(new PeerCommand(PeerCommandKind.Connect, id) { Payload = Setup(remote, self) });
        return id;
    }

    public void Do(PeerCommandKind kind, ConnectionId id, BlockRange range = default, BufferLease lease = default)
        => Pump.Execute(new PeerCommand(kind, id) { Range = range, Lease = lease, Reason = DisconnectReason.Useless });

    /// <summary>Lets a connection read so many bytes more, and no others.</summary>
    public void Credit(ConnectionId id, int bytes) => Pump.Execute(new PeerCommand(PeerCommandKind.ReadCredit, id) { Value = bytes });

    /// <summary>A plain socket that speaks to the pump; it never blocks.</summary>
    public RawPeer Dial() => new(ListensAt);

    /// <summary>A plain peer that has shaken hands, and its connection in the pump.</summary>
    public (RawPeer Peer, ConnectionId Id) DialReady()
    {
        int before = Log.Count;
        RawPeer peer = Dial();
        peer.Send(Handshake());
        RunUntil(() => Log.Skip(before).Any(e => e.Kind == PeerEventKind.Ready));
        ConnectionId id = Log.Skip(before).Last(e => e.Kind == PeerEventKind.Ready).Connection;
        RunUntil(() => peer.Drain().Count >= 68);
        peer.Received.Clear();
        return (peer, id);
    }

    public BufferLease Filled(BlockRange range)
    {
        Assert.True(Pool.TryRent(default, 1, out BufferLease lease));
        Content(range).CopyTo(Pool.Span(lease));
        return lease;
    }

    public DisconnectReason? ClosedWith(ConnectionId id)
    {
        foreach (PeerEvent e in Log)
        {
            if (e.Connection == id && e.Kind == PeerEventKind.Closed)
                return e.Reason;
        }

        return null;
    }

    /// <summary>Runs iterations until something is true. The limit only keeps a broken pump from hanging the run.</summary>
    public void RunUntil(Func<bool> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Iterate();
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                Assert.Fail($"It did not come about; {Pump.Count} connections, last events: {string.Join(", ", Log.TakeLast(8).Select(e => $"{e.Connection} {e.Kind} {e.Reason}"))}");
        }
    }

    public void Iterate()
    {
        Pump.Flush();
        Pump.Poll(Clock.Now + TimeSpan.FromMilliseconds(5), mayRead: true);
        Take();
    }

    public void Dispose()
    {
        Pump.Dispose();
        Pump.DropEvents();
        Assert.Equal(0, Budget.Taken);
        _listener.Dispose();
        Pool.Dispose();
    }

    private static FileEntry FileEntryOf(long length)
        => new() { Index = new FileIndex(0), Path = "content", OriginalPath = "content", Length = length, Offset = 0 };

    private void Take()
    {
        PeerEvent[] events = Pump.Events.Events.ToArray();
        Pump.Events.Clear();
        foreach (PeerEvent e in events)
        {
            Log.Add(e);
            if (e.Kind == PeerEventKind.Incoming && AcceptsPeers)
                Pump.Execute(new PeerCommand(PeerCommandKind.Accept, e.Connection) { Payload = Setup(((PeerHandshake)e.Payload!).Endpoint) });
            if (OnEvent is not null)
                OnEvent(e);
            else
                Pool.Return(e.Lease);
        }
    }
}
