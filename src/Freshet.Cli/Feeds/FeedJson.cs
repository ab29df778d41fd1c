using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Feeds;

/// <summary>What happens to a feed as events of <c>--json</c>.</summary>
internal static class FeedJson
{
    public static string NameOf(FeedEvent happened) => happened switch
    {
        FeedPublished => "feedPublished",
        FeedRefreshed => "feedRefreshed",
        FeedSuperseded => "feedSuperseded",
        FeedFound => "feedFound",
        FeedFetching => "feedFetching",
        FeedUpdated => "feedUpdated",
        FeedUnchanged => "feedUnchanged",
        _ => "feedTrouble",
    };

    public static void WriteFields(Utf8JsonWriter json, FeedEvent happened)
    {
        switch (happened)
        {
            case FeedPublished published:
                WriteVersion(json, published.Sequence, published.Hashes, published.Name, published.Size);
                json.WriteNumber("nodes", published.Nodes);
                break;
            case FeedRefreshed refreshed:
                json.WriteNumber("version", refreshed.Sequence);
                json.WriteNumber("nodes", refreshed.Nodes);
                break;
            case FeedSuperseded superseded:
                json.WriteNumber("version", superseded.Sequence);
                break;
            case FeedFound found:
                json.WriteNumber("version", found.Sequence);
                json.WriteString("infoHash", found.Torrent.ToString());
                break;
            case FeedFetching fetching:
                json.WriteNumber("version", fetching.Sequence);
                json.WriteString("infoHash", fetching.Torrent.Hashes.ToString());
                json.WriteNumber("torrent", fetching.Torrent.Id.Value);
                break;
            case FeedUpdated updated:
                WriteVersion(json, updated.Sequence, updated.Hashes, updated.Name, updated.Size);
                json.WriteNumber("downloadedBytes", updated.Downloaded);
                break;
            case FeedUnchanged unchanged:
                json.WriteNumber("version", unchanged.Sequence);
                break;
            case FeedTrouble trouble:
                json.WriteString("message", trouble.Message);
                json.WriteString("code", trouble.Code);
                break;
        }
    }

    private static void WriteVersion(Utf8JsonWriter json, long sequence, InfoHashes hashes, string name, long size)
    {
        json.WriteNumber("version", sequence);
        json.WriteString("infoHash", hashes.ToString());
        json.WriteString("name", name);
        json.WriteNumber("totalBytes", size);
    }
}
