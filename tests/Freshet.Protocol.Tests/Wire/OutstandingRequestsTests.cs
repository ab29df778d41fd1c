using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class OutstandingRequestsTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Any_history_agrees_with_a_set(ulong seed)
    {
        var random = new SeededRandom(seed);
        var requests = new OutstandingRequests();
        var model = new HashSet<BlockRange>();
        for (int i = 0; i < 50_000; i++)
        {
            var range = new BlockRange(new PieceIndex(random.Next(40)), random.Next(64) * 16384, random.Chance(0.1) ? 5000 : 16384);

            // Grows and shrinks in turns, so that the table is full, sparse and empty at times.
            if (random.Chance(i / 5000 % 2 == 0 ? 0.7 : 0.1))
                Assert.Equal(model.Add(range), requests.Add(range));
            else
                Assert.Equal(model.Remove(range), requests.Remove(range));
            Assert.Equal(model.Count, requests.Count);
        }

        foreach (BlockRange range in model)
            Assert.True(requests.Remove(range));
        Assert.Equal(0, requests.Count);
        requests.Release();
    }
}
