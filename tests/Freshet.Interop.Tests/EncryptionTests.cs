using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>Message stream encryption with other people's clients, none of which would speak plain; the bytes are compared.</summary>
public sealed class EncryptionTests
{
    [Theory]
    [InlineData("prefer")]
    [InlineData("require")]
    public async Task What_libtorrent_gives_only_encrypted_arrives(string mode)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "hidden.bin", 20_000_003, seed: 41), 128 * 1024);
        await Libtorrent.SeedAsync(swarm.Lab, swarm.Seeder, swarm.Torrent, swarm.Source, encrypts: true);
        await swarm.DownloadAsync([.. swarm.SeederAsPeer, "--encryption", mode]);
    }

    [Theory]
    [InlineData("prefer")]
    [InlineData("require")]
    public async Task Libtorrent_takes_from_us_only_encrypted(string mode)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.File(swarm.Source, "hidden.bin", 20_000_003, seed: 42), 128 * 1024);
        await swarm.SeedWithFreshetAsync("--encryption", mode);
        LabProcess libtorrent = await Libtorrent.LeechAsync(swarm.Lab, swarm.Leecher, swarm.Torrent, swarm.Target, swarm.Seeder.IPv4, encrypts: true);
        await swarm.MustArriveAsync(swarm.Target, libtorrent, says: "done");
    }

    /// <summary>Both ways in one swarm: Transmission has it from us and another one of us from Transmission.</summary>
    [Fact]
    public async Task Transmission_takes_and_gives_only_encrypted()
    {
        await using Swarm swarm = await Swarm.CreateAsync(OpenTracker.Command, Transmission.Daemon);
        LabHost tracker = await swarm.Lab.AddHostAsync(), other = await swarm.Lab.AddHostAsync();
        await swarm.PublishAsync(
            Content.File(swarm.Source, "hidden.bin", 20_000_003, seed: 43), "--v1", "--tracker", $"http://{tracker.IPv4}:{OpenTracker.Port}/announce");
        await swarm.TrackAsync(tracker);
        LabProcess seeder = await swarm.SeedWithFreshetAsync("--encryption", "require");
        string folder = other.NewFolder("out");
        LabProcess transmission = await Transmission.JoinAsync(other, swarm.Torrent, folder, encrypts: true);
        await swarm.MustArriveAsync(folder, transmission, says: null);
        seeder.Kill();
        await swarm.DownloadAsync("--encryption", "require");
    }
}
