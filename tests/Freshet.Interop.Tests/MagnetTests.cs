using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>BEP 9 with other people's clients: metadata and payload by a magnet link, in both directions; the bytes are compared.</summary>
public sealed class MagnetTests
{
    private const int LargeInfo = 10_600_000;

    /// <summary>The piece layers come from peers too: to us from libtorrent, and to another libtorrent from us.</summary>
    [Theory]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task From_libtorrent_and_on_to_it(string kind)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost other = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "linked.bin", 5_000_003, seed: 61), 32 * 1024, kind, []);
        await swarm.SeedAsync();
        string file = Path.Combine(swarm.Lab.Folder, "resolved.torrent");
        await Swarm.MustEndWithAsync(0, swarm.Leecher.Freshet(["magnet", "resolve", await LinkAsync(swarm), "-o", file, .. swarm.SeederAsPeer]));
        LabProcess info = swarm.Leecher.Freshet("info", file, "--json");
        await Swarm.MustEndWithAsync(0, info);
        Assert.Contains("\"pieceLayers\":\"all\"", info.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await PassOnAsync(swarm, other);
    }

    [Fact]
    public async Task Metadata_of_ten_megabytes_from_libtorrent_and_to_it()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost other = await swarm.Lab.AddHostAsync();
        string content = Content.File(swarm.Source, "ballast.bin", 1_000_003, seed: 63);
        string torrent = Path.Combine(swarm.Lab.Folder, "ballast.torrent");
        await TorrentFile.MakeWithLargeInfoAsync(torrent, content, 16 * 1024, LargeInfo);
        swarm.Share(content, torrent);
        await swarm.SeedAsync();
        await PassOnAsync(swarm, other);
    }

    /// <summary>Transmission finds the seeder by the link's tracker; a second download has it alone to ask for metadata and payload.</summary>
    [Fact]
    public async Task To_transmission_and_from_it()
    {
        await using Swarm swarm = await Swarm.CreateAsync(Transmission.Client);
        LabHost tracker = await swarm.Lab.AddHostAsync(), transmissions = await swarm.Lab.AddHostAsync();
        await FreshetTracker.StartAsync(tracker, "--interval", "10s");
        await swarm.ShareAsync(Content.File(swarm.Source, "linked.bin", 5_000_003, seed: 64), 32 * 1024, $"http://{tracker.IPv4}:{FreshetTracker.Port}/announce");
        LabProcess seeder = await swarm.SeedWithFreshetAsync();
        string link = await LinkAsync(swarm);
        string folder = transmissions.NewFolder("out");
        LabProcess transmission = await Transmission.JoinByLinkAsync(transmissions, link, folder);
        await swarm.MustArriveAsync(folder, transmission, says: null);
        seeder.Kill();
        await swarm.MustEndWellAsync(swarm.Leecher.Freshet(
            "download", link, "-o", swarm.Target, "-v", "--no-trackers", "--peer", $"{transmissions.IPv4}:{Transmission.Port}"));
    }

    private static async Task<string> LinkAsync(Swarm swarm)
    {
        LabProcess command = swarm.Leecher.Freshet("magnet", swarm.Torrent);
        await Swarm.MustEndWithAsync(0, command);
        return command.Output.Split('\n').First(static line => line.StartsWith("magnet:", StringComparison.Ordinal)).Trim();
    }

    /// <summary>Downloads by the link, then has libtorrent download by the link from that alone.</summary>
    private static async Task PassOnAsync(Swarm swarm, LabHost other)
    {
        string link = await LinkAsync(swarm);
        LabProcess freshet = swarm.Leecher.Freshet(
            ["download", link, "-o", swarm.Target, "-v", "--seed-forever", "--listen-port", $"{Libtorrent.Port}", .. swarm.SeederAsPeer]);
        await swarm.MustArriveAsync(swarm.Target, freshet, says: "complete");
        string folder = other.NewFolder("out");
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, other, link, folder, swarm.Leecher.IPv4);
        await swarm.MustArriveAsync(folder, libtorrent, says: "done");
    }
}
