using Freshet.Core;
using Freshet.Sessions;

namespace Freshet.Feeds;

/// <summary>
/// The folder that follows a feed. A version comes in beside the one that is there, in a folder of its own, and takes its place when it is whole; until then nothing of the one
/// before is touched. What is not the feed's stays as it is. All calls block.
/// </summary>
/// <param name="directory">The folder; absolute.</param>
/// <param name="target">Where the feed's item is kept: it tells apart the feeds of one folder.</param>
internal sealed class FeedFolder(string directory, InfoHash target)
{
    // Enough digits that two feeds of one folder never meet.
    private const int Digits = 16;

    /// <summary>The folder itself.</summary>
    public string Directory => directory;

    /// <summary>Where a version comes in.</summary>
    public string Staging { get; } = Path.Combine(directory, ".freshet-feed-" + target.ToString()[..Digits]);

    /// <summary>
    /// Puts copies of what is here in the places where the version that comes has its files: those of the same path, or of the same content by the v2 side of both. They are
    /// believed by nobody: the version's hashes say what of them is of use. Where the file system can, a copy takes no space.
    /// </summary>
    /// <param name="coming">The version that comes.</param>
    /// <param name="present">The version that is here; null: none that is known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">The files cannot be read or written.</exception>
    public void Prepare(Metainfo coming, Metainfo? present, CancellationToken cancellationToken)
    {
        Guarded(() =>
        {
            if (new DirectoryInfo(Staging).LinkTarget is not null)
                throw new IOException($"{Staging} is a link");
            System.IO.Directory.CreateDirectory(Staging);
            var byRoot = new Dictionary<Sha256Hash, string>();
            foreach (FileEntry file in present?.Layout.Files ?? [])
            {
                if (file is { IsStored: true, PiecesRoot: { } root })
                    byRoot.TryAdd(root, file.Path);
            }

            foreach (FileEntry file in coming.Layout.Files.Where(static file => file is { IsStored: true, Length: > 0 }))
            {
                cancellationToken.ThrowIfCancellationRequested();
                string copy = At(Staging, file.Path);
                if (Path.Exists(copy) || DataRemoval.LeadsThroughLink(Staging, copy))
                    continue;
                string? moved = file.PiecesRoot is { } root && byRoot.TryGetValue(root, out string? path) ? path : null;
                if (!TryCopy(moved, copy, file.Length))
                    TryCopy(file.Path, copy, file.Length);
            }
        });
    }

    /// <summary>Makes sure that the version that came can take its place.</summary>
    /// <param name="come">The version that came, whole.</param>
    /// <param name="present">The version that is here; null: none that is known.</param>
    /// <param name="overwrite">Whether files are written over that are not the feed's.</param>
    /// <exception cref="FreshetException">Files that are not the feed's are in the way (<see cref="FreshetError.Conflict"/>), or links.</exception>
    public void DemandPlace(Metainfo come, Metainfo? present, bool overwrite) => Guarded(() =>
    {
        HashSet<string> before = present is null ? [] : [.. FilesOf(present)];
        foreach (string file in FilesOf(come))
        {
            string place = At(directory, file);
            if (DataRemoval.LeadsThroughLink(directory, place))
                throw new IOException($"a folder on the way to {place} is a link");
            if (!overwrite && !before.Contains(file) && File.Exists(place) && !IsSame(place, At(Staging, file)))
            {
                throw new FreshetException(
                    FreshetError.Conflict, $"{PlainText.Of(place)} is there and not the feed's, so the new version waits. Move it away, or allow it to be written over.")
                {
                    Code = TroubleCodes.FileExists,
                };
            }
        }
    });

    /// <summary>Puts the version that came in the place of the one that is here. After a crash in the midst of it the version comes again, out of what it has moved already.</summary>
    /// <param name="come">The version that came, whole.</param>
    /// <param name="present">The version that is here; null: none that is known.</param>
    /// <exception cref="FreshetException">Files cannot be written.</exception>
    public void Switch(Metainfo come, Metainfo? present) => Guarded(() =>
    {
        string[] files = [.. FilesOf(come)];

        // First what has no place in the new version: a file may have to make way for a folder of its name.
        if (present is not null)
            DataRemoval.Delete(present, directory, files.ToHashSet(StringComparer.Ordinal));
        foreach (string file in files)
        {
            string place = At(directory, file);
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(At(Staging, file), place, overwrite: true);
        }

        System.IO.Directory.Delete(Staging, recursive: true);
    });

    private static IEnumerable<string> FilesOf(Metainfo torrent) => torrent.Layout.Files.Where(static file => file.IsStored).Select(static file => file.Path);

    private static string At(string folder, string path) => Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));

    private bool TryCopy(string? path, string copy, long length)
    {
        if (path is null)
            return false;
        var source = new FileInfo(At(directory, path));
        if (!source.Exists || source.LinkTarget is not null || source.Length == 0 || DataRemoval.LeadsThroughLink(directory, source.FullName))
            return false;
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(source.FullName, copy);
        File.SetAttributes(copy, FileAttributes.Normal);
        if (source.Length > length)
        {
            using var file = new FileStream(copy, FileMode.Open, FileAccess.Write);
            file.SetLength(length);
        }

        return true;
    }

    private static bool IsSame(string a, string b)
    {
        if (new FileInfo(a) is not { Exists: true, LinkTarget: null } one || new FileInfo(b) is not { Exists: true } other || one.Length != other.Length)
            return false;
        using FileStream left = one.OpenRead();
        using FileStream right = other.OpenRead();
        byte[] x = new byte[64 * 1024], y = new byte[x.Length];
        while (true)
        {
            int read = left.ReadAtLeast(x, x.Length, throwOnEndOfStream: false);
            if (read != right.ReadAtLeast(y, y.Length, throwOnEndOfStream: false) || !x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, read)))
                return false;
            if (read == 0)
                return true;
        }
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FreshetException(FreshetError.Storage, $"The feed's files in {PlainText.Of(directory)} cannot be changed: {error.Message}", error);
        }
    }
}
