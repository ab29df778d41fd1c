using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command gives to other people's clients, and downloads side by side with them; the bytes are compared.</summary>
public sealed class SharingTests
{
    [Fact]
    public async Task Others_download_what_freshet_made_and_seeds()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command, Transmission.Daemon);
        LabHost tracker = await swarm.Lab.AddHostAsync(), other = await swarm.Lab.AddHostAsync();

        // Transmission 3.00 reads no hybrids.
        await swarm.PublishAsync(
            Content.File(swarm.Source, "published.bin", 30_000_007, seed: 21), "--v1", "--tracker", $"http://{tracker.IPv4}:{OpenTracker.Port}/announce");
        await swarm.TrackAsync(tracker);
        await swarm.SeedWithFreshetAsync();
        LabProcess libtorrent = await Libtorrent.JoinAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target);
        string folder = other.NewFolder("out");
        LabProcess transmission = await Transmission.JoinAsync(other, swarm.Torrent, folder);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
        await swarm.MustArriveAsync(folder, transmission, says: null);
    }

    /// <summary>What the page cache has not comes by way of the disk workers.</summary>
    [Fact]
    public async Task Others_get_what_only_the_disk_has()
    {
        const string Copier = "/usr/bin/dd";
        await using Swarm swarm = await Swarm.CreateAsync(Copier);
        string content = Content.File(swarm.Source, "cold.bin", 60_000_001, seed: 24);
        await swarm.ShareAsync(content, 256 * 1024);
        await swarm.SeedWithFreshetAsync();
        await LabProcess.RunAsync(Copier, $"of={content}", "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, swarm.Seeder.IPv4);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
    }

    [Fact]
    public async Task Two_of_each_client_complete_each_other_from_one_slow_seeder_and_freshets_tracker()
    {
        await using Swarm swarm = await Swarm.CreateAsync(Transmission.Daemon);
        LabHost tracker = await swarm.Lab.AddHostAsync();
        await FreshetTracker.StartAsync(tracker, "--interval", "10s");
        await swarm.ShareAsync(
            Content.File(swarm.Source, "mixed.bin", 24_000_011, seed: 22), 128 * 1024,
            $"http://{tracker.IPv4}:{FreshetTracker.Port}/announce", $"udp://{tracker.IPv4}:{FreshetTracker.Port}");
        LabProcess seeder = await swarm.SeedAsync(bytesPerSecond: 3_000_000);
        var members = new List<(string Folder, LabProcess Client, string? Says)>();
        for (int i = 0; i < 2; i++)
        {
            LabHost host = await swarm.Lab.AddHostAsync();
            string folder = host.NewFolder("out");
            members.Add((folder, await Transmission.JoinAsync(host, swarm.Torrent, folder), null));
            host = await swarm.Lab.AddHostAsync();
            folder = host.NewFolder("out");
            members.Add((folder, await Libtorrent.JoinAsync(swarm.Lab, host, swarm.Torrent, folder), "done"));
            host = await swarm.Lab.AddHostAsync();
            folder = host.NewFolder("out");
            members.Add((folder, host.Freshet("download", swarm.Torrent, "-o", folder, "-v", "--seed-forever"), "complete"));
        }

        foreach ((string folder, LabProcess client, string? says) in members)
            await swarm.MustArriveAsync(folder, client, says);

        // Six copies went out of a seeder that had to give little more than one or two.
        Assert.InRange(await Libtorrent.UploadedAsync(seeder), 24_000_011, 4L * 24_000_011);
    }

    [Fact]
    public async Task A_private_torrent_is_shared_through_a_tracker_that_knows_its_list()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        LabHost tracker = await swarm.Lab.AddHostAsync(), third = await swarm.Lab.AddHostAsync();
        await swarm.PublishAsync(
            Content.Tree(swarm.Source, "private", files: 80, seed: 23), "--private", "--source", "LAB",
            "--tracker", $"http://{tracker.IPv4}:{FreshetTracker.Port}/announce");
        string list = Path.Combine(swarm.Lab.Folder, "list");
        await File.WriteAllTextAsync(list, await TorrentFile.InfoHashAsync(swarm.Torrent) + "\n", TestContext.Current.CancellationToken);
        await FreshetTracker.StartAsync(tracker, "--allow-list", list);
        await swarm.SeedWithFreshetAsync();
        string folder = third.NewFolder("out");
        LabProcess libtorrent = await Libtorrent.JoinAsync(swarm.Lab, third, swarm.Torrent, folder);
        await swarm.DownloadAsync();
        await swarm.MustArriveAsync(folder, libtorrent, says: "done");
    }
}
