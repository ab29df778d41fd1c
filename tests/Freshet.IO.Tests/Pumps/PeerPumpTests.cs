using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

/// <summary>What every pump must do, whatever its sockets are made of.</summary>
public abstract partial class PeerPumpTests
{
    public static TheoryData<string> Loopbacks => Socket.OSSupportsIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public void Two_peers_shake_hands_and_pass_a_block(string address)
    {
        using PumpBench bench = Bench(address: IPAddress.Parse(address));
        ConnectionId outgoing = bench.Connect(bench.ListensAt, new PeerId(new Sha1Hash("-FH0100-otherpeer000"u8)));
        bench.RunUntil(() => bench.Log.Count(e => e.Kind == PeerEventKind.Ready) == 2);
        Assert.False(outgoing.IsIncoming);
        PeerEvent incoming = bench.Log.Single(e => e.Kind == PeerEventKind.Incoming);
        Assert.True(incoming.Connection.IsIncoming);
        Assert.Equal(PumpBench.Swarm, ((PeerHandshake)incoming.Payload!).Swarm);
        Assert.Equal(IPAddress.Parse(address), ((PeerHandshake)incoming.Payload!).Endpoint.Address);

        byte[]? got = null;
        bench.OnEvent = e =>
        {
            if (e.Kind == PeerEventKind.Request)
                bench.Do(PeerCommandKind.SendBlock, e.Connection, e.Range, bench.Filled(e.Range));
            if (e.Kind == PeerEventKind.Block)
                got = bench.Pool.Span(e.Lease)[..e.Range.Length].ToArray();
            bench.Pool.Return(e.Lease);
        };
        BlockRange block = bench.Block(5);
        bench.Do(PeerCommandKind.Request, outgoing, block);
        bench.RunUntil(() => got is not null);
        Assert.Equal(PumpBench.Content(block), got);
        Assert.Equal(0, bench.Pool.RentedBlocks);
        Assert.Equal(block.Length, bench.Log.Where(e => e.Kind == PeerEventKind.Sent).Sum(e => e.Value));
    }

    [Fact]
    public void The_last_word_of_a_fast_peer_is_heard()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        for (int i = 0; i < 100; i++)
            bench.Do(PeerCommandKind.Request, id, bench.Block(i));

        // Some 60 MiB/s for 40 ms: enough to have the system gather what comes.
        for (int i = 0; i < 40; i++)
        {
            int blocks = i + 1;
            peer.Send(PumpBench.PieceMessage(bench.Block(i)));
            if (i % 8 == 7)
                bench.RunUntil(() => Passed(1) && bench.Log.Count(e => e.Kind == PeerEventKind.Block) == blocks);
        }

        // Far fewer bytes than are gathered, and then nothing more.
        peer.Send([0, 0, 0, 1, 1]);
        bench.RunUntil(() => Passed(1) && bench.Log.Any(e => e.Kind == PeerEventKind.Unchoke));
        peer.Dispose();

