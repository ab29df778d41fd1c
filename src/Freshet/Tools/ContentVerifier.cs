using System.Diagnostics;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet;

/// <summary>Checks data on disk against a torrent, without a session.</summary>
public static class ContentVerifier
{
    /// <summary>Hashes a torrent's data on all cores; of a hybrid for both sides, in one pass.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="path">The folder that the torrent was downloaded to, or the torrent's own file or folder, whatever its name is by now.</param>
    /// <param name="progress">Told how far it is, from several threads.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">
    /// The two sides of a hybrid say different things of a piece (<see cref="FreshetError.SourceInvalid"/>), or a file is there and cannot be read
    /// (<see cref="FreshetError.Storage"/>).
    /// </exception>
    public static async Task<VerifyReport> VerifyAsync(
        Metainfo metainfo, string path, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        ArgumentException.ThrowIfNullOrEmpty(path);
        StorageLocation location = Locate(metainfo, Path.GetFullPath(path));
        long total = metainfo.Layout.TotalLength;
        var check = new ContentCheck(location, progress: bytes => progress?.Report(new VerifyProgress(bytes, total)), layers: metainfo.PieceLayers);
        long started = Stopwatch.GetTimestamp();
        try
        {
            // It blocks its caller, and hashes on threads of its own.
            ContentReport report = await Task.Factory.StartNew(
                () => check.Run(cancellation: cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            if (report.Disputed is { } piece)
            {
                throw new FreshetException(
                    FreshetError.SourceInvalid,
                    $"The two sides of {metainfo.Name} do not describe the same content: piece {piece} is right by one and wrong by the other. Whoever made the torrent made it wrong.");
            }

            return new VerifyReport(
                [.. report.Files.Where(file => file.File.IsStored).Select(Translate)], report.Good, BytesThere(report), Stopwatch.GetElapsedTime(started));
        }
        catch (StorageException failure)
        {
            throw new FreshetException(FreshetError.Storage, $"Cannot read {failure.Message}", failure) { Code = TroubleCodes.Of(failure.Error.Kind) };
        }
    }

    /// <summary>Finds the data: under the given folder, or the given file or folder itself.</summary>
    private static StorageLocation Locate(Metainfo metainfo, string path)
    {
        PieceLayout layout = metainfo.Layout;
        string directory = path;
        if (metainfo.IsSingleFile && File.Exists(path))
        {
            directory = Path.GetDirectoryName(path)!;
            layout = Renamed(layout, _ => Path.GetFileName(path));
        }
        else if (!metainfo.IsSingleFile && Directory.Exists(path) && !Directory.Exists(Path.Combine(path, metainfo.Name)))
        {
            layout = Renamed(layout, inside => inside[(inside.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        }

        // Where the torrent's folder itself was named, its part file, which lies beside it, is out of reach.
        string? part = ReferenceEquals(layout, metainfo.Layout) || metainfo.IsSingleFile ? StorageLocation.PartFileOf(metainfo.Hashes) : null;
        return new StorageLocation(new TorrentId(0), directory, layout, metainfo.PieceHashes) { PartFile = part, Trees = PieceTrees.Of(metainfo) };
    }

    private static PieceLayout Renamed(PieceLayout layout, Func<string, string> rename)
    {
        FileEntry[] files = [.. layout.Files.Select(file => file.IsStored ? file with { Path = rename(file.Path) } : file)];
        return layout.StartsPiecesAtFiles ? PieceLayout.StartingPiecesAtFiles(files, layout.PieceLength) : new PieceLayout(files, layout.PieceLength);
    }

    private static FileVerification Translate(FileReport report) => new(
        report.File,
        report.Condition switch
        {
            FileCondition.Good => FileVerdict.Ok,
            FileCondition.Missing => FileVerdict.Missing,
            FileCondition.TooShort or FileCondition.TooLong => FileVerdict.WrongLength,
            _ => FileVerdict.Damaged,
        },
        report.Stamp.Length,
        report.Pieces - report.GoodPieces,
        report.Pieces)
    { IsWholeOnly = report.IsWholeOnly };

    private static long BytesThere(ContentReport report)
        => report.Files.Where(file => file.File.IsStored).Sum(file => Math.Clamp(file.Stamp.Length, 0, file.File.Length));
}
