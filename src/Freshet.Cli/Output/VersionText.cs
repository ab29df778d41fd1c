using Freshet.Core;

namespace Freshet.Cli.Output;

/// <summary>The version of a torrent in a word.</summary>
internal static class VersionText
{
    public static string Of(TorrentVersion version) => version switch { TorrentVersion.V1 => "v1", TorrentVersion.V2 => "v2", _ => "hybrid" };
}