        bool Passed(int milliseconds)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            return true;
        }
    }

    [Fact]
    public void Blocks_arrive_whole_however_they_are_cut_up()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            using PumpBench bench = Bench();
            var random = new SeededRandom(seed);
            (RawPeer peer, ConnectionId id) = bench.DialReady();
            int good = 0;
            bench.OnEvent = e =>
            {
                if (e.Kind == PeerEventKind.Block && bench.Pool.Span(e.Lease)[..e.Range.Length].SequenceEqual(PumpBench.Content(e.Range)))
                    good++;
                bench.Pool.Return(e.Lease);
            };
            var bytes = new List<byte>();
            for (int i = 0; i < 20; i++)
            {
                bench.Do(PeerCommandKind.Request, id, bench.Block(i));
                bytes.AddRange(PumpBench.PieceMessage(bench.Block(i)));
                bytes.AddRange([0, 0, 0, 0]);
            }

            byte[] all = [.. bytes];
            int sent = 0;
            bench.RunUntil(() =>
            {
                int length = Math.Min(all.Length - sent, 1 + random.Next(random.Chance(0.5) ? 40 : 30_000));
                if (length > 0)
                    sent += peer.TrySend(all.AsSpan(sent, length));
                return good == 20;
            });
            Assert.True(sent == all.Length, $"seed {seed}");
            peer.Dispose();
        }
    }

    [Fact]
    public void Fifty_connections_fetch_at_once()
    {
        using PumpBench bench = Bench();
        var peers = new Dictionary<ConnectionId, RawPeer>();
        for (int i = 0; i < 50; i++)
        {
            (RawPeer peer, ConnectionId id) = bench.DialReady();
            peers.Add(id, peer);
        }

        int good = 0;
        bench.OnEvent = e =>
        {
            if (e.Kind == PeerEventKind.Block && bench.Pool.Span(e.Lease)[..e.Range.Length].SequenceEqual(PumpBench.Content(e.Range)))
                good++;
            bench.Pool.Return(e.Lease);
        };
        int block = 0;
        var unsent = new List<(RawPeer Peer, byte[] Bytes, int Sent)>();
        foreach ((ConnectionId id, RawPeer peer) in peers)
        {
            var bytes = new List<byte>();
            for (int i = 0; i < 8; i++, block++)
            {
                bench.Do(PeerCommandKind.Request, id, bench.Block(block));
                bytes.AddRange(PumpBench.PieceMessage(bench.Block(block)));
            }

            unsent.Add((peer, [.. bytes], 0));
        }

        bench.RunUntil(() =>
        {
            for (int i = 0; i < unsent.Count; i++)
            {
                (RawPeer peer, byte[] bytes, int sent) = unsent[i];
                if (sent < bytes.Length)
                    unsent[i] = (peer, bytes, sent + peer.TrySend(bytes.AsSpan(sent)));
            }

            return good == 400;
        });
        Assert.Equal(50, bench.Pump.Count);
    }

    [Fact]
    public void A_pool_that_is_used_up_stops_reading_and_loses_nothing()
    {
        using PumpBench bench = Bench(pool: 1 << 20);
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        var held = new Queue<BufferLease>();
        int next = 0;
        bench.OnEvent = e =>
        {
            if (e.Kind != PeerEventKind.Block)
                return;
            Assert.Equal(bench.Block(next++), e.Range);
            Assert.Equal(PumpBench.Content(e.Range), bench.Pool.Span(e.Lease)[..e.Range.Length].ToArray());
            held.Enqueue(e.Lease);
        };
        byte[] all = [.. Enumerable.Range(0, 200).SelectMany(i => PumpBench.PieceMessage(bench.Block(i)))];
        for (int i = 0; i < 200; i++)
            bench.Do(PeerCommandKind.Request, id, bench.Block(i));
        int sent = 0;
        bench.RunUntil(() =>
        {
            sent += sent < all.Length ? peer.TrySend(all.AsSpan(sent)) : 0;
            return held.Count == bench.Pool.CapacityBlocks && bench.Pump.IsStarved;
        });

        // Whatever more comes in, there is no place for it, and the pump waits for one without spinning through events.
        for (int i = 0; i < 5; i++)
            bench.Iterate();
        Assert.Equal(bench.Pool.CapacityBlocks, held.Count);
        Assert.Equal(bench.Pool.CapacityBlocks, next);
        bench.RunUntil(() =>
        {
            sent += sent < all.Length ? peer.TrySend(all.AsSpan(sent)) : 0;
            if (held.TryDequeue(out BufferLease lease))
                bench.Pool.Return(lease);
            return next == 200;
        });
        while (held.TryDequeue(out BufferLease lease))
            bench.Pool.Return(lease);
    }

    [Fact]
    public void Nothing_is_read_while_the_engine_is_behind()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        peer.Send([0, 0, 0, 1, 2]);
        for (int i = 0; i < 20; i++)
        {
            bench.Pump.Flush();
            bench.Pump.Poll(bench.Clock.Now + TimeSpan.FromMilliseconds(1), mayRead: false);
        }

        Assert.Equal(0, bench.Pump.Events.Count);
        bench.RunUntil(() => bench.Log.Any(e => e.Kind == PeerEventKind.Interested && e.Connection == id));
        peer.Dispose();
    }

    [Fact]
    public void A_slow_reader_gets_everything_in_the_end()
    {
        using PumpBench bench = Bench(pool: 16 << 20);
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        for (int i = 0; i < 500; i++)
            bench.Do(PeerCommandKind.SendBlock, id, bench.Block(i), bench.Filled(bench.Block(i)));

        // First it does not read at all, so that its and our socket are full.
        for (int i = 0; i < 10; i++)
            bench.Iterate();
        byte[] expected = [.. Enumerable.Range(0, 500).SelectMany(i => PumpBench.PieceMessage(bench.Block(i)))];
        bench.RunUntil(() => peer.Drain().Count >= expected.Length);
        Assert.True(expected.AsSpan().SequenceEqual([.. peer.Received]));
        bench.RunUntil(() => bench.Log.Where(e => e.Kind == PeerEventKind.Sent).Sum(e => e.Value) == 500 * BlockRange.BlockLength);
    }

    [Fact]
    public void A_reset_is_told_as_the_peers_end()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        peer.Reset();
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.ClosedByPeer, bench.ClosedWith(id));
        Assert.Equal(0, bench.Pump.Count);
    }

    [Fact]
    public void An_end_right_behind_the_last_bytes_is_noticed_after_them()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        peer.Send([0, 0, 0, 1, 2]);
        peer.Dispose();
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.ClosedByPeer, bench.ClosedWith(id));
        Assert.Equal([PeerEventKind.Interested, PeerEventKind.Closed], bench.Log.TakeLast(2).Select(e => e.Kind));
    }

    [Fact]
    public void What_is_queued_goes_out_before_a_close()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        bench.Do(PeerCommandKind.SendBlock, id, bench.Block(0), bench.Filled(bench.Block(0)));
        bench.Do(PeerCommandKind.Close, id);
        bench.RunUntil(() =>
        {
            peer.Drain();
            return peer.IsEnded;
        });
        Assert.Equal(PumpBench.PieceMessage(bench.Block(0)), peer.Received);
        Assert.Equal(DisconnectReason.Useless, bench.ClosedWith(id));
        Assert.Single(bench.Log, e => e.Kind == PeerEventKind.Closed);

        // Late commands are for nobody; a block in one still goes back.
        bench.Do(PeerCommandKind.SendBlock, id, bench.Block(1), bench.Filled(bench.Block(1)));
        Assert.Equal(0, bench.Pool.RentedBlocks);
    }

    // THREATS W3, chaos 17.
    [Fact]
    public void A_handshake_has_ten_seconds_in_all_however_it_trickles()
    {
        using PumpBench bench = Bench();
        using RawPeer peer = bench.Dial();
        byte[] handshake = PumpBench.Handshake();
        bench.RunUntil(() => bench.Pump.Count == 1);
        for (int i = 0; i < 9; i++)
        {
            peer.Send([handshake[i]]);
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            bench.Iterate();
        }

        Assert.Equal(1, bench.Pump.Count);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.RunUntil(() => bench.Pump.Count == 0);
        Assert.Equal(DisconnectReason.HandshakeTimeout, bench.Log.Single().Reason);
    }

    // Chaos 15.
    [Fact]
    public void Garbage_is_thrown_out_at_its_first_byte()
    {
        using PumpBench bench = Bench();
        var random = new SeededRandom(4);
        var peers = new List<RawPeer>();
        for (int i = 0; i < 100; i++)
        {
            RawPeer peer = bench.Dial();
            byte[] bytes = new byte[1 + random.Next(2000)];
            random.NextBytes(bytes);
            bytes[0] = 0x20;
            peer.Send(bytes);
            peers.Add(peer);
        }

        bench.RunUntil(() => bench.Log.Count(e => e.Kind == PeerEventKind.Closed) == 100);
        Assert.All(bench.Log, e => Assert.Equal(DisconnectReason.BadHandshake, e.Reason));
    }

    // THREATS W3, chaos 17.
    [Fact]
    public void Silent_connections_keep_no_honest_peer_out()
    {
        using PumpBench bench = Bench();
        List<RawPeer> silent = [.. Enumerable.Range(0, 600).Select(_ => bench.Dial())];
        using RawPeer honest = bench.Dial();
        honest.Send(PumpBench.Handshake());
        bench.RunUntil(() => bench.Pump.Count == IncomingGate.MaxPending);
        for (int i = 0; i < 5; i++)
            bench.Iterate();

        // No more than the cap, until the first have had their chance.
        Assert.Equal(IncomingGate.MaxPending, bench.Pump.Count);
        int turns = 0;
        bench.RunUntil(() =>
        {
            bench.Time.Advance(IncomingGate.SafeFor);
            turns++;
            Assert.InRange(bench.Pump.Count, 0, IncomingGate.MaxPending);
            return bench.Log.Any(e => e.Kind == PeerEventKind.Ready);
        });
        Assert.InRange(turns, 1, 40);
        Assert.All(bench.Log.Where(e => e.Kind == PeerEventKind.Closed), e => Assert.Equal(DisconnectReason.Limit, e.Reason));
        silent.ForEach(peer => peer.Dispose());
    }

    // THREATS W1, chaos 18.
    [Fact]
    public void A_length_of_four_gigabytes_is_refused_at_once()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        peer.Send([0xFF, 0xFF, 0xFF, 0xFF]);
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.MessageTooLong, bench.ClosedWith(id));
    }

    [Fact]
    public void A_thousand_connections_come_and_go()
    {
        using PumpBench bench = Bench();
        for (int wave = 0; wave < 10; wave++)
        {
            bench.Log.Clear();
            var self = new PeerId(new Sha1Hash("-FH0100-otherpeer000"u8));
            List<ConnectionId> ids = [.. Enumerable.Range(0, 100).Select(_ => bench.Connect(bench.ListensAt, self))];
            bench.RunUntil(() => bench.Log.Count(e => e.Kind == PeerEventKind.Ready) == 200);
            Assert.Equal(200, bench.Pump.Count);
            ids.ForEach(id => bench.Do(PeerCommandKind.Close, id));
            bench.RunUntil(() => bench.Pump.Count == 0);
            Assert.Equal(200, bench.Log.Count(e => e.Kind == PeerEventKind.Closed));
        }

        Assert.Equal(0, bench.Budget.Taken);
    }

    [Fact]
    public void A_refused_connection_is_told()
    {
        using PumpBench bench = Bench();
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ConnectionId id = bench.Connect((IPEndPoint)unused.LocalEndPoint!);
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.ConnectFailed, bench.ClosedWith(id));
    }

    [Fact]
    public void A_connection_that_does_not_open_is_given_up_in_time()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux leaves a connection open-ended that finds the queue full.");
        using PumpBench bench = Bench();
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var at = (IPEndPoint)full.LocalEndPoint!;
        List<ConnectionId> ids = [.. Enumerable.Range(0, 8).Select(_ => bench.Connect(at))];
        for (int i = 0; i < 5; i++)
            bench.Iterate();
        Assert.Equal(8, bench.Pump.Count);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        bench.RunUntil(() => bench.Pump.Count < 8);
        Assert.Contains(ids, id => bench.ClosedWith(id) == DisconnectReason.ConnectTimeout);
    }

    [Fact]
    public void A_close_stops_a_connection_that_is_still_opening()
    {
        using PumpBench bench = Bench();
        ConnectionId id = bench.Connect(bench.ListensAt);
        bench.Do(PeerCommandKind.Close, id);
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.Useless, bench.ClosedWith(id));
    }

    // THREATS F4.
    [Fact]
    public void Beyond_the_budget_nothing_is_opened_and_strangers_are_turned_away()
    {
        using PumpBench bench = Bench(budget: 1);
        (RawPeer first, ConnectionId firstId) = bench.DialReady();
        using RawPeer second = bench.Dial();
        bench.RunUntil(() =>
        {
            second.Drain();
            return second.IsEnded;
        });
        ConnectionId third = bench.Connect(bench.ListensAt);
        bench.RunUntil(() => bench.ClosedWith(third) is not null);
        Assert.Equal(DisconnectReason.Limit, bench.ClosedWith(third));
        Assert.Null(bench.ClosedWith(firstId));
        first.Dispose();
    }

    // THREATS F8.
    [Fact]
    public void Outgoing_connections_come_from_the_bound_address()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux has the whole of 127/8.");
        using PumpBench bench = Bench(bind: IPAddress.Parse("127.0.0.7"));
        bench.Connect(bench.ListensAt);
        bench.RunUntil(() => bench.Log.Any(e => e.Kind == PeerEventKind.Incoming));
        Assert.Equal("127.0.0.7", ((PeerHandshake)bench.Log.Single(e => e.Kind == PeerEventKind.Incoming).Payload!).Endpoint.Address.ToString());

        // Of the other family there is no way out.
        ConnectionId other = bench.Connect(new IPEndPoint(IPAddress.IPv6Loopback, 1));
        bench.RunUntil(() => bench.ClosedWith(other) is not null);
        Assert.Equal(DisconnectReason.ConnectFailed, bench.ClosedWith(other));
    }

    [Fact]
    public void A_block_costs_no_allocation_of_ours()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        byte[][] messages = [.. Enumerable.Range(0, 200).Select(i => PumpBench.PieceMessage(bench.Block(i)))];
        long allocated = 0;
        long least = long.MaxValue;

        // A collection in between takes pooled buffers away, which are then made again: the best of some rounds shows what a block itself costs.
        for (int round = 0; round < 6; round++, least = Math.Min(least, allocated))
        {
            allocated = 0;
            for (int i = 0; i < messages.Length; i++)
                FetchBlock(i);
        }

        Assert.True(least <= messages.Length * BytesPerBlock, $"{least} bytes for {messages.Length} blocks");
        peer.Dispose();

        void FetchBlock(int i)
        {
            Count(() => bench.Do(PeerCommandKind.Request, id, bench.Block(i)));
            Count(bench.Pump.Flush);
            peer.Send(messages[i]);
            for (bool got = false; !got;)
            {
                Count(() => bench.Pump.Poll(bench.Clock.Now + TimeSpan.FromMilliseconds(5), mayRead: true));
                foreach (ref readonly PeerEvent e in bench.Pump.Events.Events)
                {
                    got |= e.Kind == PeerEventKind.Block;
                    bench.Pool.Return(e.Lease);
                }

                bench.Pump.Events.Clear();
            }
        }

        void Count(Action action)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>What the sockets underneath may allocate for a block.</summary>
    private protected abstract int BytesPerBlock { get; }

    private protected abstract ISocketPoller CreatePoller();

    private PumpBench Bench(IPAddress? address = null, long pool = 8 << 20, int budget = 2000, IPAddress? bind = null)
        => new(CreatePoller, address, pool, budget, bind);
}
