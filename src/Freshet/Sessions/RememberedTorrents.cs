using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Metadata;
using Freshet.Engine.Session;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>What the state store knows of torrents, as a session asks for it and adds to it. Its calls may block, on any thread but the loop's.</summary>
/// <param name="store">The store.</param>
/// <param name="reuse">From whom files are taken, where a torrent does not say.</param>
/// <param name="logger">Is told what the store could not do.</param>
internal sealed class RememberedTorrents(IStateStore store, ReuseScope reuse, ILogger logger)
{
    /// <summary>Remembered torrents that are asked for files: more than are woken for one, because some may be awake.</summary>
    private const int MaxRelatives = 16;

    /// <summary>The metainfo of a torrent that is remembered.</summary>
    /// <exception cref="FreshetException">It is not there any more, or damaged.</exception>
    public Metainfo LoadMetainfo(InfoHashes hashes, string name)
    {
        ReadOnlyMemory<byte> bytes = store.LoadMetainfo(hashes)
            ?? throw new FreshetException(FreshetError.Storage, $"The metainfo of {PlainText.Of(name)} is not in the state folder any more: add its torrent file again.");
        Metainfo metainfo = MetainfoReading.Read(bytes, $"the state's torrent file of {PlainText.Of(name)}");
        try
        {
            return metainfo.KnownBy(hashes);
        }
        catch (MetainfoException error)
        {
            throw new FreshetException(FreshetError.Storage, $"The metainfo of {PlainText.Of(name)} in the state folder is another torrent's: add its torrent file again.", error);
        }
    }

    /// <summary>Torrents of earlier runs that may have the same files and sleep: the state knows them by more than is in memory. May block.</summary>
    public IReadOnlyList<InfoHash> RelativesOf(Metainfo metainfo, AddOptions options)
    {
        if ((options.Reuse ?? reuse) == ReuseScope.Off)
            return [];
        try
        {
            return [.. store.FindRelatives(FileMarks.Of(metainfo), MaxRelatives).Select(static hashes => hashes.Primary)];
        }
        catch (Exception error)
        {
            // Whatever a store throws: then they are not found, and the files are fetched.
            logger.StateStoreWarning($"Torrents with files of {PlainText.Of(metainfo.Name)} are not looked for: {error.Message}");
            return [];
        }
    }

    /// <summary>What the next start is to know of a torrent.</summary>
    /// <param name="spec">The torrent.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="metainfo">Its metainfo; null where that is not known.</param>
    public static RememberedEntry EntryOf(TorrentSpec spec, RememberedOptions options, Metainfo? metainfo)
    {
        TorrentSummary summary = spec.Summary;
        return new RememberedEntry(
            new RememberedTorrent
            {
                Hashes = summary.Hashes,
                Directory = spec.Directory,
                Name = summary.Name,
                TotalBytes = summary.TotalBytes,
                PieceCount = summary.PieceCount,
                IsPrivate = summary.IsPrivate,
                Trackers = summary.Trackers,
                IsStarted = spec.Start,
                AddedTicks = DateTime.UtcNow.Ticks,
                Marks = metainfo is null ? [] : FileMarks.Of(metainfo),
                Seeded = spec.Resume?.Seeded ?? default,
                Options = options.ToText(),
            },
            metainfo?.FileBytes ?? default);
    }

    /// <summary>Keeps metadata that has come from peers. May block.</summary>
    public void KeepMetadata(string directory, Metainfo metainfo, RememberedOptions? options, ReadOnlyMemory<byte> info)
    {
        try
        {
            if (options is null)
                store.KeepMetadata(metainfo.Hashes, info);
            else
                store.Remember([EntryOf(options.ToSpec(directory) with { Summary = TorrentSummary.Of(metainfo) }, options, metainfo)]);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the metadata is fetched again the next time.
            logger.StateStoreWarning($"The metadata of {PlainText.Of(metainfo.Name)} is not kept: {error.Message}");
        }
    }

    /// <summary>The metainfo of a magnet link whose metadata has come in an earlier run; null where it has not. May block.</summary>
    public Metainfo? FindMetadata(MagnetLink link)
    {
        try
        {
            return store.LoadMetadata(link.Hashes) is { } info && MetadataCheck.Judge(link.Hashes, info.Span) == MetadataVerdict.Right ? PendingMagnet.Read(link, info) : null;
        }
        catch (Exception error)
        {
            // Whatever a store throws, or what the disk has altered: it is fetched again.
            logger.StateStoreWarning($"The metadata of {PlainText.Of(link.DisplayName)} that is kept is no use: {error.Message}");
            return null;
        }
    }
}
