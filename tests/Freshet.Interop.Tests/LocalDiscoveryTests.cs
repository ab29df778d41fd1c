using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>Local discovery (BEP 14) with libtorrent, on a network of its own: nobody knows an address of anybody.</summary>
public sealed class LocalDiscoveryTests
{
    [Fact]
    public async Task Freshet_and_libtorrent_on_one_network_find_each_other()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost other = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "local.bin", 3_000_017, seed: 71), 64 * 1024);
        await swarm.SeedWithFreshetAsync("--no-lsd", "false");
        LabProcess libtorrent = await Libtorrent.JoinLocallyAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target);
        string folder = other.NewFolder("out");
        LabProcess freshet = other.Freshet("download", swarm.Torrent, "-o", folder, "-v", "--no-lsd", "false");
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
        await Swarm.MustEndWithAsync(0, freshet);
        Content.MustBeSame(swarm.Content, Path.Combine(folder, "local.bin"));
    }
}
