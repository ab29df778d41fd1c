using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Pumps;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Tests.Pumps;

/// <summary>Uploads over real sockets: what is cached, what is not, and what a choke, a cancel or a slow reader do to it. Every byte is compared.</summary>
public abstract class PumpServeTests
{
    // More than the sockets of both sides can hold, so that something is still waiting when a test needs that.
    private const int All = 1024;

    private readonly ContentReader _reader = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Everything_arrives_in_whatever_part_it_is_cached(ulong seed)
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        var random = new SeededRandom(seed);
        _reader.Cached = run => seed == 0 || random.Chance(0.5) ? run.Length : random.Next(run.Length);
        AnswerUnread(bench);
        for (int i = 0; i < 300; i++)
            bench.Do(PeerCommandKind.Serve, id, bench.Block(i));
        Dictionary<BlockRange, byte> answers = Collect(bench, peer, () => Sent(bench).Blocks == 300);
        Assert.Equal(Enumerable.Range(0, 300).Select(bench.Block).ToHashSet(), answers.Keys.ToHashSet());
        Assert.Equal((300 * BlockRange.BlockLength, 300), Sent(bench));
        Assert.Equal(seed != 0, bench.Log.Any(e => e.Kind == PeerEventKind.Unread));
        Assert.Equal(0, bench.Pool.RentedBlocks);
        peer.Dispose();
    }

    [Fact]
    public void A_choke_in_the_middle_ends_the_blocks_there_and_answers_each_request_once()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        Fill(bench, id);
        bench.Do(PeerCommandKind.Choke, id);
        var order = new List<byte>();
        Dictionary<BlockRange, byte> answers = Collect(bench, peer, () => Sent(bench).Blocks + Dropped(bench).Blocks == All, order);
        Assert.Equal(All, answers.Count);
        int sent = answers.Values.Count(static id => id == 7);
        Assert.Equal((sent * BlockRange.BlockLength, sent), Sent(bench));
        Assert.Equal(((All - sent) * BlockRange.BlockLength, All - sent), Dropped(bench));
        Assert.InRange(sent, 1, All - 1);
        Assert.Equal([.. Enumerable.Repeat((byte)7, sent), 0, .. Enumerable.Repeat((byte)16, All - sent)], order);
        peer.Dispose();
    }

    [Fact]
    public void A_cancel_in_the_middle_takes_back_what_is_not_on_its_way()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        Fill(bench, id);
        for (int i = 0; i < All; i += 2)
            bench.Do(PeerCommandKind.Withdraw, id, bench.Block(i));
        Dictionary<BlockRange, byte> answers = Collect(bench, peer, () => Sent(bench).Blocks + Dropped(bench).Blocks == All);
        Assert.Equal(All, answers.Count);
        Assert.InRange(Dropped(bench).Blocks, 1, All / 2);
        Assert.Equal(Dropped(bench).Blocks, answers.Values.Count(static id => id == 16));
        for (int i = 1; i < All; i += 2)
            Assert.Equal(7, answers[bench.Block(i)]);
        peer.Dispose();
    }

    [Fact]
    public void A_slow_reader_gets_everything_and_holds_one_batch()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        Fill(bench, id);
        Assert.InRange(bench.Pump.HeldBytes, 1, WireLimits.SendBatch);
        Dictionary<BlockRange, byte> answers = Collect(bench, peer, () => Sent(bench).Blocks == All, portion: 100_000);
        Assert.Equal(All, answers.Count);
        Assert.Equal(0, bench.Pump.HeldBytes);
        peer.Dispose();
    }

    /// <summary>THREATS W2, chaos 19: many who ask and never read hold a bounded number of bytes, and go in the end, whatever they say meanwhile.</summary>
    [Fact]
    public void Peers_that_never_read_hold_little_and_are_closed()
    {
        using PumpBench bench = Bench();
        var peers = new List<(RawPeer Peer, ConnectionId Id)>();
        for (int i = 0; i < 100; i++)
        {
            (RawPeer peer, ConnectionId id) = bench.DialReady();
            peers.Add((peer, id));
            for (int block = 0; block < All; block++)
                bench.Do(PeerCommandKind.Serve, id, bench.Block(block));
        }

        for (int i = 0; i < 20; i++)
            bench.Iterate();

        // The high-water mark, and a small batch of each of the others.
        Assert.InRange(bench.Pump.HeldBytes, 1, (16 << 20) + WireLimits.SendBatch + (100 * 50_000));
        for (int second = 0; second < 125; second += 5)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(5));
            foreach ((RawPeer peer, _) in peers)
                peer.TrySend([0, 0, 0, 0]);
            bench.Iterate();
        }

        bench.RunUntil(() => bench.Pump.Count == 0);
        Assert.All(peers, peer => Assert.Equal(DisconnectReason.PeerTimeout, bench.ClosedWith(peer.Id)));
        Assert.Equal(0, bench.Pump.HeldBytes);
        peers.ForEach(peer => peer.Peer.Dispose());
    }

    private protected abstract ISocketPoller CreatePoller();

    private static (int Bytes, int Blocks) Sent(PumpBench bench) => Sum(bench, PeerEventKind.Sent);

    private static (int Bytes, int Blocks) Dropped(PumpBench bench) => Sum(bench, PeerEventKind.Dropped);

    private static (int Bytes, int Blocks) Sum(PumpBench bench, PeerEventKind kind)
        => (bench.Log.Where(e => e.Kind == kind).Sum(e => e.Value), bench.Log.Where(e => e.Kind == kind).Sum(e => e.Blocks));

    /// <summary>Asks for all blocks, and runs until the sockets take no more.</summary>
    private static void Fill(PumpBench bench, ConnectionId id)
    {
        for (int i = 0; i < All; i++)
            bench.Do(PeerCommandKind.Serve, id, bench.Block(i));
        bench.RunUntil(() =>
        {
            int before = Sent(bench).Blocks;
            for (int i = 0; i < 10; i++)
                bench.Iterate();
            return before > 0 && Sent(bench).Blocks == before;
        });
    }

    /// <summary>As the engine does: reads a run for the pump, and sends it block by block.</summary>
    private static void AnswerUnread(PumpBench bench) => bench.OnEvent = e =>
    {
        bench.Pool.Return(e.Lease);
        if (e.Kind != PeerEventKind.Unread)
            return;
        for (int done = 0; done < e.Range.Length; done += BlockRange.BlockLength)
        {
            var block = new BlockRange(e.Range.Piece, e.Range.Offset + done, Math.Min(BlockRange.BlockLength, e.Range.Length - done));
            bench.Do(PeerCommandKind.SendBlock, e.Connection, block, bench.Filled(block));
        }
    };

    /// <summary>Reads what comes, compares each block's bytes, and notes what each request was answered with: 7 a block, 16 a reject.</summary>
    private static Dictionary<BlockRange, byte> Collect(
        PumpBench bench, RawPeer peer, Func<bool> until, List<byte>? order = null, int portion = int.MaxValue)
    {
        var answers = new Dictionary<BlockRange, byte>();
        bool isQuiet = false;
        bench.RunUntil(() =>
        {
            int before = peer.Received.Count;
            peer.Drain(portion);
            isQuiet = until() && peer.Received.Count == before;
            ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(peer.Received);
            int taken = 0;
            while (bytes.Length - taken >= 4 && bytes.Length - taken >= 4 + BinaryPrimitives.ReadInt32BigEndian(bytes[taken..]))
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(bytes[taken..]);
                Note(bytes.Slice(taken + 4, length));
                taken += 4 + length;
            }

            peer.Received.RemoveRange(0, taken);
            return isQuiet && peer.Received.Count == 0;
        });
        return answers;

        void Note(ReadOnlySpan<byte> message)
        {
            order?.Add(message[0]);
            if (message[0] is not (7 or 16))
                return;
            int length = message[0] == 7 ? message.Length - 9 : BinaryPrimitives.ReadInt32BigEndian(message[9..]);
            var block = new BlockRange(
                new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(message[1..])), BinaryPrimitives.ReadInt32BigEndian(message[5..]), length);
            Assert.True(answers.TryAdd(block, message[0]), $"{block} was answered twice");
            if (message[0] == 7)
                Assert.True(message[9..].SequenceEqual(PumpBench.Content(block)), $"{block} has wrong bytes");
        }
    }

    private PumpBench Bench() => new(CreatePoller, pool: 16 << 20, reader: _reader);

    /// <summary>The bench's content, of which some is cached.</summary>
    private sealed class ContentReader : ICachedReader
    {
        public Func<BlockRange, int> Cached { get; set; } = run => run.Length;

        public int ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
        {
            int cached = Cached(run);
            for (int done = 0; done < cached; done += BlockRange.BlockLength)
            {
                int length = Math.Min(BlockRange.BlockLength, run.Length - done);
                ReadOnlySpan<byte> block = PumpBench.Content(new BlockRange(run.Piece, run.Offset + done, length));
                block[..Math.Min(length, cached - done)].CopyTo(target[(done + (done / BlockRange.BlockLength * gap))..]);
            }

            return cached;
        }
    }
}

/// <summary>Uploads over epoll.</summary>
public sealed class EpollPumpServeTests : PumpServeTests
{
    private protected override ISocketPoller CreatePoller()
    {
        if (OperatingSystem.IsLinux())
            return new EpollPoller();
        Assert.Skip("There is no epoll here.");
        throw new PlatformNotSupportedException();
    }
}

/// <summary>Uploads over .NET's own sockets.</summary>
public sealed class PortablePumpServeTests : PumpServeTests
{
    private protected override ISocketPoller CreatePoller() => new PortablePoller();
}
