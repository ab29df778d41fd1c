using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Tests.Pumps;

public abstract partial class PeerPumpTests
{
    [Fact]
    public void A_limited_connection_reads_what_it_has_credit_for_and_no_byte_more()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        int blocks = 0;
        bench.OnEvent = e =>
        {
            blocks += e.Kind == PeerEventKind.Block ? 1 : 0;
            bench.Pool.Return(e.Lease);
        };
        bench.Credit(id, 0);
        for (int i = 0; i < 3; i++)
            bench.Do(PeerCommandKind.Request, id, bench.Block(i));
        byte[] bytes = [.. Enumerable.Range(0, 3).SelectMany(i => PumpBench.PieceMessage(bench.Block(i)))];
        peer.Send(bytes);
        bench.RunUntil(() => Waits() == 1);

        // Slice by slice, each asked for once: the first block is whole after as many bytes as it has.
        int given = 0, asked = 1;
        while (blocks == 0)
        {
            Assert.True(given < bytes.Length / 3);
            int slice = Math.Min(1000, (bytes.Length / 3) - given);
            given += slice;
            asked++;
            bench.Credit(id, slice);
            bench.RunUntil(() => Waits() == asked);
        }

        Assert.Equal(bytes.Length / 3, given);
        for (int i = 0; i < 5; i++)
            bench.Iterate();
        Assert.Equal(1, blocks);
        Assert.Equal(asked, Waits());

        // More credit than there are bytes: what is left goes back, and is not used for what comes later.
        bench.Credit(id, 50_000);
        bench.RunUntil(() => blocks == 3 && Left().Length == 1);
        Assert.Equal(50_000 - (bytes.Length - given), Left()[0]);
        peer.Send([0, 0, 0, 1, 2]);
        bench.RunUntil(() => Waits() == asked + 1);
        Assert.DoesNotContain(bench.Log, e => e.Kind == PeerEventKind.Interested);
        bench.Do(PeerCommandKind.ReadFreely, id);
        bench.RunUntil(() => bench.Log.Exists(e => e.Kind == PeerEventKind.Interested));
        peer.Dispose();

        int Waits() => bench.Log.Count(e => e.Kind == PeerEventKind.ReadWaiting);
        int[] Left() => [.. bench.Log.Where(e => e.Kind == PeerEventKind.CreditLeft).Select(e => e.Value)];
    }

    [Fact]
    public void Lifting_the_limit_reads_what_waits_though_nothing_else_wakes_the_pump()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        bench.Credit(id, 0);
        peer.Send([0, 0, 0, 1, 2]);
        bench.RunUntil(() => bench.Log.Exists(e => e.Kind == PeerEventKind.ReadWaiting));
        for (int i = 0; i < 5; i++)
            bench.Iterate();
        bench.Do(PeerCommandKind.ReadFreely, id);
        bench.Pump.Flush();

        bool isRescued = false;
        using (new Timer(_ =>
        {
            Volatile.Write(ref isRescued, true);
            bench.Pump.Wake();
        }, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan))
        {
            bench.Pump.Poll(MonoTime.Never, mayRead: true);
        }

        Assert.False(Volatile.Read(ref isRescued), "the pump slept while bytes waited that it may read");
        Assert.Contains(bench.Pump.Events.Events.ToArray(), e => e.Kind == PeerEventKind.Interested);
        peer.Dispose();
    }

    [Fact]
    public void Credit_for_a_connection_with_nothing_to_read_comes_back_whole()
    {
        using PumpBench bench = Bench();
        (RawPeer peer, ConnectionId id) = bench.DialReady();
        bench.Credit(id, 0);
        bench.Credit(id, 4321);
        bench.RunUntil(() => bench.Log.Exists(e => e.Kind == PeerEventKind.CreditLeft));
        Assert.Equal(4321, bench.Log.Where(e => e.Kind == PeerEventKind.CreditLeft).Sum(e => e.Value));
        peer.Dispose();
    }
}
