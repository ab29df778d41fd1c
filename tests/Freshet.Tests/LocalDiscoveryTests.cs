using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.Tests;

/// <summary>BEP 14 over real sockets, on loopback and a port of its own.</summary>
public sealed class LocalDiscoveryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // IPv6 has no route for groups on loopback: it is tried on a network of its own, with others' clients.
    [Fact]
    public async Task Two_clients_of_one_network_find_each_other_by_nothing_else()
    {
        IPAddress bind = IPAddress.Loopback;
        await using var swarm = new LoopbackSwarm();
        swarm.Torrent.WriteContent(swarm.Folder.At("seeder"));
        LocalGroups groups = Groups(bind.AddressFamily);
        BitTorrentClient seeder = await StartAsync(swarm, "seeder", bind, groups);
        await (await seeder.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        BitTorrentClient leech = await StartAsync(swarm, "leech", bind, groups);
        Torrent torrent = (await leech.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leech"));
    }

    private static Task<BitTorrentClient> StartAsync(LoopbackSwarm swarm, string name, IPAddress bind, LocalGroups groups) => swarm.StartAsync(new ClientOptions
    {
        DownloadDirectory = swarm.Folder.At(name),
        StateDirectory = swarm.Folder.At(name + "-state"),
        BindAddress = bind,
        LocalDiscovery = groups,
        Dht = new DhtOptions { IsOn = false },
    });

    /// <summary>The groups of the BEP at a port that nobody else uses.</summary>
    private static LocalGroups Groups(AddressFamily family)
    {
        using var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return new LocalGroups
        {
            IPv4 = new IPEndPoint(LocalGroups.Bep14.IPv4.Address, port),
            IPv6 = new IPEndPoint(LocalGroups.Bep14.IPv6.Address, port),
            UseLoopback = true,
        };
    }
}
