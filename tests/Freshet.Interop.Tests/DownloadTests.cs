using System.Net;
using System.Security.Cryptography;
using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command downloads from other people's clients and trackers, over real addresses; the bytes are compared.</summary>
public sealed class DownloadTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task From_libtorrent_by_a_tracker_over_http()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(OpenTracker.Command);
        LabHost tracker = await lab.AddHostAsync(), seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "single.bin", 40_000_003, seed: 1);
        string torrent = await Libtorrent.MakeAsync(lab, content, 256 * 1024, $"http://{tracker.IPv4}:{OpenTracker.Port}/announce");
        await OpenTracker.StartAsync(tracker, await TorrentFile.InfoHashAsync(torrent));
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target);
        Content.MustBeSame(content, Path.Combine(target, "single.bin"));
    }

    [Fact]
    public async Task From_transmission_by_a_tracker_over_udp()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(OpenTracker.Command, Transmission.Daemon);
        LabHost tracker = await lab.AddHostAsync(), seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.Tree(source, "tree", files: 60, seed: 2);
        string torrent = await Libtorrent.MakeAsync(lab, content, 64 * 1024, $"udp://{tracker.IPv4}:{OpenTracker.Port}");
        await OpenTracker.StartAsync(tracker, await TorrentFile.InfoHashAsync(torrent));
        await Transmission.SeedAsync(seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target);
        Content.MustBeSame(content, Path.Combine(target, "tree"));
    }

    [Fact]
    public async Task Five_thousand_files_in_nested_folders()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.Tree(source, "many", files: 5000, seed: 3);
        string torrent = await Libtorrent.MakeAsync(lab, content, 64 * 1024);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
        Content.MustBeSame(content, Path.Combine(target, "many"));
    }

    [Fact]
    public async Task Over_ipv6()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "six.bin", 10_000_001, seed: 4);
        string torrent = await Libtorrent.MakeAsync(lab, content, 128 * 1024);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target, "--peer", $"[{seeder.IPv6}]:{Libtorrent.Port}");
        Content.MustBeSame(content, Path.Combine(target, "six.bin"));
    }

    [Fact]
    public async Task By_a_tracker_and_a_peer_of_ipv6_alone()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost tracker = await lab.AddHostAsync(), seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        foreach (LabHost host in new[] { tracker, seeder, leecher })
            await host.RemoveAddressAsync(host.IPv4);
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "six.bin", 10_000_001, seed: 7);
        await PythonTracker.StartAsync(lab, tracker, seeder.IPv6, Libtorrent.Port);
        string torrent = await Libtorrent.MakeAsync(lab, content, 128 * 1024, $"http://[{tracker.IPv6}]:{PythonTracker.Port}/announce");
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target);
        Content.MustBeSame(content, Path.Combine(target, "six.bin"));
    }

    // THREATS F8: bind means bind, for peers and for trackers over HTTP and UDP. The host's firewall counts what leaves from elsewhere.
    [Fact]
    public async Task With_bind_no_packet_leaves_from_another_address()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(OpenTracker.Command, LabHost.Firewall);
        LabHost tracker = await lab.AddHostAsync(), seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "bound.bin", 10_000_003, seed: 8);
        string torrent = await Libtorrent.MakeAsync(
            lab, content, 128 * 1024,
            $"http://{tracker.IPv4}:{OpenTracker.Port}/announce", $"udp://{tracker.IPv4}:{OpenTracker.Port}", $"http://[{tracker.IPv6}]:{OpenTracker.Port}/announce",
            $"udp://[{tracker.IPv6}]:{OpenTracker.Port}");
        await OpenTracker.StartAsync(tracker, await TorrentFile.InfoHashAsync(torrent));
        await Libtorrent.SeedAsync(lab, seeder, torrent, source, bytesPerSecond: 8_000_000);
        var bound = IPAddress.Parse("10.77.0.200");
        await leecher.AddAddressAsync(bound);
        string target = leecher.NewFolder("out");
        await leecher.CountPacketsExceptFromAsync(bound);
        LabProcess freshet = leecher.Freshet(
            "download", torrent, "-o", target, "-v", "--bind", bound.ToString(),
            "--peer", $"[{seeder.IPv6}]:{Libtorrent.Port}", "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
        int code = await freshet.WaitAsync(Limit);
        Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
        Content.MustBeSame(content, Path.Combine(target, "bound.bin"));
        foreach (string url in new[] { $"http://{tracker.IPv4}:{OpenTracker.Port}/announce", $"udp://{tracker.IPv4}:{OpenTracker.Port}/" })
            Assert.True(freshet.Output.Contains($"{url} named", StringComparison.Ordinal), $"{url} was not asked:\n{freshet.Output}");
        Assert.Equal(0, await leecher.CountedPacketsAsync());

        // The count can be other than 0: the same without --bind.
        await DownloadAsync(leecher, torrent, leecher.NewFolder("unbound"), "--state-dir", leecher.NewFolder("state2"));
        Assert.NotEqual(0, await leecher.CountedPacketsAsync());
    }

    // Chaos 4, THREATS F1.
    [Fact]
    public async Task A_full_disk_is_waited_for()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "large.bin", 40_000_000, seed: 9);
        string torrent = await Libtorrent.MakeAsync(lab, content, 256 * 1024);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await LabProcess.RunAsync("/usr/bin/mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", target);
        try
        {
            LabProcess freshet = leecher.Freshet("download", torrent, "-o", target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
            await freshet.WaitForAsync("the disk is full", Limit);
            await LabProcess.RunAsync("/usr/bin/mount", "-o", "remount,size=64m", target);
            int code = await freshet.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
            Content.MustBeSame(content, Path.Combine(target, "large.bin"));
        }
        finally
        {
            await leecher.StopAsync();
            await LabProcess.RunAsync("/usr/bin/umount", target);
        }
    }

    // Chaos 7: what a write did not keep is written again.
    [Fact]
    public async Task Writes_that_fail_now_and_then_cost_time_and_no_byte()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(LabHost.Tracer);
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "faulty.bin", 20_000_001, seed: 10);
        string torrent = await Libtorrent.MakeAsync(lab, content, 256 * 1024);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        LabProcess freshet = leecher.FaultyFreshet(
            "pwrite64,pwritev,pwritev2", "error=EIO:when=10+40", Path.Combine(target, "faulty.bin"), "download", torrent, "-o", target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
        int code = await freshet.WaitAsync(Limit);
        Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
        Assert.Contains("the device failed", freshet.Output, StringComparison.Ordinal);
        Content.MustBeSame(content, Path.Combine(target, "faulty.bin"));
    }

    // Chaos 7b: the data may be right in memory and lost on the device.
    [Fact]
    public async Task A_sync_that_fails_is_said_and_is_no_success()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync(LabHost.Tracer);
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "unsynced.bin", 5_000_000, seed: 11);
        string torrent = await Libtorrent.MakeAsync(lab, content, 256 * 1024);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        string[] command = ["download", torrent, "-o", target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}"];
        LabProcess freshet = leecher.FaultyFreshet("fdatasync", "error=EIO", Path.Combine(target, "unsynced.bin"), command);
        int code = await freshet.WaitAsync(Limit);
        Assert.True(code == 5, $"freshet ended with {code}:\n{freshet.Output}");
        Assert.Contains("it may be lost", freshet.Output, StringComparison.Ordinal);

        // The next start looks for itself, and is content.
        await DownloadAsync(leecher, torrent, target);
        Content.MustBeSame(content, Path.Combine(target, "unsynced.bin"));
    }

    [Fact]
    public async Task A_file_that_crosses_4_GiB()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        const long Length = (4L << 30) + (3 << 20) + 17;
        string content = Path.Combine(source, "huge.bin");
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

        string torrent = Path.Combine(lab.Folder, "huge.torrent");
        await TorrentFile.MakeSparseAsync(torrent, content, 4 << 20);
        await Libtorrent.SeedAsync(lab, seeder, torrent, source);
        string target = leecher.NewFolder("out");
        await DownloadAsync(leecher, torrent, target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
        Content.MustBeSame(content, Path.Combine(target, "huge.bin"));
    }

    [Fact]
    public async Task After_twenty_kills_at_random_moments()
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost seeder = await lab.AddHostAsync(), leecher = await lab.AddHostAsync();
        string source = seeder.NewFolder("data");
        string content = Content.File(source, "killed.bin", 160_000_000, seed: 5);
        string torrent = await Libtorrent.MakeAsync(lab, content, 256 * 1024);
        LabProcess libtorrent = await Libtorrent.SeedAsync(lab, seeder, torrent, source, bytesPerSecond: 8_000_000);
        string target = leecher.NewFolder("out");
        var random = new Random(6);
        for (int i = 0; i < 20; i++)
        {
            LabProcess killed = leecher.Freshet("download", torrent, "-o", target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}", "--no-trackers");
            await Task.Delay(300 + random.Next(1500), TestContext.Current.CancellationToken);
            Assert.False(killed.HasExited, "it ended before it was killed");
            killed.Kill();
        }

        await DownloadAsync(leecher, torrent, target, "--peer", $"{seeder.IPv4}:{Libtorrent.Port}");
        Content.MustBeSame(content, Path.Combine(target, "killed.bin"));

        // Each kill may cost 16 MiB; two seconds of this seeder's rate are less.
        libtorrent.EndInput();
        await libtorrent.WaitForAsync("uploaded ", TimeSpan.FromSeconds(10));
        long uploaded = long.Parse(libtorrent.Output.Split("uploaded ")[1].Split('\n')[0]);
        Assert.InRange(uploaded, 160_000_000, 160_000_000 + (20L * 16 * 1024 * 1024));
    }

    private static async Task DownloadAsync(LabHost host, string torrent, string target, params string[] more)
    {
        LabProcess freshet = host.Freshet(["download", torrent, "-o", target, "-v", .. more]);
        int code = await freshet.WaitAsync(Limit);
        Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
    }
}
