using System.Globalization;
using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Output;

/// <summary>What a magnet link says, for people and for programs. Passkeys are hidden.</summary>
internal static class MagnetOutput
{
    public static void WriteText(TextWriter output, MagnetLink link)
    {
        if (link.Name is { } name)
            Row(output, "name", name);
        if (link.Hashes.V1 is { } v1)
            Row(output, "info-hash", v1.ToString());
        if (link.Hashes.V2 is { } v2)
            Row(output, link.Hashes.IsHybrid ? "v2" : "info-hash", v2.ToString());
        if (link.Length is { } length)
            Row(output, "size", $"{Amounts.Bytes(length)} ({length.ToString("N0", CultureInfo.InvariantCulture)} bytes), as the link says");
        foreach (string tracker in link.Trackers)
            Row(output, "tracker", UrlSecrets.RedactUrl(tracker));
        foreach (string seed in link.WebSeeds)
            Row(output, "web seed", UrlSecrets.RedactUrl(seed));
        foreach ((string host, int port) in link.Peers)
            Row(output, "peer", AddressText.Write(host, port));
        foreach ((string host, int port) in link.Nodes)
            Row(output, "DHT node", AddressText.Write(host, port));
        if (link.Selection.Count > 0)
            Row(output, "files", string.Join(',', link.Selection));
    }

    public static void WriteJson(Utf8JsonWriter json, MagnetLink link)
    {
        json.WriteStartObject();
        json.WriteString("name", link.Name);
        json.WriteString("infoHashV1", link.Hashes.V1?.ToString());
        json.WriteString("infoHashV2", link.Hashes.V2?.ToString());
        JsonText.WriteOptional(json, "size", link.Length);
        Write(json, "trackers", link.Trackers.Select(UrlSecrets.RedactUrl));
        Write(json, "webSeeds", link.WebSeeds.Select(UrlSecrets.RedactUrl));
        Write(json, "peers", link.Peers.Select(static peer => AddressText.Write(peer.Host, peer.Port)));
        Write(json, "nodes", link.Nodes.Select(static node => AddressText.Write(node.Host, node.Port)));
        json.WriteStartArray("files");
        foreach (FileRange range in link.Selection)
        {
            json.WriteStartObject();
            json.WriteNumber("first", range.First);
            json.WriteNumber("last", range.Last);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "warnings", link.Warnings);
        json.WriteEndObject();
    }

    private static void Row(TextWriter output, string name, string value) => output.WriteLine($"{name,-10} {TerminalText.Escape(value)}");

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
