using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>
/// The folder that a torrent's files lie under. Nothing reached through it is ever outside of it: paths are relative, checked, and no
/// symbolic link below the folder is followed (THREATS P1, P2). The folder itself is the user's choice and may be reached through links.
/// Trouble is thrown as <see cref="StorageException"/>.
/// </summary>
internal abstract class Folder
{
    protected Folder(string root) => Root = root;

    /// <summary>The folder's absolute path.</summary>
    public string Root { get; }

    /// <summary>The kind of folder that fits this system.</summary>
    public static Folder At(string root) => FileCalls.IsSupported ? new LinuxFolder(root) : new PortableFolder(root);

    /// <summary>
    /// Refuses a path that could leave the folder. Names come in made safe; this is the second lock on the same door, next to the files.
    /// </summary>
    public static void Demand(string path)
    {
        bool safe = path.Length > 0 && !path.Contains('\0');
        foreach (Range part in path.AsSpan().Split('/'))
            safe &= path.AsSpan()[part] is not ("" or "." or "..");
        if (OperatingSystem.IsWindows())
            safe &= path.AsSpan().IndexOfAny('\\', ':') < 0;
        if (!safe)
            throw new StorageException(new DiskError(DiskErrorKind.Blocked, path, "the path could lead out of the download's folder"));
    }

    /// <summary>Opens a file that is there, or answers null. Others may read it meanwhile.</summary>
    public abstract PayloadFile? Open(string path, bool write);

    /// <summary>Opens a file for writing and makes it, with its folders, where it is not there.</summary>
    public abstract PayloadFile Create(string path);

    /// <summary>Gives a file of the folder another place in it, where nothing is yet; makes folders on the way.</summary>
    public abstract void Rename(string from, string to);

    /// <summary>Deletes a file, if it is there.</summary>
    public abstract void Delete(string path);

    /// <summary>How each stored file looks, by index.</summary>
    public abstract FileStamp[] Stamp(IReadOnlyList<FileEntry> files);

    /// <summary>Brings the names of files and folders made since the last call to the device, where the system has a way.</summary>
    public abstract void SyncNames();

    /// <summary>Where a file was to go there is one already.</summary>
    protected StorageException InTheWay(string path)
        => new(new DiskError(DiskErrorKind.Blocked, Describe(path), "a file came to be where another was to go; move it away"));

    /// <summary>The path of a file for a message.</summary>
    public string Describe(string path) => Path.Combine(Root, path);
}
