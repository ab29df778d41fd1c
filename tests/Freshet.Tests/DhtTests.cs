using System.Net;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Sessions in a DHT of nodes on this machine.</summary>
public sealed class DhtTests : IAsyncDisposable
{
    private readonly LoopbackSwarm _swarm = new();
    private readonly List<DhtClient> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (DhtClient node in _nodes)
            await node.DisposeAsync();
        await _swarm.DisposeAsync();
    }

    [Fact]
    public async Task A_session_announces_its_torrents_and_says_how_it_is_doing()
    {
        await BuildAsync();
        Torrent torrent = await SeedAsync(_swarm.Torrent.Source, "seeder");
        BitTorrentClient client = _swarm.Clients[^1];
        InfoHash swarm = torrent.Hashes.Primary;
        await UntilAsync(async () => (await _nodes[1].FindPeersAsync(swarm, cancellationToken: TestContext.Current.CancellationToken)).Peers.Count > 0);

        DhtPeers found = await _nodes[2].FindPeersAsync(swarm, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, client.Snapshot().ListenPort!.Value), Assert.Single(found.Peers));
        Assert.Equal(1, (await _nodes[0].CountPeersAsync(swarm, TestContext.Current.CancellationToken)).Seeds);

        // A snapshot is made when something has changed in a torrent, or somebody waits for one.
        await UntilAsync(() =>
        {
            client.Host.Snapshots.Hurry();
            return Task.FromResult(client.Snapshot().Dht is { Nodes: >= 3, Torrents: 1, IPv4.QueriesOut: > 0, IPv6: null });
        });
    }

    [Fact]
    public async Task The_next_session_finds_the_dht_by_the_nodes_of_the_last()
    {
        await BuildAsync();
        Torrent torrent = await SeedAsync(_swarm.Torrent.Source, "first");
        await UntilAsync(async () => (await _nodes[1].FindPeersAsync(torrent.Hashes.Primary, cancellationToken: TestContext.Current.CancellationToken)).Peers.Count > 0);
        await _swarm.Clients[^1].DisposeAsync();

        await using DhtClient next = await DhtClient.StartAsync(
            new DhtClientOptions { BindAddress = IPAddress.Loopback, Routers = [], StateDirectory = _swarm.Folder.At("first-state") }, TestContext.Current.CancellationToken);
        await next.JoinAsync(TestContext.Current.CancellationToken);
        Assert.InRange((await next.GetStatusAsync(TestContext.Current.CancellationToken)).Nodes, 1, 10);
    }

    [Fact]
    public async Task A_session_without_the_dht_has_none()
    {
        BitTorrentClient client = await _swarm.StartAsync(new ClientOptions
        {
            DownloadDirectory = _swarm.Folder.At("without"),
            StateDirectory = _swarm.Folder.At("without-state"),
            BindAddress = IPAddress.Loopback,
            Dht = DhtOptions.Off,
        });
        await client.AddAsync(_swarm.Torrent.Source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(client.Snapshot().Dht);
    }

    [Fact]
    public async Task A_router_without_a_port_is_refused()
        => await Assert.ThrowsAsync<ArgumentException>(() => _swarm.StartAsync(
            new ClientOptions { BindAddress = IPAddress.Loopback, Dht = new DhtOptions { Routers = [new IPEndPoint(IPAddress.Loopback, 0)] } }));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    private async Task BuildAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            _nodes.Add(await DhtClient.StartAsync(
                new DhtClientOptions { BindAddress = IPAddress.Loopback, Serves = true, Routers = [], Nodes = i == 0 ? [] : [NodeOf(0)] }, TestContext.Current.CancellationToken));
            if (i > 0)
                await _nodes[i].JoinAsync(TestContext.Current.CancellationToken);
        }
    }

    private IPEndPoint NodeOf(int index) => new(IPAddress.Loopback, _nodes[index].Port);

    private async Task<Torrent> SeedAsync(TorrentSource source, string name)
    {
        _swarm.Torrent.WriteContent(_swarm.Folder.At(name));
        BitTorrentClient client = await _swarm.StartAsync(new ClientOptions
        {
            DownloadDirectory = _swarm.Folder.At(name),
            StateDirectory = _swarm.Folder.At(name + "-state"),
            BindAddress = IPAddress.Loopback,
            Dht = new DhtOptions { Routers = [NodeOf(0)] },
        });
        Torrent torrent = (await client.AddAsync(source, cancellationToken: TestContext.Current.CancellationToken)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, TestContext.Current.CancellationToken);
        return torrent;
    }
}
