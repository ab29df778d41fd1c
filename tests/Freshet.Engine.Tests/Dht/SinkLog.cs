using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Notes all that an operation tells.</summary>
internal sealed class SinkLog : IPeerSink, IItemSink, ISampleSink
{
    public List<string> Peers { get; } = [];

    public List<DhtItem> Items { get; } = [];

    public HashSet<InfoHash> Swarms { get; } = [];

    public int Ends { get; private set; }

    public void PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now) => Peers.AddRange(peers.Select(static peer => peer.ToString()));

    public void ItemFound(DhtOperation operation, DhtItem item, MonoTime now) => Items.Add(item);

    public void SwarmsFound(DhtOperation operation, NodeContact node, IReadOnlyList<InfoHash> swarms, long known, MonoTime now) => Swarms.UnionWith(swarms);

    public void Ended(DhtOperation operation, MonoTime now) => Ends++;
}
