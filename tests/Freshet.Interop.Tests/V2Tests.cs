using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>BEP 52 with other people's clients: torrents of v2 alone and hybrids, in both directions; the bytes are compared.</summary>
public sealed class V2Tests
{
    /// <summary>Files of many lengths, also empty ones; those that are longer than a piece need a piece layer.</summary>
    [Theory]
    [InlineData("v2")]
    [InlineData("v2-bare")]
    [InlineData("hybrid")]
    [InlineData("hybrid-bare")]
    public async Task From_libtorrent(string kind)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        string content = Content.Tree(swarm.Source, "tree", files: 60, seed: 51);
        Content.File(content, "long.bin", 20_000_003, seed: 52);
        await swarm.ShareAsync(content, 16 * 1024, kind.Replace("-bare", "", StringComparison.Ordinal), []);
        await swarm.SeedAsync();
        await swarm.ShareAsync(content, 16 * 1024, kind, []);
        await swarm.DownloadAsync(swarm.SeederAsPeer);
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task To_libtorrent(string kind)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        string content = Content.Tree(swarm.Source, "tree", files: 60, seed: 53);
        Content.File(content, "long.bin", 20_000_003, seed: 54);
        await swarm.ShareAsync(content, 32 * 1024, kind, []);
        await swarm.SeedWithFreshetAsync();
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, swarm.Seeder.IPv4);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
    }

    /// <summary>Who names the v1 hash and knows no other is answered with it; who knows both may be taken over to v2.</summary>
    [Fact]
    public async Task A_client_of_v1_alone_and_one_of_both_download_a_hybrid_side_by_side()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost old = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "single.bin", 20_000_003, seed: 55), 64 * 1024, "hybrid", []);
        await swarm.SeedWithFreshetAsync();
        string folder = old.NewFolder("out");
        LabProcess leecher = old.Start(
            Libtorrent.Python, await swarm.Lab.ScriptAsync("v1_leecher.py"), swarm.Torrent, folder, swarm.Seeder.IPv4.ToString(), $"{Libtorrent.Port}");
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, swarm.Seeder.IPv4);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
        await swarm.MustArriveAsync(folder, leecher, says: "done");
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task With_a_poisoner_in_the_swarm(string kind)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost villain = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "bait.bin", 30_000_001, seed: 56), 256 * 1024, kind, []);
        await swarm.SeedAsync(bytesPerSecond: 10_000_000);
        LabProcess poisoner = villain.Start(Libtorrent.Python, await swarm.Lab.ScriptAsync("v2_poisoner.py"), swarm.Torrent, swarm.Source, $"{Libtorrent.Port}");
        await poisoner.WaitForAsync("ready", TimeSpan.FromSeconds(30));
        await swarm.DownloadAsync([.. swarm.SeederAsPeer, "--peer", Swarm.PeerAt(villain.IPv4)]);
        Assert.Contains("poisoned", poisoner.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v2-bare")]
    [InlineData("hybrid")]
    public async Task After_kills_at_random_moments(string kind)
    {
        const int Length = 30_000_000;
        await using Swarm swarm = await Swarm.CreateAsync();
        string content = Content.File(swarm.Source, "killed.bin", Length, seed: 57);
        await swarm.ShareAsync(content, 64 * 1024, kind.Replace("-bare", "", StringComparison.Ordinal), []);
        LabProcess libtorrent = await swarm.SeedAsync(bytesPerSecond: 4_000_000);
        await swarm.ShareAsync(content, 64 * 1024, kind, []);
        await swarm.KillDownloadsAsync(4, shortest: 500, spread: 1000, seed: 58);
        await swarm.DownloadAsync(swarm.SeederAsPeer);
        Assert.InRange(await Libtorrent.UploadedAsync(libtorrent), Length, Length + (4L * 5_000_000));
    }
}
