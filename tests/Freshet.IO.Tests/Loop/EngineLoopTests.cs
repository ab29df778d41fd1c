using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Tests.Http;
using Freshet.IO.Tests.Pumps;

namespace Freshet.IO.Tests.Loop;

public sealed class EngineLoopTests : IAsyncDisposable
{
    private readonly BlockPool _pool = new(32 << 20);
    private readonly List<EngineLoop> _loops = [];

    /// <summary>Pumps, and whether their sockets are the portable ones.</summary>
    public static TheoryData<int, bool> Ways => new() { { 1, false }, { 1, true }, { 2, false }, { 3, true } };

    /// <summary>The same, and whether what is read is limited.</summary>
    public static TheoryData<int, bool, bool> WaysOfReading
        => new() { { 1, false, false }, { 1, true, false }, { 2, false, false }, { 3, true, false }, { 1, false, true }, { 2, false, true }, { 3, true, true } };

    public async ValueTask DisposeAsync()
    {
        foreach (EngineLoop loop in _loops)
            await loop.DisposeAsync();
        _pool.Dispose();
    }

    [Theory]
    [MemberData(nameof(WaysOfReading))]
    public async Task Two_sessions_pass_a_torrent(int pumps, bool portable, bool isLimited)
    {
        const int Slice = 5000;
        const int Blocks = 512;
        (EngineLoop source, ScriptedEngine seeder, _) = Start(pumps, portable);
        (EngineLoop target, ScriptedEngine leecher, _) = Start(pumps, portable);
        var layout = new PieceLayout([new FileEntry { Index = new FileIndex(0), Path = "c", OriginalPath = "c", Length = 1 << 24, Offset = 0 }], PumpBench.PieceLength);
        BlockRange Block(int i) => layout.Block(new PieceIndex(i / 16), i % 16);
        ConnectionSetup Setup(IPEndPoint at, string self) => new(at, PumpBench.Swarm, new PeerId(new Sha1Hash(System.Text.Encoding.ASCII.GetBytes(self))), layout);

        await source.InvokeAsync(_ => seeder.OnPeer = (e, _) =>
        {
            if (e.Kind == PeerEventKind.Incoming)
                seeder.Effects.Send(new PeerCommand(PeerCommandKind.Accept, e.Connection) { Payload = Setup(((PeerHandshake)e.Payload!).Endpoint, "-FH0100-seeder000000") });
            if (e.Kind != PeerEventKind.Request)
                return;
            if (!_pool.TryRent(default, 1, out BufferLease lease))
                throw new InvalidOperationException("The pool is used up.");
            PumpBench.Content(e.Range).CopyTo(_pool.Span(lease));
            seeder.Effects.Send(new PeerCommand(PeerCommandKind.SendBlock, e.Connection) { Range = e.Range, Lease = lease });
        });
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        int next = 0;
        int good = 0;
        long credit = 0;
        await target.InvokeAsync(_ => leecher.OnPeer = (e, _) =>
        {
            if (isLimited && e.Kind is PeerEventKind.Ready or PeerEventKind.ReadWaiting)
            {
                int given = e.Kind == PeerEventKind.Ready ? 0 : Slice;
                credit += given;
                leecher.Effects.Send(new PeerCommand(PeerCommandKind.ReadCredit, e.Connection) { Value = given });
            }

            if (e.Kind == PeerEventKind.CreditLeft)
                credit -= e.Value;
            if (e.Kind == PeerEventKind.Closed)
                done.TrySetException(new InvalidOperationException($"closed: {e.Reason}"));
            if (e.Kind == PeerEventKind.Block)
            {
                good += _pool.Span(e.Lease)[..e.Range.Length].SequenceEqual(PumpBench.Content(e.Range)) ? 1 : 0;
                _pool.Return(e.Lease);
            }

            int more = e.Kind switch
            {
                PeerEventKind.Ready => 32,
                PeerEventKind.Block => 1,
                _ => 0,
            };
            for (; more > 0 && next < Blocks; more--)
                leecher.Effects.Send(new PeerCommand(PeerCommandKind.Request, e.Connection) { Range = Block(next++) });
            if (good == Blocks)
                done.TrySetResult(good);
        });
        await target.InvokeAsync(_ =>
        {
            for (int i = 1; i <= 3; i++)
            {
                var at = new IPEndPoint(IPAddress.Loopback, source.ListenPort);
                leecher.Effects.Send(new PeerCommand(PeerCommandKind.Connect, new ConnectionId(i * 2)) { Payload = Setup(at, "-FH0100-leecher00000") });
            }

            return true;
        });
        Assert.Equal(Blocks, await done.Task);

        // No byte came in without credit, on any pump; each connection may have one slice that it has not answered for.
        const long Read = Blocks * (BlockRange.BlockLength + 13L);
        long used = await target.InvokeAsync(_ => credit);
        if (isLimited)
            Assert.InRange(used, Read, Read + (3 * Slice) + 1000);
    }

