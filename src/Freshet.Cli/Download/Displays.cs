namespace Freshet.Cli.Download;

/// <summary>Chooses how a download is shown.</summary>
internal static class Displays
{
    public static IDownloadDisplay Create(CommandContext context)
    {
        if (context.Json)
            return new JsonDisplay(context);
        // A log on the same terminal would tear a live display apart.
        bool live = context.Streams.IsTerminal && context.UsesAnsi && !context.Quiet && context.Verbosity == 0;
        return live ? new LiveDisplay(context) : new LineDisplay(context);
    }
}
