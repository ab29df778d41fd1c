using System.Text.Json;
using Freshet.Abstractions;

namespace Freshet.Cli.Download;

/// <summary>A status for programs: in <c>progress</c> events and in the status file alike.</summary>
internal static class StatusJson
{
    public static void WriteFields(Utf8JsonWriter json, TorrentStatus status)
    {
        json.WriteString("state", NameOf(status.State));
        json.WriteString("reason", status.Reason);
        json.WriteBoolean("complete", status.IsComplete);
        json.WriteBoolean("hasMetadata", status.HasMetadata);
        WriteOptional(json, "metadataProgress", status.MetadataProgress);
        json.WriteNumber("progress", Math.Round(status.Progress, 6));
        WriteOptional(json, "checkProgress", status.CheckProgress);
        json.WriteNumber("totalBytes", status.TotalBytes);
        json.WriteNumber("wantedBytes", status.WantedBytes);
        json.WriteNumber("haveBytes", status.HaveBytes);
        json.WriteNumber("pieceCount", status.PieceCount);
        json.WriteNumber("piecesHave", status.PiecesHave);
        json.WriteNumber("downloadRate", status.DownloadRate);
        json.WriteNumber("uploadRate", status.UploadRate);
        WriteOptional(json, "etaSeconds", status.Eta?.TotalSeconds);
        json.WriteNumber("downloaded", status.Downloaded);
        json.WriteNumber("taken", status.TakenThisRun);
        json.WriteNumber("uploaded", status.Uploaded);
        json.WriteNumber("wasted", status.Wasted);
        json.WriteNumber("hashFailures", status.HashFailures);
        json.WriteNumber("peers", status.Peers);
        json.WriteNumber("seeders", status.Seeders);
        json.WriteNumber("knownPeers", status.KnownPeers);
    }

    /// <summary>An enum's value in camel case.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>How a connection is encrypted.</summary>
    public static string NameOf(MsePayload encryption) => encryption switch { MsePayload.Rc4 => "rc4", MsePayload.Plain => "handshake", _ => "none" };

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, Math.Round(number, 3));
        else
            json.WriteNull(name);
    }
}
