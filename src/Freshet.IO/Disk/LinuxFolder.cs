using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Disk;

/// <summary>
/// Walks from the root down, never through a link, so that nobody who swaps a folder for a link in the middle of it can lead a write out. The kernel does so in one call
/// (<c>openat2</c>) where it can; where it cannot, or something is not as it should be, <c>openat</c> goes one name at a time and tells which it is.
/// </summary>
internal sealed unsafe class LinuxFolder : Folder
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _changedFolders = [];

    public LinuxFolder(string root)
        : base(root)
    {
    }

    /// <inheritdoc/>
    public override PayloadFile? Open(string path, bool write)
    {
        Demand(path);
        int access = write ? FileCalls.ReadWrite : FileCalls.ReadOnly;
        if (TryOpenAtOnce(path, access) is { } file)
            return file;
        using var walk = new FolderWalk(this);
        return walk.TryEnter(ParentOf(path), create: false) ? OpenFile(walk.Descriptor, path, access, optional: true) : null;
    }

    /// <inheritdoc/>
    public override PayloadFile Create(string path)
    {
        Demand(path);
        LinuxFile file = TryOpenAtOnce(path, FileCalls.ReadWrite | FileCalls.Create) ?? CreateByWalk(path);

        // What has bytes was there before.
        if (file.LengthAtOpen == 0)
            Changed(ParentOf(path));
        return file;
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to)
    {
        Demand(from);
        Demand(to);
        using var source = new FolderWalk(this);
        using var target = new FolderWalk(this);
        source.TryEnter(ParentOf(from), create: true);
        target.TryEnter(ParentOf(to), create: true);
        if (StampAt(target.Descriptor, NameOf(to)) != FileStamp.Missing)
            throw InTheWay(to);
        if (FileCalls.RenameAt(source.Descriptor, NameOf(from), target.Descriptor, NameOf(to)) < 0)
            throw DiskErrors.Exception(Marshal.GetLastPInvokeError(), Describe(to));
        Changed(ParentOf(from));
        Changed(ParentOf(to));
    }

    /// <inheritdoc/>
    public override void Delete(string path)
    {
        Demand(path);
        using var walk = new FolderWalk(this);
        if (!walk.TryEnter(ParentOf(path), create: false))
            return;
        if (FileCalls.UnlinkAt(walk.Descriptor, NameOf(path), 0) == 0)
            Changed(ParentOf(path));
        else if (Marshal.GetLastPInvokeError() is int errno and not Errno.NoEntry)
            throw DiskErrors.Exception(errno, Describe(path));
    }

    /// <inheritdoc/>
    public override FileStamp[] Stamp(IReadOnlyList<FileEntry> files)
    {
        var stamps = new FileStamp[files.Count];
        using var walk = new FolderWalk(this);
        string? entered = null;
        bool there = false;
        for (int i = 0; i < stamps.Length; i++)
        {
            stamps[i] = FileStamp.Missing;
            if (!files[i].IsStored)
                continue;
            string parent = ParentOf(files[i].Path);
            if (!string.Equals(parent, entered, StringComparison.Ordinal))
            {
                Demand(files[i].Path);
                there = walk.TryEnter(parent, create: false, orBlocked: true);
                entered = parent;
            }

            if (there)
                stamps[i] = StampAt(walk.Descriptor, NameOf(files[i].Path));
        }

        return stamps;
    }

    /// <inheritdoc/>
    public override void SyncNames()
    {
        string[] changed;
        lock (_gate)
        {
            changed = [.. _changedFolders];
            _changedFolders.Clear();
        }

        for (int i = 0; i < changed.Length; i++)
        {
            try
            {
                SyncFolder(changed[i]);
            }
            catch
            {
                // What was not reached waits for the next call too.
                lock (_gate)
                    _changedFolders.UnionWith(changed[i..]);
                throw;
            }
        }
    }

    private void SyncFolder(string path)
    {
        using var walk = new FolderWalk(this);
        if (!walk.TryEnter(path, create: false))
            return;
        int descriptor = FileCalls.OpenAt(walk.Descriptor, ".", FileCalls.ReadOnly | FileCalls.Directory | FileCalls.CloseOnExec, 0);
        if (descriptor < 0)
            return;
        int result = FileCalls.Sync(descriptor);
        int errno = Marshal.GetLastPInvokeError();
        _ = FileCalls.Close(descriptor);

        // Some file systems have no such call for folders; they say "invalid".
        if (result < 0 && errno is not (Errno.Invalid or Errno.NotSupported))
            throw DiskErrors.Exception(errno, Describe(path));
    }

    private static int FolderFlags => FileCalls.PathOnly | FileCalls.Directory | FileCalls.CloseOnExec;

    // Not to block: a pipe in the file's place would wait for its other end for ever.
    private static int FileFlags => FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.CloseOnExec;

    private static string ParentOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static FileStamp StampAt(int folder, string name)
    {
        FileCalls.ExtendedStat stat;
        if (FileCalls.Stat(folder, name, FileCalls.NoFollowAtStat, FileCalls.BasicStats, &stat) < 0 || !stat.IsRegular)
            return FileStamp.Missing;
        long ticks = DateTime.UnixEpoch.Ticks + (stat.ModifiedSeconds * TimeSpan.TicksPerSecond)
            + (stat.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick);
        return new FileStamp((long)stat.Size, ticks);
    }

    private void Changed(string folder)
    {
        lock (_gate)
            _changedFolders.Add(folder);
    }

    /// <summary>The file, where its folders are there and nothing is in the way; else null, and a walk finds out what is.</summary>
    private LinuxFile? TryOpenAtOnce(string path, int access)
    {
        if (!FileCalls.HasOpenBelow)
            return null;
        int root = FileCalls.OpenAt(FileCalls.AtCurrentFolder, Root, FolderFlags, 0);
        if (root < 0)
            return null;
        int descriptor = FileCalls.OpenBelow(root, path, access | FileFlags, FileCalls.NewFileMode);
        _ = FileCalls.Close(root);
        return descriptor < 0 ? null : Plain(descriptor, path);
    }

    private LinuxFile CreateByWalk(string path)
    {
        using var walk = new FolderWalk(this);
        walk.TryEnter(ParentOf(path), create: true);
        return OpenFile(walk.Descriptor, path, FileCalls.ReadWrite | FileCalls.Create, optional: false)!;
    }

    private LinuxFile? OpenFile(int folder, string path, int access, bool optional)
    {
        int descriptor;
        while ((descriptor = FileCalls.OpenAt(folder, NameOf(path), access | FileFlags, FileCalls.NewFileMode)) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.NoEntry && optional)
                return null;
            if (errno != Errno.Interrupted)
                throw DiskErrors.Exception(errno, Describe(path));
        }

        return Plain(descriptor, path);
    }

    private LinuxFile Plain(int descriptor, string path)
    {
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        FileCalls.ExtendedStat stat;
        if (FileCalls.Stat(descriptor, "", FileCalls.EmptyPath, FileCalls.BasicStats, &stat) >= 0 && stat.IsRegular)
            return new LinuxFile(handle, Describe(path), (long)stat.Size);
        handle.Dispose();
        throw new StorageException(new DiskError(DiskErrorKind.Blocked, Describe(path), "something that is not a plain file is in the way"));
    }

    /// <summary>The folder that a walk has come to.</summary>
    private struct FolderWalk : IDisposable
    {
        private readonly LinuxFolder _folder;

        public FolderWalk(LinuxFolder folder) => _folder = folder;

        public int Descriptor { get; private set; } = -1;

        /// <summary>Goes from the root to a folder below it.</summary>
        /// <param name="path">Its names, joined with slashes; empty for the root itself.</param>
        /// <param name="create">Whether to make what is not there.</param>
        /// <param name="orBlocked">Whether something in the way counts as "not there" in place of as trouble.</param>
        public bool TryEnter(string path, bool create, bool orBlocked = false)
        {
            Leave();
            if (create)
                Directory.CreateDirectory(_folder.Root);
            Descriptor = FileCalls.OpenAt(FileCalls.AtCurrentFolder, _folder.Root, FolderFlags, 0);
            if (Descriptor < 0)
                return Failed(Marshal.GetLastPInvokeError(), _folder.Root, create, orBlocked);
            for (int start = 0; start < path.Length;)
            {
                int slash = path.IndexOf('/', start);
                int end = slash < 0 ? path.Length : slash;
                int next = Step(path[start..end], path[..Math.Max(0, start - 1)], create);
                int errno = Marshal.GetLastPInvokeError();
                Leave();
                if (next < 0)
                    return Failed(errno, _folder.Describe(path[..end]), create, orBlocked);
                Descriptor = next;
                start = end + 1;
            }

            return true;
        }

        public void Dispose() => Leave();

        private readonly int Step(string name, string parent, bool create)
        {
            int next = FileCalls.OpenAt(Descriptor, name, FolderFlags | FileCalls.NoFollow, 0);
            if (next >= 0 || !create || Marshal.GetLastPInvokeError() != Errno.NoEntry)
                return next;
            if (FileCalls.MakeFolderAt(Descriptor, name, FileCalls.NewFolderMode) < 0 && Marshal.GetLastPInvokeError() != Errno.Exists)
                return -1;
            _folder.Changed(parent);
            return FileCalls.OpenAt(Descriptor, name, FolderFlags | FileCalls.NoFollow, 0);
        }

        private static bool Failed(int errno, string path, bool create, bool orBlocked)
        {
            bool absent = errno == Errno.NoEntry || (orBlocked && errno is Errno.NotDirectory or Errno.TooManyLinks);
            return absent && !create ? false : throw DiskErrors.Exception(errno, path);
        }

        private void Leave()
        {
            if (Descriptor >= 0)
                _ = FileCalls.Close(Descriptor);
            Descriptor = -1;
        }
    }
}
