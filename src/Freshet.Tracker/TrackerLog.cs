using Microsoft.Extensions.Logging;

namespace Freshet.Tracker;

/// <summary>What a tracker tells its log.</summary>
internal static partial class TrackerLog
{
    [LoggerMessage(1, LogLevel.Information, "read the lists of torrents: {Allowed} allowed, {Denied} denied")]
    public static partial void ListsRead(ILogger logger, int? allowed, int? denied);

    [LoggerMessage(2, LogLevel.Warning, "the lists of torrents stay as they were: {Reason}")]
    public static partial void ListsKept(ILogger logger, string reason);
}
