using System.Diagnostics;
using System.Globalization;
using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>uTP (BEP 29) with libtorrent, whose TCP is switched off, and with ourselves; the bytes are compared.</summary>
public sealed class UtpTests(ITestOutputHelper output)
{
    // Usually as much as shows windows, losses and the path's MTU, less where losses make it slow; 1 GiB and the like by hand.
    private static readonly long Length = long.Parse(Environment.GetEnvironmentVariable("FRESHET_UTP_MIB") ?? "16", CultureInfo.InvariantCulture) * 1024 * 1024 + 3;

    [Theory]
    [InlineData("only", 0)]
    [InlineData("prefer", 5)]
    public async Task What_libtorrent_gives_over_uTP_arrives(string use, int lost)
    {
        await using Swarm swarm = await CreateAsync(51, lost);
        await Libtorrent.SeedAsync(swarm.Lab, swarm.Seeder, swarm.Torrent, swarm.Source, overUtp: true);
        await TimeAsync(swarm, () => swarm.DownloadAsync([.. swarm.SeederAsPeer, "--utp", use]));
    }

    [Theory]
    [InlineData("ledbat", 0)]
    [InlineData("rate", 5)]
    public async Task Libtorrent_takes_from_us_over_uTP(string rule, int lost)
    {
        await using Swarm swarm = await CreateAsync(52, lost);
        await swarm.SeedWithFreshetAsync("--utp", "only", "--utp-congestion", rule);
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, swarm.Seeder.IPv4, overUtp: true);
        await TimeAsync(swarm, () => swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done"));
    }

    [Fact]
    public async Task Two_of_us_meet_over_uTP_encrypted_where_datagrams_are_lost()
    {
        await using Swarm swarm = await CreateAsync(53, lost: 5);
        await swarm.SeedWithFreshetAsync("--utp", "only", "--encryption", "require");
        await TimeAsync(swarm, () => swarm.DownloadAsync([.. swarm.SeederAsPeer, "--utp", "only", "--encryption", "require"]));
    }

    private static async Task<Swarm> CreateAsync(int seed, int lost)
    {
        Swarm swarm = await Swarm.CreateAsync(lost > 0 ? [LabHost.Firewall] : []);
        await swarm.ShareAsync(Content.File(swarm.Source, "datagrams.bin", lost > 0 ? Length / 16 : Length, seed), 256 * 1024);
        if (lost == 0)
            return swarm;
        await swarm.Seeder.LoseDatagramsAsync(lost);
        await swarm.Leecher.LoseDatagramsAsync(lost);
        return swarm;
    }

    private async Task TimeAsync(Swarm swarm, Func<Task> transfer)
    {
        var watch = Stopwatch.StartNew();
        await transfer();
        output.WriteLine($"{new FileInfo(swarm.Content).Length / 1048576.0 / watch.Elapsed.TotalSeconds:0.0} MiB/s");
    }
}
