using System.Text.Json;

namespace Freshet.Tracker;

/// <summary>The numbers of a tracker as <c>/stats</c> tells them.</summary>
internal static class StatisticsJson
{
    public static byte[] Write(TrackerStatistics statistics)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("uptimeSeconds", (long)statistics.Uptime.TotalSeconds);
            json.WriteNumber("torrents", statistics.Torrents);
            json.WriteNumber("peers", statistics.Peers);
            json.WriteNumber("connections", statistics.Connections);
            json.WriteNumber("httpAnnounces", statistics.HttpAnnounces);
            json.WriteNumber("udpAnnounces", statistics.UdpAnnounces);
            json.WriteNumber("udpConnects", statistics.UdpConnects);
            json.WriteNumber("scrapes", statistics.Scrapes);
            json.WriteNumber("refused", statistics.Refused);
            json.WriteNumber("limited", statistics.Limited);
            json.WriteNumber("malformed", statistics.Malformed);
            json.WriteNumber("rejected", statistics.Rejected);
            json.WriteNumber("timedOut", statistics.TimedOut);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
