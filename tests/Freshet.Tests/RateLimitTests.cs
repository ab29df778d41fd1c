using Freshet.Abstractions;

namespace Freshet.Tests;

/// <summary>Limits through the public API, over loopback. How exact they are other tests say; here they hold, change and go.</summary>
public sealed class RateLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_torrent_waits_for_its_limits_and_finishes_when_they_are_lifted_one_by_one()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync(Options(swarm) with { Limits = new RateLimits { Normal = new TransferLimits(null, 20_000) } });
        Torrent torrent = await AddAsync(client, swarm, new TorrentLimits { Whole = new TransferLimits(null, 10_000), EachPeer = new TransferLimits(null, 5_000) });

        // A megabyte at these rates takes minutes. Nothing here is true only for a time: with the last limit gone it is done, and not before.
        await torrent.UpdateAsync(new TorrentPatch { Limits = TorrentLimits.None }, Cancel);
        Assert.False(torrent.Status().IsComplete);
        await client.UpdateAsync(new SessionPatch { Limits = client.Limits with { Normal = TransferLimits.None } }, Cancel);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancel);
        Assert.Equal(RateLimits.None, client.Limits);
    }

    [Fact]
    public async Task A_seeders_limit_holds_its_leecher_up_until_local_peers_are_exempt()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient seeder = swarm.Clients[0];
        await seeder.UpdateAsync(new SessionPatch { Limits = new RateLimits { Normal = new TransferLimits(10_000, null) } }, Cancel);
        BitTorrentClient client = await swarm.StartAsync(Options(swarm));
        Torrent torrent = await AddAsync(client, swarm, TorrentLimits.None);
        Assert.False(torrent.Status().IsComplete);
        await seeder.UpdateAsync(new SessionPatch { Limits = seeder.Limits with { ExemptLocal = true } }, Cancel);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancel);
    }

    [Fact]
    public async Task The_alternative_takes_the_place_of_the_normal_limits_by_hand()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        var limits = new RateLimits { Normal = new TransferLimits(null, 5_000), Alternative = TransferLimits.None };
        BitTorrentClient client = await swarm.StartAsync(Options(swarm) with { Limits = limits });
        Torrent torrent = await AddAsync(client, swarm, TorrentLimits.None);
        Assert.False(client.UsesAlternativeLimits);
        await client.UpdateAsync(new SessionPatch { Limits = client.Limits with { UseAlternative = AlternativeUse.On } }, Cancel);
        Assert.True(client.UsesAlternativeLimits);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancel);
    }

    [Fact]
    public async Task Limits_that_are_too_small_are_refused_and_change_nothing()
    {
        await using var swarm = new LoopbackSwarm();
        var tooSmall = new RateLimits { Normal = new TransferLimits(TransferLimits.Least - 1, null) };
        await Assert.ThrowsAsync<ArgumentException>(() => BitTorrentClient.StartAsync(Options(swarm) with { Limits = tooSmall }, Cancel));
        BitTorrentClient client = await swarm.StartAsync(Options(swarm));
        await Assert.ThrowsAsync<ArgumentException>(() => client.UpdateAsync(new SessionPatch { Limits = tooSmall }, Cancel));
        var torrentLimits = new TorrentLimits { EachPeer = new TransferLimits(null, 0) };
        await Assert.ThrowsAsync<ArgumentException>(() => client.AddAsync(swarm.Torrent.Source, new AddOptions { Limits = torrentLimits }, Cancel));
        Assert.Equal(RateLimits.None, client.Limits);
    }

    private static ClientOptions Options(LoopbackSwarm swarm) => new()
    {
        DownloadDirectory = swarm.Folder.At("leecher"),
        StateDirectory = swarm.Folder.At("leecher-state"),
        BindAddress = System.Net.IPAddress.Loopback,
    };

    private static async Task<Torrent> AddAsync(BitTorrentClient client, LoopbackSwarm swarm, TorrentLimits limits)
    {
        AddResult added = await client.AddAsync(swarm.Torrent.Source, new AddOptions { Peers = [swarm.SeederEndpoint], Limits = limits }, Cancel);
        return added.Torrent;
    }
}
