using System.Buffers.Binary;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet;

/// <summary>What a new torrent describes, before and after its content is hashed.</summary>
/// <param name="Name">The torrent's name.</param>
/// <param name="IsSingleFile">Whether it is a file and no folder.</param>
/// <param name="Layout">Its files, filler too.</param>
/// <param name="Options">What else goes into it.</param>
internal sealed record DraftContent(string Name, bool IsSingleFile, PieceLayout Layout, CreateOptions Options)
{
    private bool HasV1 => Options.Version != TorrentVersion.V2;

    private bool HasV2 => Options.Version != TorrentVersion.V1;

    /// <summary>Refuses what makes no torrent that can be read, whatever the hashes will be.</summary>
    /// <exception cref="FreshetException">The reason (<see cref="FreshetError.Usage"/>).</exception>
    public void DemandUsable()
    {
        // Roots that are no roots, but differ as those of different files do; the layers, which would have to lead to them, count by their length alone.
        MetainfoDraft draft = Draft(file => file.IsStored && file.Length > 0 && HasV2 ? StandIn(file.Index) : null) with
        {
            PieceHashes = new byte[HasV1 ? Layout.PieceCount * Sha1Hash.Length : 0],
        };
        Read(MetainfoWriter.Write(draft), Layout.Files.Where(HasLayer).Sum(file => PiecesIn(file) * Sha256Hash.Length));
    }

    /// <summary>The whole torrent.</summary>
    public MetainfoDraft DraftOf(ContentHashes hashes)
    {
        // Files of the same content share a root and a layer.
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        var roots = new Dictionary<FileIndex, Sha256Hash>();
        foreach (FileEntry file in Layout.Files)
        {
            if (hashes.RootOf(file) is not { } root)
                continue;
            roots.Add(file.Index, root);
            if (HasLayer(file))
                layers[root] = hashes.LayerOf(file);
        }

        return Draft(file => roots.TryGetValue(file.Index, out Sha256Hash root) ? root : null) with { PieceHashes = hashes.PieceHashes, PieceLayers = layers };
    }

    /// <summary>Reads a torrent that was made: what we could not read ourselves nobody should be given.</summary>
    /// <param name="bytes">The torrent file.</param>
    /// <param name="more">Bytes that will be added to it.</param>
    public static Metainfo Read(byte[] bytes, long more = 0)
    {
        if (bytes.Length + more > MetainfoLimits.MaxFileBytes)
        {
            throw new FreshetException(
                FreshetError.Usage, $"The torrent file would have {new ByteSize(bytes.Length + more)}, more than programs read: choose longer pieces, or share fewer files.")
            {
                Code = TroubleCodes.ContentUnfit,
            };
        }

        try
        {
            return Metainfo.Load(bytes);
        }
        catch (MetainfoException error)
        {
            throw new FreshetException(FreshetError.Usage, $"This content makes no usable torrent: {error.Message}", error) { Code = TroubleCodes.ContentUnfit };
        }
    }

    private MetainfoDraft Draft(Func<FileEntry, Sha256Hash?> rootOf) => new()
    {
        Version = Options.Version,
        Name = Name,
        Files = [.. Layout.Files.Select(file => new DraftFile(IsSingleFile ? "" : file.Path, file.Length) { IsPad = file.IsPad, PiecesRoot = rootOf(file) })],
        PieceLength = Layout.PieceLength,
        PieceHashes = default,
        IsPrivate = Options.IsPrivate,
        Source = Options.Source,
        Trackers = [.. Options.Trackers.Where(tier => tier.Count > 0).Select(tier => (IReadOnlyList<string>)[.. tier.Select(url => url.OriginalString)])],
        WebSeeds = [.. Options.WebSeeds.Select(url => url.OriginalString)],
        SimilarTorrents = Options.SimilarTorrents,
        Collections = Options.Collections,
        Comment = Options.Comment,
        CreatedBy = Options.CreatedBy,
        CreationDate = Options.CreationDate,
    };

    private bool HasLayer(FileEntry file) => HasV2 && file.IsStored && file.Length > Layout.PieceLength;

    private long PiecesIn(FileEntry file) => (file.Length + Layout.PieceLength - 1) / Layout.PieceLength;

    private static Sha256Hash StandIn(FileIndex file)
    {
        Span<byte> root = stackalloc byte[Sha256Hash.Length];
        root.Fill(1);
        BinaryPrimitives.WriteInt32BigEndian(root, file.Value);
        return new Sha256Hash(root);
    }
}
