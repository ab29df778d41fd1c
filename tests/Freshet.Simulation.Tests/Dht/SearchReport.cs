using System.Globalization;
using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;
using Freshet.Simulator.Dht;

namespace Freshet.Simulation.Tests.Dht;

/// <summary>Announces and look-ups of random nodes, and what they took.</summary>
internal sealed class SearchReport
{
    private readonly List<DhtOperation> _ended = [];
    private int _searches;
    private int _found;
    private int _nearest;

    public double FoundShare => _found / (double)_searches;

    public double MeanHops => _ended.Average(static operation => operation.Hops);

    /// <summary>Some nodes announce a swarm each; after a while others look for them, all at the same time.</summary>
    /// <param name="dht">The world.</param>
    /// <param name="swarms">How many are announced.</param>
    /// <param name="searches">How many look for each.</param>
    /// <param name="wait">The time between.</param>
    /// <param name="pick">Picks announcers and searchers, or null for any.</param>
    public void AnnounceAndSearch(DhtWorld dht, int swarms, int searches, TimeSpan wait, Func<SimDhtNode>? pick = null)
    {
        pick ??= dht.Any;
        var announced = new List<(InfoHash Swarm, IPEndPoint Peer)>();
        for (int i = 0; i < swarms; i++)
        {
            InfoHash swarm = NodeId.Random(dht.World.Random).Swarm;
            SimDhtNode announcer = pick();
            announcer.Do(now => announcer.Node.FindPeers(swarm, new PeerSearch { AnnouncePort = 7000 }, new SimSearch(), now));
            announced.Add((swarm, new IPEndPoint(announcer.Endpoint.Address, 7000)));
        }

        dht.World.Run(wait);
        var started = new List<(SimDhtNode Searcher, SimSearch Search, IPEndPoint Peer)>();
        foreach ((InfoHash swarm, IPEndPoint peer) in announced)
        {
            for (int i = 0; i < searches; i++)
            {
                SimDhtNode searcher = pick();
                var search = new SimSearch();
                searcher.Do(now => searcher.Node.FindPeers(swarm, PeerSearch.Plain, search, now));
                started.Add((searcher, search, peer));
            }
        }

        dht.World.Run(TimeSpan.FromSeconds(30));
        foreach ((SimDhtNode searcher, SimSearch search, IPEndPoint peer) in started)
        {
            if (searcher.IsAlive)
                Count(dht, search, peer);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_found} of {_searches} look-ups found what was announced; hops {MeanHops:0.00} (at most {_ended.Max(static o => o.Hops)}), {100.0 * _nearest / (8 * _ended.Count):0} % of the nearest reached, nodes asked {_ended.Average(static o => o.Asked):0.0}, seconds {_ended.Average(static o => (o.EndedAt!.Value - o.StartedAt).TotalSeconds):0.00}, first peer after {_ended.Where(static o => o.FirstFoundAt is not null).Average(static o => (o.FirstFoundAt!.Value - o.StartedAt).TotalSeconds):0.00}");

    private void Count(DhtWorld dht, SimSearch search, IPEndPoint peer)
    {
        _searches++;
        _found += search.Peers.Contains(peer) ? 1 : 0;
        if (search.Ended is not { } operation)
            return;
        _ended.Add(operation);
        NodeId[] nearest = [.. dht.Nodes.Where(static node => !node.IsBehindRouter).Select(static node => node.Node.Id)
            .Order(Comparer<NodeId>.Create((a, b) => operation.Target.CompareDistance(a, b))).Take(8)];
        _nearest += nearest.Count(id => operation.Closest.Any(node => node.Id == id));
    }
}
