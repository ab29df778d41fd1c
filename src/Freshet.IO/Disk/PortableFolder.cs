using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Disk;

/// <summary>
/// A folder through .NET's calls. Every part of a path is looked at before a file is opened, and a link or junction refused. Between look
/// and use another program of the same user could still put a link there; only the walk of <see cref="LinuxFolder"/> closes that gap.
/// </summary>
internal sealed class PortableFolder : Folder
{
    public PortableFolder(string root)
        : base(root)
    {
    }

    /// <inheritdoc/>
    public override PayloadFile? Open(string path, bool write)
    {
        Demand(path);
        try
        {
            DemandNoLinks(path);
            FileShare share = FileShare.Read | FileShare.Delete | (write ? FileShare.None : FileShare.Write);
            return Wrap(path, File.OpenHandle(Describe(path), FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, share));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(path, exception);
        }
    }

    /// <inheritdoc/>
    public override PayloadFile Create(string path)
    {
        Demand(path);
        try
        {
            DemandNoLinks(path);
            Directory.CreateDirectory(Path.GetDirectoryName(Describe(path))!);
            const FileShare Share = FileShare.Read | FileShare.Delete;
            return Wrap(path, File.OpenHandle(Describe(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, Share));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(path, exception);
        }
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to)
    {
        Demand(from);
        Demand(to);
        try
        {
            DemandNoLinks(from);
            DemandNoLinks(to);
            Directory.CreateDirectory(Path.GetDirectoryName(Describe(to))!);
            if (File.Exists(Describe(to)))
                throw InTheWay(to);
            File.Move(Describe(from), Describe(to));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(to, exception);
        }
    }

    /// <inheritdoc/>
    public override void Delete(string path)
    {
        Demand(path);
        try
        {
            DemandNoLinks(path);
            File.Delete(Describe(path));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing there, nothing to delete.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(path, exception);
        }
    }

    /// <inheritdoc/>
    public override FileStamp[] Stamp(IReadOnlyList<FileEntry> files)
    {
        var stamps = new FileStamp[files.Count];
        for (int i = 0; i < stamps.Length; i++)
        {
            stamps[i] = FileStamp.Missing;
            if (!files[i].IsStored)
                continue;
            Demand(files[i].Path);
            var info = new FileInfo(Describe(files[i].Path));
            if (FirstLink(files[i].Path) is null && info.Exists)
                stamps[i] = new FileStamp(info.Length, info.LastWriteTimeUtc.Ticks);
        }

        return stamps;
    }

    /// <inheritdoc/>
    public override void SyncNames()
    {
        // Windows and macOS journal names by themselves and offer no call for a folder.
    }

    private static PortableFile Wrap(string path, SafeFileHandle handle)
    {
        try
        {
            return new PortableFile(handle, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private string? FirstLink(string path)
    {
        for (int end = path.IndexOf('/'); ; end = path.IndexOf('/', end + 1))
        {
            string part = Describe(end < 0 ? path : path[..end]);
            var info = new FileInfo(part);

            // Attributes of what is not there are -1: every bit set.
            if ((int)info.Attributes != -1 && (info.Attributes & FileAttributes.ReparsePoint) != 0)
                return part;
            if (end < 0)
                return null;
        }
    }

    private void DemandNoLinks(string path)
    {
        if (FirstLink(path) is { } link)
            throw new StorageException(new DiskError(DiskErrorKind.Blocked, link, "a symbolic link is in the way; links inside a download are not followed"));
    }

    private StorageException Trouble(string path, Exception exception)
    {
        // A folder where a file should be is "access denied" to .NET.
        if (Directory.Exists(Describe(path)))
            return new StorageException(new DiskError(DiskErrorKind.Blocked, Describe(path), "a folder is in the way where a file should be"));
        return new StorageException(DiskErrors.FromException(exception, Describe(path)));
    }
}
