using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command as a tracker for other people's clients.</summary>
public sealed class TrackerTests
{
    private const string Redis = "/usr/bin/redis-server";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>libtorrent announces to one of them over HTTP and IPv6, Freshet to the other over UDP and IPv6; only Redis joins the two.</summary>
    [Fact]
    public async Task Two_trackers_that_share_their_swarms_bring_clients_of_each_together_over_ipv6()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(Redis);
        LabHost one = await lab.AddHostAsync(), other = await lab.AddHostAsync(), seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        LabProcess redis = one.Start(Redis, "--bind", one.IPv4.ToString(), "--protected-mode", "no", "--save", "", "--dir", one.NewFolder("redis"));
        await redis.WaitForAsync("Ready to accept connections", TimeSpan.FromSeconds(30));
        foreach (LabHost host in (LabHost[])[one, other])
            await FreshetTracker.StartAsync(host, "--listen", $"[{host.IPv6}]:{FreshetTracker.Port}", "--redis", $"redis://{one.IPv4}");
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "shared.bin", 10_000_019, seed: 31);
        string torrent = await Libtorrent.MakeAsync(lab, content, 128 * 1024, $"http://[{one.IPv6}]:{FreshetTracker.Port}/announce");
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);

        // The same torrent, for the other tracker.
        torrent = await Libtorrent.MakeAsync(lab, content, 128 * 1024, $"udp://[{other.IPv6}]:{FreshetTracker.Port}/announce");
        string target = leecher.NewFolder("out");
        LabProcess freshet = leecher.Freshet("download", torrent, "-o", target, "-v");
        int code = await freshet.WaitAsync(Limit);
        Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
        Content.MustBeSame(content, Path.Combine(target, "shared.bin"));
    }
}
