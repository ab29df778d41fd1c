using Freshet.Simulator.Dht;

namespace Freshet.Simulation.Tests.Dht;

/// <summary>What a node of the DHT takes of memory: alone in its process, since all of it is counted.</summary>
[Collection(nameof(Alone))]
public sealed class DhtMemoryTests
{
    /// <summary>What the world itself needs for a node counts too: the node by itself takes less.</summary>
    [Fact]
    public void A_node_that_has_worked_for_an_hour_takes_less_than_100_KiB()
    {
        const int Nodes = 200;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var dht = new DhtWorld(1);
        dht.Grow(Nodes, TimeSpan.FromMinutes(2), 0);
        dht.World.Run(TimeSpan.FromMinutes(2));
        new SearchReport().AnnounceAndSearch(dht, swarms: 10, searches: 5, TimeSpan.FromMinutes(56));
        double kibibytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / Nodes;
        TestContext.Current.TestOutputHelper?.WriteLine($"{kibibytes:0.0} KiB a node");
        Assert.InRange(kibibytes, 1, 100);
        GC.KeepAlive(dht);
    }
}

/// <summary>Runs while nothing else does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
