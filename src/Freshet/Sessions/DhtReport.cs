using System.Diagnostics.CodeAnalysis;
using Freshet.Engine.Dht;
using Freshet.Engine.Statistics;

namespace Freshet.Sessions;

/// <summary>The DHT's figures as everyone outside sees them.</summary>
internal static class DhtReport
{
    [return: NotNullIfNotNull(nameof(dht))]
    public static DhtStatus? Of(DhtSnapshot? dht) => dht is null
        ? null
        : new DhtStatus { IPv4 = Of(dht.IPv4), IPv6 = Of(dht.IPv6), Torrents = dht.Torrents, LookingFor = dht.LookingFor };

    [return: NotNullIfNotNull(nameof(node))]
    public static DhtNodeStatus? Of(DhtStatistics? node) => node is null
        ? null
        : new DhtNodeStatus
        {
            Id = node.Id.ToString(),
            ExternalAddress = node.External,
            Nodes = node.Nodes,
            GoodNodes = node.GoodNodes,
            Swarms = node.Swarms,
            Peers = node.Peers,
            Items = node.Items,
            Lookups = node.Lookups,
            QueriesOut = node.QueriesOut,
            QueriesIn = node.QueriesIn,
            AnswersIn = node.AnswersIn,
            TimeOuts = node.TimeOuts,
            Dropped = node.Dropped,
            BytesOut = node.BytesOut,
            BytesIn = node.BytesIn,
        };
}
