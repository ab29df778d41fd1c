using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Download;

/// <summary><c>--list</c>: the files of torrents. Of a magnet link the metadata is fetched for that, and nothing else.</summary>
internal static class FileListing
{
    public static async Task WriteAsync(IReadOnlyList<LoadedSource> torrents, DownloadRequest request, ClientOptions options, CommandContext context, CancellationToken stop)
    {
        foreach (LoadedSource torrent in torrents)
            Write(torrent.Metainfo ?? await ResolveAsync(torrent.Source.Magnet!, request, options, context, stop), context);
    }

    private static void Write(Metainfo metainfo, CommandContext context)
    {
        var sections = new MetainfoSections(Files: true, Trackers: false, Pieces: false, Roots: false);
        if (context.Json)
        {
            JsonText.WriteDocument(context.Out, json => MetainfoJson.Write(json, metainfo, sections));
            return;
        }

        context.Out.WriteLine(TerminalText.Escape(metainfo.Name));
        MetainfoText.WriteFiles(context.Out, metainfo);
    }

    private static Task<Metainfo> ResolveAsync(MagnetLink link, DownloadRequest request, ClientOptions options, CommandContext context, CancellationToken stop)
    {
        var adding = new AddOptions
        {
            UseTrackers = request.UseTrackers,
            TrackerTiers = request.TrackerTiers,
            Trackers = request.Trackers,
            Peers = request.Peers,
            MaxPeers = request.MaxPeers,
        };
        return new MetadataWait(context).RunAsync(options, link, adding, request.GiveUpAfter, stop);
    }
}

/// <summary>A source, and its torrent where that is known without asking peers.</summary>
internal sealed record LoadedSource(TorrentSource Source, Metainfo? Metainfo);
