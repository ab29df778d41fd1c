using System.Net;
using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>Trackers that do what they should not, over real addresses.</summary>
public sealed class OddTrackerTests
{
    private const int Port = 7000;

    /// <summary>THREATS H1: out on the internet, in a namespace that is none.</summary>
    [Fact]
    public async Task A_public_tracker_leads_nobody_into_the_local_network()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost host = await swarm.Lab.AddHostAsync();
        var publicly = IPAddress.Parse("45.67.89.1");
        await host.AddAddressAsync(publicly);
        await swarm.Leecher.AddAddressAsync(IPAddress.Parse("45.67.89.2"));
        LabProcess tracker = await OddTrackerAsync(
            swarm,
            host,
            $"redirect:{publicly}:{Port}:http://{host.IPv4}:{Port + 1}/announce",
            $"redirect:{host.IPv4}:{Port}:http://{host.IPv4}:{Port + 1}/announce",
            $"serve:{host.IPv4}:{Port + 1}");

        LabProcess test = swarm.Leecher.Freshet("tracker", "test", $"http://{publicly}:{Port}/announce");
        await Swarm.MustEndWithAsync(8, test);
        Assert.Contains("not allowed", test.Output, StringComparison.Ordinal);
        await swarm.ShareAsync(Content.File(swarm.Source, "f.bin", 1_000_003, seed: 3), 64 * 1024, $"http://{publicly}:{Port}/announce");
        await swarm.SeedAsync();
        LabProcess download = swarm.StartDownload(swarm.SeederAsPeer);
        await swarm.MustEndWellAsync(download);

        // libtorrent, which seeds, does follow: only our own steps count.
        Assert.True(Ours("redirected") >= 2, tracker.Output);
        Assert.Equal(0, Ours("served"));

        // It is the way that is refused and not the redirect: within the local network it is followed.
        await Swarm.MustEndWithAsync(0, swarm.Leecher.Freshet("tracker", "test", $"http://{host.IPv4}:{Port}/announce"));
        Assert.NotEqual(0, Ours("served"));

        int Ours(string what) => tracker.Output.Split('\n').Count(line => line.StartsWith(what, StringComparison.Ordinal) && line.Contains("Freshet", StringComparison.Ordinal));
    }

    /// <summary>Chaos 21: trackers that take everything and say nothing, in the tiers before the one that works.</summary>
    [Fact]
    public async Task Black_holes_hold_nobody_up()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command);
        LabHost hole = await swarm.Lab.AddHostAsync(), tracker = await swarm.Lab.AddHostAsync();
        LabProcess odd = await OddTrackerAsync(swarm, hole, $"hole:{hole.IPv4}:{Port}");
        await swarm.ShareAsync(
            Content.File(swarm.Source, "f.bin", 3_000_003, seed: 4), 64 * 1024,
            $"http://{hole.IPv4}:{Port}/announce", $"udp://{hole.IPv4}:{Port}/announce", $"http://{tracker.IPv4}:{OpenTracker.Port}/announce");
        await swarm.TrackAsync(tracker);
        await swarm.SeedWithFreshetAsync();
        await swarm.DownloadAsync("--give-up-after", "30s");
        Assert.Contains("swallowed", odd.Output, StringComparison.Ordinal);
        LabProcess test = swarm.Leecher.Freshet("tracker", "test", "--timeout", "2s", $"http://{hole.IPv4}:{Port}/announce", $"udp://{hole.IPv4}:{Port}");
        await Swarm.MustEndWithAsync(8, test);
        Assert.Contains("UDP is blocked", test.Output, StringComparison.Ordinal);
        Assert.Contains("says nothing", test.Output, StringComparison.Ordinal);
    }

    private static async Task<LabProcess> OddTrackerAsync(Swarm swarm, LabHost host, params string[] roles)
    {
        LabProcess tracker = host.Start(Libtorrent.Python, [await swarm.Lab.ScriptAsync("odd_tracker.py"), .. roles]);
        await tracker.WaitForAsync("ready", TimeSpan.FromSeconds(20));
        return tracker;
    }
}
