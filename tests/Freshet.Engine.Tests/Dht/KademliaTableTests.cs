using Freshet.Core;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>The table, under random histories.</summary>
public sealed class KademliaTableTests
{
    [Fact]
    public void The_nearest_are_the_nearest_whatever_came_and_went()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new SeededRandom(seed);
            var table = new KademliaTable<Point>(NodeId.Random(random));
            var kept = new List<Point>();
            for (int i = 0; i < 400; i++)
            {
                NodeId id = random.Chance(0.5) ? NodeId.Random(random) : table.Own.RandomAt(random.Next(30), random);
                var point = new Point(id);
                if (table.TryAdd(point))
                    kept.Add(point);
                if (kept.Count > 0 && random.Chance(0.2))
                {
                    Point gone = kept[random.Next(kept.Count)];
                    table.Remove(gone);
                    kept.Remove(gone);
                }
            }

            Assert.Equal(kept.Count, table.Count);
            for (int i = 0; i < 100; i++)
            {
                NodeId target = random.Chance(0.5) ? NodeId.Random(random) : table.Own.RandomAt(random.Next(30), random);
                var found = new Point?[8];
                int count = table.Closest(target, found, static _ => true);
                Point[] right = [.. kept.Order(Comparer<Point>.Create((a, b) => target.CompareDistance(a.Id, b.Id))).Take(8)];
                Assert.Equal(right, found[..count]);
            }
        }
    }

    [Fact]
    public void Every_node_is_in_the_bucket_of_its_distance_and_no_bucket_is_too_full()
    {
        var random = new SeededRandom(3);
        var table = new KademliaTable<Point>(NodeId.Random(random));
        for (int i = 0; i < 2000; i++)
        {
            var point = new Point(table.Own.RandomAt(random.Next(40), random));
            if (!table.TryAdd(point))
                table.AddSpare(point);
        }

        for (int i = 0; i < table.Buckets.Count; i++)
        {
            KademliaBucket<Point> bucket = table.Buckets[i];
            Assert.InRange(bucket.Nodes.Count, 0, KademliaBucket<Point>.Capacity);
            Assert.InRange(bucket.Spares.Count, 0, KademliaBucket<Point>.SpareCapacity);
            Assert.All(bucket.Nodes.Concat(bucket.Spares), point => Assert.Equal(i, table.IndexOf(point.Id)));
        }
    }

    private sealed class Point(NodeId id) : IKademliaNode
    {
        public NodeId Id => id;
    }
}
