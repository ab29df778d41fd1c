using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Tests.Answering;

public sealed class SourceLimiterTests
{
    [Fact]
    public void A_source_has_its_burst_and_then_its_rate_and_others_have_theirs()
    {
        var limiter = new SourceLimiter(10, 50, new SipHash(1, 2));
        PeerAddress one = Peers.Address("44.0.0.1"), other = Peers.Address("44.0.0.2");
        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => limiter.TryTake(one, Peers.At(1))));
        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => limiter.TryTake(other, Peers.At(1))));
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => limiter.TryTake(one, Peers.At(3))));
        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => limiter.TryTake(one, Peers.At(100))));
    }

    [Fact]
    public void Many_sources_take_no_more_memory_than_one()
    {
        var limiter = new SourceLimiter(10, 50, new SipHash(1, 2));
        limiter.TryTake(Peers.Address("44.0.0.1"), Peers.At(1));
        PeerAddress[] sources = [.. Enumerable.Range(0, 1000).Select(i => Peers.Address($"44.1.{i / 256}.{i % 256}"))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200_000; i++)
            limiter.TryTake(sources[i % sources.Length], Peers.At(i));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Zero_is_no_limit()
        => Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(new SourceLimiter(0, 0, new SipHash(1, 2)).TryTake(Peers.Address("44.0.0.1"), Peers.At(1))));
}
