using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Sessions;

/// <summary>What a torrent was added with that waits for its metadata.</summary>
/// <param name="link">The link.</param>
/// <param name="options">How it was added: which files are wanted is asked when they are known.</param>
/// <param name="onlyMetadata">Whether nothing but the metadata is wanted.</param>
internal sealed class PendingMagnet(MagnetLink link, AddOptions options, bool onlyMetadata)
{
    private readonly TaskCompletionSource<Metainfo> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MagnetLink Link => link;

    public AddOptions Options => options;

    public bool OnlyMetadata => onlyMetadata;

    /// <summary>The metainfo, once it is known.</summary>
    public Task<Metainfo> Found => _found.Task;

    /// <summary>A name to show until the torrent's own is known.</summary>
    public string Name => PlainText.Of(link.DisplayName);

    /// <summary>What is known of the torrent.</summary>
    public TorrentSummary Summary => TorrentSummary.WithoutMetadata(link.Hashes, Name, [.. link.Trackers.Select(static tracker => (IReadOnlyList<string>)[tracker])]);

    /// <summary>The metadata, while its piece layers are fetched.</summary>
    public ReadOnlyMemory<byte>? WithoutLayers { get; set; }

    /// <summary>Makes metainfo of the info dictionary that peers gave: with the link's trackers and web seeds, and known by the link's hashes.</summary>
    /// <param name="link">The link.</param>
    /// <param name="info">The info dictionary.</param>
    /// <param name="layers">What is known of the piece layers of a v2 side; null: nothing.</param>
    /// <exception cref="MetainfoException">The dictionary has the right hash, and cannot be used.</exception>
    public static Metainfo Read(MagnetLink link, ReadOnlyMemory<byte> info, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? layers = null)
        => Metainfo.Load(MetainfoWriter.WriteAround(info.Span, [.. link.Trackers.Select(static tracker => (IReadOnlyList<string>)[tracker])], link.WebSeeds, layers)).KnownBy(link.Hashes);

    /// <summary>How much each file is wanted; null: all alike.</summary>
    public static IReadOnlyList<FilePriority>? PrioritiesOf(MagnetLink? link, AddOptions options, PieceLayout layout)
        => FilePriorities.Of(layout, SelectionOf(link, options, layout), options.Priority);

    /// <summary>What is wanted of the files: what the caller says, else what the link says (BEP 53).</summary>
    private static Func<FileEntry, bool>? SelectionOf(MagnetLink? link, AddOptions options, PieceLayout layout)
    {
        if (options.Select is not null || options.Priority is not null || link is not { Selection.Count: > 0 })
            return options.Select;

        // A link that names no file of the torrent was made for another: better all than nothing.
        return layout.Files.Any(file => file.IsStored && link.Selects(file.Index)) ? file => link.Selects(file.Index) : null;
    }

    public void Complete(Metainfo metainfo) => _found.TrySetResult(metainfo);
}
