using Freshet.Core;
using Freshet.Simulator.Dht;

namespace Freshet.Simulation.Tests.Dht;

/// <summary>
/// A whole DHT whose nodes come and go: half of them are replaced each hour, one datagram in twenty is lost, a third of the nodes are behind routers. FRESHET_SIM_DHT says
/// how many nodes there are in place of a thousand.
/// </summary>
public sealed class DhtNetworkTests
{
    private const double BehindRouters = 0.3;

    [Fact]
    public void What_was_announced_is_found_by_nearly_every_look_up()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_DHT"), out int wished) ? wished : 1000;
        var dht = new DhtWorld(1);
        dht.Grow(count, TimeSpan.FromMinutes(4), BehindRouters);
        dht.World.Run(TimeSpan.FromMinutes(2));
        dht.Churn(TimeSpan.FromHours(2) / count, static _ => false, BehindRouters);
        var report = new SearchReport();
        MonoTime end = dht.World.Now + TimeSpan.FromMinutes(30);
        while (dht.World.Now < end)
            report.AnnounceAndSearch(dht, searches: 10);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.FoundShare >= 0.99, report.ToString());
        Assert.True(report.MeanHops <= Math.Log2(count), report.ToString());
    }
}