    [Fact]
    public async Task Answers_of_all_kinds_come_to_the_engine()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (EngineLoop loop, ScriptedEngine engine, FakeDisk disk) = Start();

        await loop.InvokeAsync(_ =>
        {
            engine.Effects.Fetch(new HttpFetch(3, new Uri($"http://127.0.0.1:{server.Port}/"), "x", 10, TimeSpan.FromSeconds(30), AddressPolicy.Any));
            return true;
        });
        Assert.Equal("http 3 200", await engine.NextAsync());

        await loop.InvokeAsync(_ =>
        {
            engine.Effects.Resolve(new ResolveRequest(4, "127.0.0.1"));
            return true;
        });
        Assert.Equal("name 4 127.0.0.1", await engine.NextAsync());

        await loop.InvokeAsync(_ =>
        {
            engine.Effects.SendDatagram(new Datagram((IPEndPoint)udp.LocalEndPoint!, "ping"u8.ToArray()));
            return true;
        });
        byte[] buffer = new byte[100];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        int length = await udp.ReceiveFromAsync(buffer, SocketFlags.None, from, TestContext.Current.CancellationToken);
        Assert.Equal("ping"u8.ToArray(), buffer[..length]);
        var sender = (IPEndPoint)new IPEndPoint(0, 0).Create(from);
        Assert.Equal(loop.ListenPort, sender.Port);
        await udp.SendToAsync("d pong"u8.ToArray(), sender, TestContext.Current.CancellationToken);
        Assert.Equal("datagram 127.0.0.1 d pong", await engine.NextAsync());

        await loop.InvokeAsync(_ =>
        {
            engine.Effects.Submit(new DiskJob { Tag = "write" });
            engine.Effects.Save(Record(), 9);
            return true;
        });
        disk.Complete(disk.Jobs.Single());
        Assert.Equal("job write", await engine.NextAsync());
        disk.Saved(9);
        Assert.Equal("saved 9", await engine.NextAsync());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task Of_the_datagrams_that_come_the_engine_gets_what_is_for_it(int pumps, bool portable)
    {
        (EngineLoop loop, ScriptedEngine engine, _) = Start(pumps, portable);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var at = new IPEndPoint(IPAddress.Loopback, loop.ListenPort);
        for (int i = 0; i < 3; i++)
        {
            // Too long; uTP, which this session has not got; nothing that anybody knows; none at all.
            foreach (byte[] nothing in (byte[][])[[(byte)'d', .. new byte[20_000]], [0x41, .. new byte[19]], "what?"u8.ToArray(), []])
                await udp.SendToAsync(nothing, at, TestContext.Current.CancellationToken);
            await udp.SendToAsync("d after"u8.ToArray(), at, TestContext.Current.CancellationToken);
            Assert.Equal("datagram 127.0.0.1 d after", await engine.NextAsync());
            await udp.SendToAsync("\0answer"u8.ToArray(), at, TestContext.Current.CancellationToken);
            Assert.Equal("datagram 127.0.0.1 \0answer", await engine.NextAsync());
        }
    }

    [Fact]
    public async Task The_engine_is_called_when_its_time_has_come()
    {
        (EngineLoop loop, ScriptedEngine engine, _) = Start();
        await loop.InvokeAsync(now =>
        {
            MonoTime due = now + TimeSpan.FromMilliseconds(30);
            engine.NextDeadline = due;
            engine.OnAdvance = at =>
            {
                if (at < due)
                    return;
                engine.NextDeadline = MonoTime.Never;
                engine.OnAdvance = null;
                engine.Log("due");
            };
            return true;
        });
        Assert.Equal("due", await engine.NextAsync());
    }

