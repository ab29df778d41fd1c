using System.Net;
using System.Security.Cryptography;
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
    public async Task Five_thousand_files_in_nested_folders()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.Tree(swarm.Source, "many", files: 5000, seed: 3), 64 * 1024);
        await swarm.SeedAsync();
        await swarm.DownloadAsync(swarm.SeederAsPeer);
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

    // Chaos 4, THREATS F1.
    [Fact]
    public async Task A_full_disk_is_waited_for()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "large.bin", 40_000_000, seed: 9), 256 * 1024);
        await swarm.SeedAsync();
        await LabProcess.RunAsync("/usr/bin/mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", swarm.Target);
        try
        {
            LabProcess freshet = swarm.StartDownload(swarm.SeederAsPeer);
            await freshet.WaitForAsync("the disk is full", TimeSpan.FromMinutes(2));
            await LabProcess.RunAsync("/usr/bin/mount", "-o", "remount,size=64m", swarm.Target);
            await swarm.MustEndWellAsync(freshet);
        }
        finally
        {
            await swarm.Leecher.StopAsync();
            await LabProcess.RunAsync("/usr/bin/umount", swarm.Target);
        }
    }

    // Chaos 7: what a write did not keep is written again.
    [Fact]
    public async Task Writes_that_fail_now_and_then_cost_time_and_no_byte()
    {
        await using Swarm swarm = await Swarm.CreateAsync(LabHost.Tracer);
        await swarm.ShareAsync(Content.File(swarm.Source, "faulty.bin", 20_000_001, seed: 10), 256 * 1024);
        await swarm.SeedAsync();
        LabProcess freshet = swarm.Leecher.FaultyFreshet(
            "pwrite64,pwritev,pwritev2", "error=EIO:when=10+40", Path.Combine(swarm.Target, "faulty.bin"),
            ["download", swarm.Torrent, "-o", swarm.Target, .. swarm.SeederAsPeer]);
        await swarm.MustEndWellAsync(freshet);
        Assert.Contains("the device failed", freshet.Output, StringComparison.Ordinal);
    }

    // Chaos 7b: the data may be right in memory and lost on the device.
    [Fact]
    public async Task A_sync_that_fails_is_said_and_is_no_success()
    {
        await using Swarm swarm = await Swarm.CreateAsync(LabHost.Tracer);
        await swarm.ShareAsync(Content.File(swarm.Source, "unsynced.bin", 5_000_000, seed: 11), 256 * 1024);
        await swarm.SeedAsync();
        LabProcess freshet = swarm.Leecher.FaultyFreshet(
            "fdatasync", "error=EIO", Path.Combine(swarm.Target, "unsynced.bin"), ["download", swarm.Torrent, "-o", swarm.Target, .. swarm.SeederAsPeer]);
        await Swarm.MustEndWithAsync(5, freshet);
        Assert.Contains("it may be lost", freshet.Output, StringComparison.Ordinal);

        // The next start looks for itself, and is content.
        await swarm.DownloadAsync();
    }

    [Fact]
    public async Task A_file_that_crosses_4_GiB()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        const long Length = (4L << 30) + (3 << 20) + 17;
        string content = Path.Combine(swarm.Source, "huge.bin");
        byte[] mark = RandomNumberGenerator.GetBytes(1 << 20);
        await using (FileStream file = File.Create(content))
        {
            file.SetLength(Length);
            foreach (long place in new[] { 0, (4L << 30) - (1 << 19), Length - mark.Length })
            {
                file.Position = place;
                await file.WriteAsync(mark, TestContext.Current.CancellationToken);
            }
        }

        string torrent = Path.Combine(swarm.Lab.Folder, "huge.torrent");
        await TorrentFile.MakeSparseAsync(torrent, content, 4 << 20);
        swarm.Share(content, torrent);
        await swarm.SeedAsync();
        await swarm.DownloadAsync(swarm.SeederAsPeer);
    }

    [Fact]
    public async Task After_twenty_kills_at_random_moments()
    {
        const int Length = 160_000_000;
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "killed.bin", Length, seed: 5), 256 * 1024);
        LabProcess libtorrent = await swarm.SeedAsync(bytesPerSecond: 8_000_000);
        var random = new Random(6);
        for (int i = 0; i < 20; i++)
        {
            LabProcess killed = swarm.StartDownload([.. swarm.SeederAsPeer, "--no-trackers"]);
            await Task.Delay(300 + random.Next(1500), TestContext.Current.CancellationToken);
            Assert.False(killed.HasExited, "it ended before it was killed");
            killed.Kill();
        }

        await swarm.DownloadAsync(swarm.SeederAsPeer);

        // Each kill may cost 16 MiB; two seconds of this seeder's rate are less.
        libtorrent.EndInput();
        await libtorrent.WaitForAsync("uploaded ", TimeSpan.FromSeconds(10));
        long uploaded = long.Parse(libtorrent.Output.Split("uploaded ")[1].Split('\n')[0]);
        Assert.InRange(uploaded, Length, Length + (20L * 16 * 1024 * 1024));
    }
}
