using System.Net;
using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command downloads from other people's clients and trackers, over real addresses; the bytes are compared.</summary>
public sealed class DownloadTests
{
    [Fact]
    public async Task From_libtorrent_by_a_tracker_over_http()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command);
        LabHost tracker = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "single.bin", 40_000_003, seed: 1), 256 * 1024, $"http://{tracker.IPv4}:{OpenTracker.Port}/announce");
        await swarm.TrackAsync(tracker);
        await swarm.SeedAsync();
        await swarm.DownloadAsync();
    }

    [Fact]
    public async Task From_transmission_by_a_tracker_over_udp()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command, Transmission.Daemon);
        LabHost tracker = await swarm.Lab.AddHostAsync();
        await swarm.ShareAsync(Content.Tree(swarm.Source, "tree", files: 60, seed: 2), 64 * 1024, $"udp://{tracker.IPv4}:{OpenTracker.Port}");
        await swarm.TrackAsync(tracker);
        await Transmission.JoinAsync(swarm.Seeder, swarm.Torrent, swarm.Source);
        await swarm.DownloadAsync();
    }

    [Fact]
    public async Task Over_ipv6()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "six.bin", 10_000_001, seed: 4), 128 * 1024);
        await swarm.SeedAsync();
        await swarm.DownloadAsync("--peer", Swarm.PeerAt(swarm.Seeder.IPv6));
    }

    [Fact]
    public async Task By_a_tracker_and_a_peer_of_ipv6_alone()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost tracker = await swarm.Lab.AddHostAsync();
        foreach (LabHost host in new[] { tracker, swarm.Seeder, swarm.Leecher })
            await host.RemoveAddressAsync(host.IPv4);
        await PythonTracker.StartAsync(swarm.Lab, tracker, swarm.Seeder.IPv6, Libtorrent.Port);
        await swarm.ShareAsync(
            Content.File(swarm.Source, "six.bin", 10_000_001, seed: 7), 128 * 1024, $"http://[{tracker.IPv6}]:{PythonTracker.Port}/announce");
        await swarm.SeedAsync();
        await swarm.DownloadAsync();
    }

    // THREATS F8: bind means bind, for peers and for trackers over HTTP and UDP. The host's firewall counts what leaves from elsewhere.
    [Fact]
    public async Task With_bind_no_packet_leaves_from_another_address()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command, LabHost.Firewall);
        LabHost tracker = await swarm.Lab.AddHostAsync(), leecher = swarm.Leecher;
        await swarm.ShareAsync(
            Content.File(swarm.Source, "bound.bin", 10_000_003, seed: 8), 128 * 1024,
            $"http://{tracker.IPv4}:{OpenTracker.Port}/announce", $"udp://{tracker.IPv4}:{OpenTracker.Port}", $"http://[{tracker.IPv6}]:{OpenTracker.Port}/announce",
            $"udp://[{tracker.IPv6}]:{OpenTracker.Port}");
        await swarm.TrackAsync(tracker);
        await swarm.SeedAsync(bytesPerSecond: 8_000_000);
        var bound = IPAddress.Parse("10.77.0.200");
        await leecher.AddAddressAsync(bound);
        await leecher.CountPacketsExceptFromAsync(bound);
        LabProcess freshet = swarm.StartDownload("--bind", bound.ToString(), "--peer", Swarm.PeerAt(swarm.Seeder.IPv6), "--peer", Swarm.PeerAt(swarm.Seeder.IPv4));
        await swarm.MustEndWellAsync(freshet);
        foreach (string url in new[] { $"http://{tracker.IPv4}:{OpenTracker.Port}/announce", $"udp://{tracker.IPv4}:{OpenTracker.Port}/" })
            Assert.True(freshet.Output.Contains($"{url} named", StringComparison.Ordinal), $"{url} was not asked:\n{freshet.Output}");
        Assert.Equal(0, await leecher.CountedPacketsAsync());

        // The count can be other than 0: the same without --bind.
        await Swarm.MustEndWithAsync(
            0, leecher.Freshet("download", swarm.Torrent, "-o", leecher.NewFolder("unbound"), "--state-dir", leecher.NewFolder("state2")));
        Assert.NotEqual(0, await leecher.CountedPacketsAsync());
    }
}