    [Fact]
    public async Task An_end_waits_for_disk_and_state_and_hurries_them()
    {
        (EngineLoop loop, ScriptedEngine engine, FakeDisk disk) = Start();
        await loop.InvokeAsync(_ =>
        {
            engine.Effects.Submit(new DiskJob { Tag = "last" });
            engine.Effects.Save(Record(), 1);
            engine.Effects.Save(Record(), 2);
            return true;
        });
        Task ended = loop.StopAsync(TimeSpan.Zero);
        await disk.Hurried.Task;
        Assert.False(ended.IsCompleted);
        disk.Saved(2);
        Assert.Equal("saved 2", await engine.NextAsync());
        Assert.False(ended.IsCompleted);
        disk.Complete(disk.Jobs.Single());
        Assert.Equal("job last", await engine.NextAsync());
        await ended;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => loop.InvokeAsync(_ => 1));
        Assert.False(loop.Post(_ => { }));
    }

    [Fact]
    public async Task An_end_gives_a_disk_that_hangs_no_more_time_than_it_was_told()
    {
        (EngineLoop loop, ScriptedEngine engine, FakeDisk disk) = Start();
        await loop.InvokeAsync(_ =>
        {
            engine.Effects.Submit(new DiskJob { Tag = "hangs" });
            return true;
        });
        await loop.StopAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        Assert.True(loop.HasGivenUp);
        disk.Complete(disk.Jobs.Single());

        (EngineLoop quick, _, _) = Start();
        await quick.StopAsync(TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.False(quick.HasGivenUp);
    }

    [Fact]
    public async Task An_end_gives_exchanges_the_time_it_was_told()
    {
        await using var silent = new ScriptedServer((_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        await using var slow = new ScriptedServer(async (_, stream, stop) =>
        {
            await Task.Delay(50, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
        });
        (EngineLoop patient, ScriptedEngine engine, _) = Start();
        await patient.InvokeAsync(_ =>
        {
            engine.Effects.Fetch(new HttpFetch(1, new Uri($"http://127.0.0.1:{slow.Port}/"), "x", 10, TimeSpan.FromSeconds(30), AddressPolicy.Any));
            return true;
        });
        await patient.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("http 1 200", await engine.NextAsync());

        (EngineLoop brief, ScriptedEngine other, _) = Start();
        await brief.InvokeAsync(_ =>
        {
            other.Effects.Fetch(new HttpFetch(1, new Uri($"http://127.0.0.1:{silent.Port}/"), "x", 10, TimeSpan.FromSeconds(300), AddressPolicy.Any));
            return true;
        });
        await brief.StopAsync(TimeSpan.FromMilliseconds(50));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_exception_in_the_engine_ends_the_session_and_is_told(int pumps, bool portable)
    {
        (EngineLoop loop, ScriptedEngine engine, _) = Start(pumps, portable);
        await loop.InvokeAsync(_ => engine.OnAdvance = _ => throw new InvalidDataException("broken"));
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => loop.Completion);
        Assert.Equal("broken", fault.Message);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => loop.InvokeAsync(_ => 1));

        // Nobody listens any more.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Loopback, loop.ListenPort));
    }

    [Fact]
    public async Task Whoever_waits_behind_a_command_that_ends_the_session_is_told()
    {
        (EngineLoop loop, _, _) = Start();
        using var held = new ManualResetEventSlim();
        loop.Post(_ => held.Wait());
        loop.Post(_ => throw new InvalidDataException("broken"));
        Task<int> behind = loop.InvokeAsync(_ => 1);
        held.Set();
        await Assert.ThrowsAsync<InvalidDataException>(() => behind);
    }

    [Fact]
    public async Task An_exception_of_a_question_goes_to_who_asked()
    {
        (EngineLoop loop, _, _) = Start();
        await Assert.ThrowsAsync<InvalidDataException>(() => loop.InvokeAsync<int>(_ => throw new InvalidDataException()));
        Assert.Equal(5, await loop.InvokeAsync(_ => 5));
    }

    [Fact]
    public async Task Many_threads_may_ask_at_once()
    {
        (EngineLoop loop, _, _) = Start();
        int count = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await loop.InvokeAsync(_ => count++);
        })));
        Assert.Equal(4000, await loop.InvokeAsync(_ => count));
    }

    [Fact]
    public async Task An_end_closes_connections_and_gives_every_block_back()
    {
        foreach ((int pumps, bool portable) in new[] { (1, false), (2, true) })
        {
            (EngineLoop loop, ScriptedEngine engine, _) = Start(pumps, portable);
            var closed = new ConcurrentBag<ConnectionId>();
            await loop.InvokeAsync(_ => engine.OnPeer = (e, _) =>
            {
                _pool.Return(e.Lease);
                if (e.Kind == PeerEventKind.Closed)
                    closed.Add(e.Connection);
            });
            using var peer = new RawPeer(new IPEndPoint(IPAddress.Loopback, loop.ListenPort));
            peer.Send(PumpBench.Handshake());
            await loop.StopAsync(TimeSpan.Zero);
            Assert.Equal(0, _pool.RentedBlocks);
            while (!peer.IsEnded)
                peer.Drain();
        }
    }

    private static ResumeRecord Record() => new()
    {
        Hashes = new InfoHashes(PumpBench.Swarm.Value, null),
        Directory = "/",
        PieceCount = 0,
        Recorded = default,
        Durable = default,
    };

    private (EngineLoop Loop, ScriptedEngine Engine, FakeDisk Disk) Start(int pumps = 1, bool portable = false)
    {
        var disk = new FakeDisk();
        var options = new EngineLoopOptions { Pool = _pool, Bind = IPAddress.Loopback, Pumps = pumps, PortableSockets = portable };
        EngineLoop loop = EngineLoop.Open(options, disk, disk, listener: null);
        _loops.Add(loop);
        ScriptedEngine? engine = null;
        loop.Start((effects, _) => engine = new ScriptedEngine(effects));
        return (loop, engine!, disk);
    }
}
