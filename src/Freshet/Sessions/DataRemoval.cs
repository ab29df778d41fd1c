using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>
/// Deletes a torrent's own files, what is kept of those that were not wanted, and the folders that are empty then. Foreign files stay; a link that stands where a folder or file of ours should be is never
/// followed out (THREATS P2, P8).
/// </summary>
internal static class DataRemoval
{
    /// <summary>Deletes what is the torrent's.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that its files lie under.</param>
    /// <param name="except">Paths of files that stay; null: none does.</param>
    /// <exception cref="FreshetException">Files are left that cannot be deleted; the first of them is named.</exception>
    public static void Delete(Metainfo metainfo, string directory, IReadOnlySet<string>? except = null)
    {
        Exception? first = null;
        var folders = new HashSet<string>(StringComparer.Ordinal);
        string part = StorageLocation.PartFileOf(metainfo.Hashes);
        foreach (string name in metainfo.Layout.Files.Where(file => file.IsStored && except?.Contains(file.Path) != true).Select(file => file.Path).Append(part).Append(part + ".new"))
        {
            string path = Path.Combine(directory, name.Replace('/', Path.DirectorySeparatorChar));
            try
            {
                if (!LeadsThroughLink(directory, path))
                {
                    File.Delete(path);
                    for (string? folder = Path.GetDirectoryName(path); folder is not null && folder.Length > directory.Length; folder = Path.GetDirectoryName(folder))
                        folders.Add(folder);
                }
            }
            catch (DirectoryNotFoundException)
            {
                // Nothing there, nothing to delete.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                first ??= error;
            }
        }

        foreach (string folder in folders.OrderByDescending(folder => folder.Length))
        {
            try
            {
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                    Directory.Delete(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                first ??= error;
            }
        }

        if (first is not null)
            throw new FreshetException(FreshetError.Storage, $"Not all of {PlainText.Of(metainfo.Name)} could be deleted: {first.Message}", first);
    }

    /// <summary>Whether a folder between a torrent's folder and one of its files is a link.</summary>
    public static bool LeadsThroughLink(string directory, string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null && folder.Length > directory.Length; folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
                return true;
        }

        return false;
    }
}
