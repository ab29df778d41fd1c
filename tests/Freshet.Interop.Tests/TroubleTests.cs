using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command downloads while the disk fills up or fails, and while it is killed; the bytes are compared.</summary>
public sealed class TroubleTests
{
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
    public async Task After_twenty_kills_at_random_moments()
    {
        const int Length = 160_000_000;
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "killed.bin", Length, seed: 5), 256 * 1024);
        LabProcess libtorrent = await swarm.SeedAsync(bytesPerSecond: 8_000_000);
        await swarm.KillDownloadsAsync(20, shortest: 300, spread: 1500, seed: 6);
        await swarm.DownloadAsync(swarm.SeederAsPeer);

        // Each kill may cost 16 MiB; two seconds of this seeder's rate are less.
        long uploaded = await Libtorrent.UploadedAsync(libtorrent);
        Assert.InRange(uploaded, Length, Length + (20L * 16 * 1024 * 1024));
    }
}
