using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Disk;
using Freshet.Simulator.Network;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Nodes;

/// <summary>A world with its network, trackers and nodes: what a scenario begins with.</summary>
public sealed class SimSwarm
{
    private readonly Dictionary<string, SimTracker> _trackers = new(StringComparer.OrdinalIgnoreCase);
    private int _addresses;

    /// <summary>Begins a swarm from a seed.</summary>
    public SimSwarm(ulong seed)
    {
        World = new SimWorld(seed);
        Network = new SimNetwork(World);
    }

    /// <summary>Time, order, chance.</summary>
    public SimWorld World { get; }

    /// <summary>Hosts and lines.</summary>
    public SimNetwork Network { get; }

    /// <summary>All nodes, dead ones too.</summary>
    public List<SimNode> Nodes { get; } = [];

    /// <summary>The next free public address, each in a /24 of its own.</summary>
    public IPAddress NextAddress() => new([20, (byte)(1 + (_addresses / 200)), (byte)(1 + (_addresses++ % 200)), 7]);

    /// <summary>The next free public IPv6 address, each in a /48 of its own.</summary>
    public IPAddress NextIPv6Address() => IPAddress.Parse($"2a02:{++_addresses:x}::7");

    /// <summary>Puts a tracker under a name.</summary>
    public SimTracker Tracker(string host, IPAddress? address = null, SimLinkSettings? link = null)
    {
        address ??= NextAddress();
        Network.Name(host, address);
        return _trackers[host] = new SimTracker(World, Network, address, link);
    }

    /// <summary>Starts a node on an empty disk.</summary>
    public SimNode Node(SimLinkSettings? link = null, SimNodeSettings? settings = null, IPAddress? address = null)
        => Start(address ?? NextAddress(), new SimDisk(World), new SimStore(World), link, settings);

    /// <summary>Starts a node that has everything of a torrent and gives it.</summary>
    public SimNode Seeder(SimContent content, SimLinkSettings? link = null, SimNodeSettings? settings = null, IPAddress? address = null)
    {
        SimNode node = Node(link, settings, address);
        Fill(node.Disk, content);
        node.Add(content);
        return node;
    }

    /// <summary>Starts a process again on the disk and store of a killed one, at the same address.</summary>
    public SimNode Restart(SimNode dead, SimLinkSettings? link = null, SimNodeSettings? settings = null)
        => Start(dead.Address, dead.Disk, dead.Store, link, settings);

    /// <summary>Puts the true content on a disk.</summary>
    public void Fill(SimDisk disk, SimContent content)
    {
        SimFiles files = disk.FilesOf(content.Metainfo);
        files.Create(new StorageLocation(default, "", content.Layout, default), allocate: false, World.Now);
        for (int i = 0; i < content.Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            files.Write(new BlockRange(piece, 0, content.Layout.LengthOf(piece)), content.Truth(piece), World.Now);
        }

        files.Sync();
    }

    internal void Fetch(HttpFetch fetch, IPAddress from, Action<HttpFetchResult> answer)
    {
        if (_trackers.TryGetValue(fetch.Url.Host, out SimTracker? tracker))
        {
            tracker.Fetch(fetch, from, answer);
            return;
        }

        World.After(TimeSpan.FromMilliseconds(50), () => answer(new HttpFetchResult(fetch.Id, 0, null, default, null, "no such host")));
    }

    private SimNode Start(IPAddress address, SimDisk disk, SimStore store, SimLinkSettings? link, SimNodeSettings? settings)
    {
        var node = new SimNode(this, address, disk, store, settings ?? new SimNodeSettings());
        Network.Add(address, node, link ?? new SimLinkSettings());
        Nodes.Add(node);
        return node;
    }
}
