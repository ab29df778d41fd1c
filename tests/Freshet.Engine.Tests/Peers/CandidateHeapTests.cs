using System.Net;
using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class CandidateHeapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_earliest_is_on_top_whoever_comes_and_goes(ulong seed)
    {
        var random = new SeededRandom(seed);
        var heap = new CandidateHeap((a, b) => a.NotBefore < b.NotBefore);
        var model = new List<PeerCandidate>();
        for (int step = 0; step < 5_000; step++)
        {
            if (random.Chance(step < 2_500 ? 0.6 : 0.4) || model.Count == 0)
            {
                var one = new PeerCandidate(new IPEndPoint(IPAddress.Loopback, 1)) { NotBefore = new MonoTime(random.Next(1000)), Salt = (uint)step };
                heap.Add(one);
                model.Add(one);
            }
            else
            {
                PeerCandidate one = random.Chance(0.5) ? heap.Top : model[random.Next(model.Count)];
                heap.Remove(one);
                model.Remove(one);
                Assert.Equal(-1, one.HeapIndex);
            }

            Assert.Equal(model.Count, heap.Count);
            if (model.Count > 0)
                Assert.Equal(model.Min(one => one.NotBefore), heap.Top.NotBefore);
        }
    }
}
