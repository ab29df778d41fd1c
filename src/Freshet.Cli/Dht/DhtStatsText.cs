using System.Globalization;
using Freshet.Cli.Output;

namespace Freshet.Cli.Dht;

/// <summary>Our nodes of the DHT, as a table for people or an object for programs.</summary>
internal static class DhtStatsText
{
    public static void Write(CommandContext context, DhtStatus status)
    {
        if (context.Json)
        {
            JsonText.WriteDocument(context.Out, json =>
            {
                json.WriteStartObject();
                DhtJson.WriteNode(json, "ipv4", status.IPv4);
                DhtJson.WriteNode(json, "ipv6", status.IPv6);
                json.WriteEndObject();
            });
            return;
        }

        string[] heads = ["FAMILY", "NODES", "GOOD", "SWARMS", "PEERS", "ITEMS", "ASKED", "WERE ASKED", "OUT", "IN", "ADDRESS", "ID"];
        TextTable.Write(context.Out, [heads, .. Row("IPv4", status.IPv4), .. Row("IPv6", status.IPv6)]);
    }

    private static string[][] Row(string family, DhtNodeStatus? node) => node is null
        ? []
        :
        [
            [
                family,
                Number(node.Nodes),
                Number(node.GoodNodes),
                Number(node.Swarms),
                Number(node.Peers),
                Number(node.Items),
                Number(node.QueriesOut),
                Number(node.QueriesIn),
                Amounts.Bytes(node.BytesOut),
                Amounts.Bytes(node.BytesIn),
                node.ExternalAddress?.ToString() ?? "-",
                node.Id,
            ],
        ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
