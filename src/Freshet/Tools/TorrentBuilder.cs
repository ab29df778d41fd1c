using System.Diagnostics;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;
using Freshet.IO.Hashing;

namespace Freshet;

/// <summary>Makes torrents (BitTorrent v1, v2 and hybrid) of files and folders, without a session.</summary>
public static class TorrentBuilder
{
    private static readonly HashSet<string> JunkNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ".DS_Store", ".AppleDouble", ".Spotlight-V100", ".Trashes", ".fseventsd", "__MACOSX",
        "Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information",
        ".directory", ".nfs", "lost+found",
    };

    /// <summary>
    /// Whether a path is what systems leave in folders and nobody wants to share: a file or folder called <c>.DS_Store</c>, <c>Thumbs.db</c>, <c>desktop.ini</c>
    /// and the like, or one that begins with <c>._</c>, <c>.Trash-</c> or <c>.nfs</c>.
    /// </summary>
    public static bool IsJunk(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        foreach (string element in path.Split('/'))
        {
            if (JunkNames.Contains(element) || element.StartsWith("._", StringComparison.Ordinal)
                || element.StartsWith(".Trash-", StringComparison.Ordinal) || element.StartsWith(".nfs", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Makes a torrent of a file or folder. Files come in the order of their paths, element by element and byte by byte. Links inside are not followed.
    /// </summary>
    /// <param name="path">The file or folder; may be a link itself.</param>
    /// <param name="options">How to make it.</param>
    /// <param name="progress">Told how far it is, from several threads.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">
    /// There is no such path, or it has no file with any byte in it (<see cref="FreshetError.SourceUnreadable"/>); a file cannot be read or was changed
    /// meanwhile (<see cref="FreshetError.Storage"/>); the content fits no torrent: too many pieces, names that are no text, a path too deep
    /// (<see cref="FreshetError.Usage"/>).
    /// </exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static Task<CreatedTorrent> CreateAsync(
        string path, CreateOptions? options = null, IProgress<CreateProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new CreateOptions();
        Check(options);

        // It blocks its caller, and hashes on threads of its own.
        return Task.Factory.StartNew(
            () => Create(path, options, progress, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void Check(CreateOptions options)
    {
        if (options.PieceLength is { } length && !PieceLengths.IsAllowed(length))
            throw new ArgumentException($"A piece has a power of two of bytes from 16 KiB to 256 MiB, not {length}.", nameof(options));
        if (options.Name is { } name && (name is "" or "." or ".." || name.IndexOfAny(['/', '\\', '\0']) >= 0))
            throw new ArgumentException("A torrent's name is the name of a file or folder, without separators.", nameof(options));
        if (!Enum.IsDefined(options.Version))
            throw new ArgumentException("A torrent is v1, v2 or hybrid.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        if (options.Trackers.SelectMany(tier => tier).Any(url => url.Scheme is not ("http" or "https" or "udp")))
            throw new ArgumentException("A tracker's URL is http, https or udp.", nameof(options));
        if (options.WebSeeds.Any(url => url.Scheme is not ("http" or "https")))
            throw new ArgumentException("A web seed's URL is http or https.", nameof(options));
    }

    private static CreatedTorrent Create(string path, CreateOptions options, IProgress<CreateProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            if (!Path.Exists(path))
                throw new FreshetException(FreshetError.SourceUnreadable, $"There is no file or folder {path}.");
            var storage = new FileStorage();
            ContentScan scan = ContentScan.Of(path, options.Select ?? (inside => !IsJunk(inside)), storage, cancellation);
            string name = options.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            long total = Demand(scan, path, name);
            int pieceLength = options.PieceLength ?? PieceLengths.Automatic(total);
            PieceLayout layout = LayOut(scan.Files, pieceLength, options.Version);
            DraftContent content = new(name, scan.IsSingleFile, layout, options);

            // Whatever makes it unusable is found before an hour of hashing: all but the hashes is known.
            content.DemandUsable();
            var location = new StorageLocation(default, scan.Directory, layout, default);
            var hasher = new ContentHasher(location, options.Version, scan.Stamps, storage, bytes => progress?.Report(new CreateProgress(bytes, layout.TotalLength)));
            long started = Stopwatch.GetTimestamp();
            ContentHashes hashes = hasher.Run(options.Threads, cancellation);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            byte[] bytes = MetainfoWriter.Write(content.DraftOf(hashes));
            Metainfo metainfo = DraftContent.Read(bytes);

            // A v2 torrent of a folder with one file in it is a torrent of that file.
            string directory = metainfo.IsSingleFile ? scan.Directory : Path.GetDirectoryName(scan.Directory) ?? scan.Directory;
            return new CreatedTorrent(
                bytes, metainfo, directory, [.. scan.Skipped.Select(skipped => new SkippedContent(skipped.Path, skipped.Reason))], elapsed);
        }
        catch (StorageException failure)
        {
            throw new FreshetException(FreshetError.Storage, $"Cannot make a torrent of {path}: {failure.Message}.", failure) { Code = TroubleCodes.Of(failure.Error.Kind) };
        }
    }

    /// <summary>Refuses what makes no torrent, before anything is hashed.</summary>
    /// <returns>All bytes.</returns>
    private static long Demand(ContentScan scan, string path, string name)
    {
        if (scan.Files.Count == 0)
            throw new FreshetException(FreshetError.SourceUnreadable, $"{path} has no file that goes into a torrent.") { Code = TroubleCodes.NothingToShare };
        FileEntry last = scan.Files[^1];
        long total = last.Offset + last.Length;
        if (total == 0)
            throw new FreshetException(FreshetError.SourceUnreadable, $"{path} has only empty files: a torrent needs at least one byte.") { Code = TroubleCodes.NothingToShare };
        if (name.Length == 0)
            throw new FreshetException(FreshetError.Usage, $"{path} has no name that a torrent could have: give one.");

        // What is no text on disk arrives as U+FFFD or half a surrogate; it could neither be found again nor be written as it is.
        foreach (string text in scan.Files.Select(file => file.Path).Concat(scan.Skipped.Select(skipped => skipped.Path)).Prepend(name))
        {
            if (text.EnumerateRunes().Contains(Rune.ReplacementChar))
                throw new FreshetException(FreshetError.Usage, $"The name of {text} is no valid text: rename it.") { Code = TroubleCodes.ContentUnfit };
        }

        return total;
    }

    private static PieceLayout LayOut(IReadOnlyList<FileEntry> files, int pieceLength, TorrentVersion version)
    {
        DemandPieces(files, pieceLength, version);
        return version switch
        {
            TorrentVersion.V1 => new PieceLayout(files, pieceLength),
            TorrentVersion.V2 => PieceLayout.StartingPiecesAtFiles(files, pieceLength),
            _ => new PieceLayout(AlignedFiles.WithFiller(files, pieceLength), pieceLength),
        };
    }

    private static void DemandPieces(IReadOnlyList<FileEntry> files, int pieceLength, TorrentVersion version)
    {
        // With a v2 side every file has pieces of its own.
        long total = files[^1].Offset + files[^1].Length;
        long pieces = version == TorrentVersion.V1 ? (total / pieceLength) + 1 : files.Sum(file => (file.Length + pieceLength - 1) / pieceLength);
        long end = version == TorrentVersion.Hybrid ? pieces * pieceLength : total;
        if (end > MetainfoLimits.MaxTotalLength || pieces > MetainfoLimits.MaxPieces)
        {
            throw new FreshetException(
                FreshetError.Usage,
                $"{total} bytes in {files.Count} files make {pieces} pieces of {new ByteSize(pieceLength)}; a torrent has at most {MetainfoLimits.MaxPieces}: choose longer pieces.")
            {
                Code = TroubleCodes.ContentUnfit,
            };
        }
    }
}
