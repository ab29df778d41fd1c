using System.Globalization;
using System.Net;
using System.Text.Json;
using Freshet.Cli.Output;

namespace Freshet.Cli.Dht;

/// <summary>What the DHT answered, in the forms that its verbs have in common.</summary>
internal static class DhtJson
{
    public static void WriteFields(Utf8JsonWriter json, DhtLookup result)
    {
        json.WriteString("target", result.Target);
        json.WriteNumber("hops", result.Hops);
        json.WriteNumber("asked", result.Asked);
        json.WriteNumber("answered", result.Answered);
        json.WriteNumber("failed", result.Failed);
        json.WriteNumber("milliseconds", Milliseconds(result.Elapsed));
        if (result.FirstAfter is { } first)
            json.WriteNumber("firstMilliseconds", Milliseconds(first));
        else
            json.WriteNull("firstMilliseconds");
        json.WriteNumber("stored", result.Stored);
        json.WriteNumber("refused", result.Refused);
        JsonText.WriteOptional(json, "lastError", result.LastError);
        json.WriteStartArray("closest");
        foreach (DhtContact node in result.Closest)
        {
            json.WriteStartObject();
            json.WriteString("id", node.Id);
            json.WriteString("node", node.Endpoint.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteEndpoints(Utf8JsonWriter json, string name, IReadOnlyList<IPEndPoint> endpoints)
    {
        json.WriteStartArray(name);
        foreach (IPEndPoint endpoint in endpoints)
            json.WriteStringValue(endpoint.ToString());
        json.WriteEndArray();
    }

    /// <summary>A session's part in the DHT, or null.</summary>
    public static void WriteStatus(Utf8JsonWriter json, DhtStatus? status)
    {
        if (status is null)
        {
            json.WriteNull("dht");
            return;
        }

        json.WriteStartObject("dht");
        WriteFields(json, status);
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, DhtStatus status)
    {
        json.WriteNumber("nodes", status.Nodes);
        json.WriteNumber("torrents", status.Torrents);
        json.WriteNumber("lookingFor", status.LookingFor);
        WriteNode(json, "ipv4", status.IPv4);
        WriteNode(json, "ipv6", status.IPv6);
    }

    public static void WriteNode(Utf8JsonWriter json, string name, DhtNodeStatus? node)
    {
        if (node is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("id", node.Id);
        json.WriteString("externalAddress", node.ExternalAddress?.ToString());
        json.WriteNumber("nodes", node.Nodes);
        json.WriteNumber("goodNodes", node.GoodNodes);
        json.WriteNumber("swarms", node.Swarms);
        json.WriteNumber("peers", node.Peers);
        json.WriteNumber("items", node.Items);
        json.WriteNumber("lookups", node.Lookups);
        json.WriteNumber("queriesOut", node.QueriesOut);
        json.WriteNumber("queriesIn", node.QueriesIn);
        json.WriteNumber("answersIn", node.AnswersIn);
        json.WriteNumber("timeOuts", node.TimeOuts);
        json.WriteNumber("dropped", node.Dropped);
        json.WriteNumber("bytesOut", node.BytesOut);
        json.WriteNumber("bytesIn", node.BytesIn);
        json.WriteEndObject();
    }

    /// <summary>How it went, in a line for people.</summary>
    public static string Summary(DhtLookup result)
    {
        string stored = result.Stored + result.Refused == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $", {result.Stored} stored it{(result.Refused == 0 ? "" : $", {result.Refused} refused (error {result.LastError})")}");
        string first = result.FirstAfter is { } after ? string.Create(CultureInfo.InvariantCulture, $", the first after {Milliseconds(after):0} ms") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Amounts.Count(result.Asked, "node")} asked, {result.Answered} answered{stored}, {Amounts.Count(result.Hops, "hop")}, {Milliseconds(result.Elapsed):0} ms{first}");
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
