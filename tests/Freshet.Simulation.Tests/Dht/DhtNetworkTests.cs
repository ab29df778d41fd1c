using Freshet.Simulator.Dht;

namespace Freshet.Simulation.Tests.Dht;

/// <summary>
/// A whole DHT whose nodes come and go: half of them are replaced each hour, one datagram in twenty is lost, a third of the nodes are behind routers. FRESHET_SIM_DHT says
/// how many nodes there are in place of a thousand, FRESHET_SIM_SEED plays another seed.
/// </summary>
public sealed class DhtNetworkTests
{
    private const double BehindRouters = 0.3;

    [Fact]
    public void What_was_announced_is_found_by_nearly_every_look_up()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_DHT"), out int wished) ? wished : 1000;
        var dht = new DhtWorld(SeedOr(1));
        dht.Grow(count, TimeSpan.FromMinutes(4), BehindRouters);
        dht.World.Run(TimeSpan.FromMinutes(2));
        dht.Churn(TimeSpan.FromHours(2) / count, static _ => false, BehindRouters);
        var report = new SearchReport();

        // As long as clients wait before they announce again: as many of those that keep it are gone by then as ever will be.
        for (int i = 0; i < 3; i++)
            report.AnnounceAndSearch(dht, swarms: 20, searches: 10, TimeSpan.FromMinutes(14));

        TestContext.Current.TestOutputHelper?.WriteLine($"{report}; Kademlia's bound is {Math.Log2(count):0.0} hops; {dht.Datagrams / count} datagrams a node");
        Assert.True(report.FoundShare >= 0.99, report.ToString());
        Assert.True(report.MeanHops <= Math.Log2(count), report.ToString());
    }

    [Fact]
    public void A_network_that_falls_in_two_works_on_both_sides_and_grows_together_again()
    {
        var dht = new DhtWorld(SeedOr(3));
        dht.Grow(300, TimeSpan.FromMinutes(2), BehindRouters);
        dht.World.Run(TimeSpan.FromMinutes(10));
        SimDhtNode[] left = [.. dht.Nodes.Where(static node => IsLeft(node.Endpoint.Address))];
        SimDhtNode[] right = [.. dht.Nodes.Where(static node => !IsLeft(node.Endpoint.Address))];
        dht.Passes = static (from, to) => IsLeft(from) == IsLeft(to);
        dht.World.Run(TimeSpan.FromMinutes(40));
        var cut = new SearchReport();
        cut.AnnounceAndSearch(dht, 10, 10, TimeSpan.FromMinutes(1), () => left[dht.World.Random.Next(left.Length)]);
        cut.AnnounceAndSearch(dht, 10, 10, TimeSpan.FromMinutes(1), () => right[dht.World.Random.Next(right.Length)]);
        Assert.True(cut.FoundShare >= 0.97, cut.ToString());

        // Nobody has to be told: they remember some that went.
        dht.Passes = null;
        dht.World.Run(TimeSpan.FromMinutes(40));
        var healed = new SearchReport();
        healed.AnnounceAndSearch(dht, 20, 10, TimeSpan.FromMinutes(1));
        TestContext.Current.TestOutputHelper?.WriteLine($"cut: {cut}; healed: {healed}");
        Assert.True(healed.FoundShare >= 0.97, healed.ToString());

        static bool IsLeft(System.Net.IPAddress address) => address.GetAddressBytes()[0] % 2 == 0;
    }

    [Theory]
    [InlineData(200, false, false, 0.95)]
    [InlineData(200, true, false, 0.85)] // the worst that can be done with these addresses
    [InlineData(100, true, true, 0.95)]
    public void Sybils_of_sixteen_networks_hide_hardly_any_honest_peer(int count, bool chooseIds, bool tellOfNobodies, double least)
    {
        var dht = new DhtWorld(SeedOr(2));
        dht.Grow(300, TimeSpan.FromMinutes(3), BehindRouters);
        var sybils = new SybilRing(dht, count, 16) { ChoosesIds = chooseIds, TellsOfNobodies = tellOfNobodies };
        HashSet<SimDhtNode> villains = [.. sybils.Members];
        sybils.Push(TimeSpan.FromSeconds(5));
        dht.World.Run(TimeSpan.FromMinutes(10));
        var report = new SearchReport();
        report.AnnounceAndSearch(dht, 30, 10, TimeSpan.FromMinutes(1), Honest);
        TestContext.Current.TestOutputHelper?.WriteLine($"{report}; {sybils.Asked} queries fell into their hands");
        Assert.True(report.FoundShare >= least, report.ToString());

        SimDhtNode Honest()
        {
            SimDhtNode node = dht.Any();
            while (villains.Contains(node))
                node = dht.Any();
            return node;
        }
    }

    private static ulong SeedOr(ulong usual) => ulong.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_SEED"), out ulong seed) ? seed : usual;
}
