using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Output;

/// <summary>A torrent for programs.</summary>
internal static class MetainfoJson
{
    public static void Write(Utf8JsonWriter json, Metainfo metainfo, MetainfoSections sections)
    {
        PieceLayout layout = metainfo.Layout;
        json.WriteStartObject();
        json.WriteString("name", metainfo.Name);
        json.WriteString("version", VersionText.Of(metainfo.Version));
        json.WriteString("infoHashV1", metainfo.Hashes.V1?.ToString());
        json.WriteString("infoHashV2", metainfo.Hashes.V2?.ToString());
        json.WriteString("infoHashV2Truncated", metainfo.Hashes.V2Swarm?.ToString());
        if (metainfo.Hashes.V2 is null)
            json.WriteNull("pieceLayers");
        else
            json.WriteString("pieceLayers", metainfo.HasAllPieceLayers ? "all" : metainfo.PieceLayers.Count > 0 ? "some" : "none");
        json.WriteNumber("size", layout.Files.Where(file => file.IsStored).Sum(file => file.Length));
        json.WriteNumber("pieceLength", layout.PieceLength);
        json.WriteNumber("pieceCount", layout.PieceCount);
        json.WriteNumber("fileCount", layout.Files.Count(file => !file.IsPad));
        json.WriteNumber("trackerCount", metainfo.Trackers.Sum(tier => tier.Count));
        WriteStrings(json, "similar", metainfo.SimilarTorrents.Select(static hash => hash.ToString()));
        WriteStrings(json, "collections", metainfo.Collections);
        json.WriteBoolean("private", metainfo.IsPrivate);
        json.WriteString("source", metainfo.Source);
        json.WriteString("comment", metainfo.Comment is { } comment ? UrlSecrets.RedactText(comment) : null);
        json.WriteString("createdBy", metainfo.CreatedBy);
        json.WriteString("createdOn", metainfo.CreationDate?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        if (sections.Trackers)
            WriteTrackers(json, metainfo);
        if (sections.Files)
            WriteFiles(json, layout);
        if (sections.Pieces)
            WritePieces(json, metainfo);
        WriteStrings(json, "warnings", metainfo.Warnings);
        json.WriteEndObject();
    }

    private static void WriteTrackers(Utf8JsonWriter json, Metainfo metainfo)
    {
        json.WriteStartArray("trackers");
        foreach (IReadOnlyList<string> tier in metainfo.Trackers)
        {
            json.WriteStartArray();
            foreach (string url in tier)
                json.WriteStringValue(UrlSecrets.RedactUrl(url));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        WriteStrings(json, "urlSeeds", metainfo.UrlSeeds.Select(UrlSecrets.RedactUrl));
        WriteStrings(json, "httpSeeds", metainfo.HttpSeeds.Select(UrlSecrets.RedactUrl));
        WriteStrings(json, "nodes", metainfo.Nodes.Select(node => $"{node.Host}:{node.Port}"));
    }

    private static void WriteFiles(Utf8JsonWriter json, PieceLayout layout)
    {
        json.WriteStartArray("files");
        foreach (FileEntry file in layout.Files)
        {
            json.WriteStartObject();
            json.WriteNumber("index", file.Index.Value);
            json.WriteString("path", file.Path);
            json.WriteString("originalPath", file.OriginalPath);
            json.WriteNumber("length", file.Length);
            json.WriteBoolean("pad", file.IsPad);
            json.WriteString("attributes", file.Attributes.ToString());
            json.WriteString("piecesRoot", file.PiecesRoot?.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePieces(Utf8JsonWriter json, Metainfo metainfo)
    {
        int count = metainfo.Hashes.V1 is null ? 0 : metainfo.Layout.PieceCount;
        WriteStrings(json, "pieces", Enumerable.Range(0, count).Select(piece => metainfo.PieceHash(new PieceIndex(piece)).ToString()));
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
