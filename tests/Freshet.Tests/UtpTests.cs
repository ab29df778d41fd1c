using System.Net;
using Freshet.Abstractions;

namespace Freshet.Tests;

/// <summary>Sessions that meet over TCP or uTP, as both allow.</summary>
public sealed class UtpTests
{
    [Theory]
    [InlineData(UtpUse.Only, UtpUse.Only, PeerTransport.Utp)]
    [InlineData(UtpUse.On, UtpUse.Only, PeerTransport.Utp)]
    [InlineData(UtpUse.Only, UtpUse.On, PeerTransport.Utp)]
    [InlineData(UtpUse.On, UtpUse.Off, PeerTransport.Tcp)]
    [InlineData(UtpUse.Off, UtpUse.Prefer, PeerTransport.Tcp)]
    public async Task A_download_goes_over_what_both_speak(UtpUse seeder, UtpUse leecher, PeerTransport expected)
        => Assert.Equal(expected, (await MeetAsync(seeder, leecher, EncryptionUse.Off)).Transport);

    [Fact]
    public async Task A_stream_can_be_encrypted()
    {
        PeerConnected met = await MeetAsync(UtpUse.Only, UtpUse.Only, EncryptionUse.Require);
        Assert.Equal((PeerTransport.Utp, MsePayload.Rc4), (met.Transport, met.Encryption));
    }

    [Theory]
    [InlineData(UtpCongestion.Ledbat)]
    [InlineData(UtpCongestion.Cubic)]
    [InlineData(UtpCongestion.Rate)]
    public async Task Any_rule_of_congestion_can_be_chosen(UtpCongestion rule)
        => Assert.Equal(PeerTransport.Utp, (await MeetAsync(UtpUse.Only, UtpUse.Only, EncryptionUse.Off, rule)).Transport);

    /// <summary>Downloads from one session to another; how the two met.</summary>
    private static async Task<PeerConnected> MeetAsync(UtpUse seeder, UtpUse leecher, EncryptionUse encryption, UtpCongestion rule = UtpCongestion.Ledbat)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using var swarm = new LoopbackSwarm();
        swarm.Torrent.WriteContent(swarm.Folder.At("giver"));
        BitTorrentClient giver = await swarm.StartAsync(Options(swarm, "giver", seeder, encryption, rule));
        Torrent given = (await giver.AddAsync(swarm.Torrent.Source, cancellationToken: cancel)).Torrent;
        await given.WaitAsync(TorrentCondition.Complete, cancel);
        BitTorrentClient taker = await swarm.StartAsync(Options(swarm, "taker", leecher, encryption, rule));
        await using IAsyncEnumerator<TorrentEvent> events = taker.EventsAsync(cancellationToken: cancel).GetAsyncEnumerator(cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        Torrent taken = (await taker.AddAsync(swarm.Torrent.Source, cancellationToken: cancel)).Torrent;
        await taken.AddPeersAsync([new IPEndPoint(IPAddress.Loopback, giver.Snapshot().ListenPort!.Value)], cancel);
        await taken.WaitAsync(TorrentCondition.Complete, cancel);
        swarm.Torrent.AssertContent(swarm.Folder.At("taker"));
        while (await next)
        {
            if (events.Current is PeerConnected met)
                return met;
            next = events.MoveNextAsync();
        }

        throw new InvalidOperationException("nobody was met");
    }

    private static ClientOptions Options(LoopbackSwarm swarm, string name, UtpUse utp, EncryptionUse encryption, UtpCongestion rule) => new()
    {
        DownloadDirectory = swarm.Folder.At(name),
        StateDirectory = swarm.Folder.At(name + "-state"),
        BindAddress = IPAddress.Loopback,
        LocalDiscovery = null,
        Dht = new DhtOptions { IsOn = false },
        Utp = utp,
        UtpCongestion = rule,
        Encryption = encryption,
    };
}
