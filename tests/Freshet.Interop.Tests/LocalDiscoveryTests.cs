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

    /// <summary>Bound to IPv6 addresses they have no other group, nor any other address to be dialled at.</summary>
    [Fact]
    public async Task Over_ipv6_alone_two_of_ours_find_each_other()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "local6.bin", 300_017, seed: 72), 64 * 1024);
        await swarm.SeedWithFreshetAsync("--no-lsd", "false", "--bind", $"{swarm.Seeder.IPv6}");
        await swarm.MustEndWellAsync(swarm.Leecher.Freshet("download", swarm.Torrent, "-o", swarm.Target, "-v", "--no-lsd", "false", "--bind", $"{swarm.Leecher.IPv6}"));
    }
}
