using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>
/// Peer exchange (BEP 11) with libtorrent, both ways: seeder and leecher know one peer between them, which has nothing and gives next to nothing. They find each other
/// by its word alone.
/// </summary>
public sealed class PeerExchangeTests
{
    private const int NextToNothing = 1_024;

    [Fact]
    public async Task Libtorrent_tells_freshet_of_a_seeder()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost between = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "told.bin", 3_000_017, seed: 61), 64 * 1024);
        await Libtorrent.JoinAsync(swarm.Lab, between, swarm.Torrent, between.NewFolder("out"), NextToNothing);
        await swarm.SeedWithFreshetAsync("--peer", Swarm.PeerAt(between.IPv4));
        await swarm.DownloadAsync("--peer", Swarm.PeerAt(between.IPv4));
    }

    [Fact]
    public async Task Freshet_tells_libtorrent_of_a_seeder()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost between = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "told.bin", 3_000_017, seed: 62), 64 * 1024);
        await swarm.SeedAsync();
        LabProcess teller = between.Freshet([
            "download", swarm.Torrent, "-o", between.NewFolder("out"), "--listen-port", $"{Libtorrent.Port}", "--limit-up", $"{NextToNothing}", "--limit-down", $"{NextToNothing}", "-v", .. swarm.SeederAsPeer]);
        await teller.WaitForAsync("1 peer", TimeSpan.FromSeconds(30));
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, between.IPv4);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
    }
}
