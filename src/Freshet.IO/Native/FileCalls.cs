using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Native;

/// <summary>One run of memory of a gathered write: the kernel's <c>struct iovec</c>.</summary>
/// <param name="Base">The first byte.</param>
/// <param name="Length">The number of bytes.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct IoVector(nint Base, nuint Length);

/// <summary>
/// The file calls of libc that .NET has no way to make, or whose failure it swallows (fsync, see <see cref="FileSync"/>). 64-bit Linux on
/// x64 and arm64 only: flags and layouts are those of these two (<see cref="IsSupported"/>).
/// </summary>
internal static unsafe partial class FileCalls
{
    /// <summary>The most runs of memory that one gathered write takes.</summary>
    public const int MaxVectors = 1024;

    /// <summary>"The current folder" in place of a descriptor.</summary>
    public const int AtCurrentFolder = -100;

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    /// <summary>A folder to walk through: needs no right to list it.</summary>
    public const int PathOnly = 0x200000;

    /// <summary>rw-rw-rw-, cut down by the user's umask.</summary>
    public const uint NewFileMode = 0x1B6;

    /// <summary>rwxrwxrwx, cut down by the user's umask.</summary>
    public const uint NewFolderMode = 0x1FF;

    public const int NoFollowAtStat = 0x100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7FF;
    public const int AdviseWillNeed = 3;
    public const int AdviseNotNeeded = 4;

    /// <summary>RWF_NOWAIT: read what is in the page cache, and fail rather than wait for a device.</summary>
    public const int ReadNoWait = 8;

    /// <summary>FICLONERANGE: _IOW(0x94, 13, struct file_clone_range), the same on both architectures.</summary>
    public const nuint CloneRangeRequest = 0x4020940D;

    /// <summary>What <see cref="FileSystem.Type"/> says of tmpfs and ramfs, which have no device to wait for.</summary>
    public const long TemporaryFileSystem = 0x01021994;
    public const long RamFileSystem = 0x858458F6;

    private const nint OpenAt2 = 437;
    private const ulong ResolveNoLinks = 4;
    private const ulong ResolveBeneath = 8;

    private const string LibC = "libc";

    /// <summary>Whether this process may use these calls.</summary>
    public static bool IsSupported { get; }
        = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is (Architecture.X64 or Architecture.Arm64);

    /// <summary>Whether this C library has <c>preadv2</c>: glibc since 2.26, musl since 1.2.5.</summary>
    public static bool HasReadWithFlags { get; }
        = IsSupported && NativeLibrary.TryLoad(LibC, typeof(FileCalls).Assembly, null, out nint library) && NativeLibrary.TryGetExport(library, "preadv2", out _);

    /// <summary>Whether this C library has <c>copy_file_range</c>: glibc since 2.27, musl since 1.1.20.</summary>
    public static bool HasCopyRange { get; }
        = IsSupported && NativeLibrary.TryLoad(LibC, typeof(FileCalls).Assembly, null, out nint copyLibrary) && NativeLibrary.TryGetExport(copyLibrary, "copy_file_range", out _);

    /// <summary>Whether the kernel has <c>openat2</c> (Linux 5.6) and whoever confines this process allows it.</summary>
    public static bool HasOpenBelow { get; } = IsSupported && CanOpenBelow();

    // The two flags that differ between the two architectures.
    public static int Directory => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public static int NoFollow => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(LibC, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string name, int flags, uint mode);

    /// <summary>Opens what lies at a path of several names below a folder: never out of it, and through no link on the way or at its end.</summary>
    public static int OpenBelow(int folder, string path, int flags, uint mode)
    {
        // The kernel refuses a mode where nothing can be made.
        var how = new OpenHow { Flags = (ulong)flags, Mode = (flags & Create) != 0 ? mode : 0, Resolve = ResolveNoLinks | ResolveBeneath };
        return (int)SystemCall(OpenAt2, folder, path, &how, (nuint)sizeof(OpenHow));
    }

    [LibraryImport(LibC, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(int folder, string name, uint mode);

    [LibraryImport(LibC, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromFolder, string from, int toFolder, string to);

    [LibraryImport(LibC, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(int folder, string name, int flags);

    [LibraryImport(LibC, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(LibC, EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport(LibC, EntryPoint = "preadv2", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(LibC, EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int GetFileSystem(SafeFileHandle file, FileSystem* system);

    [LibraryImport(LibC, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport(LibC, EntryPoint = "pwritev", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, IoVector* vectors, int count, long offset);

    [LibraryImport(LibC, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int DataSync(SafeFileHandle file);

    [LibraryImport(LibC, EntryPoint = "posix_fadvise")]
    public static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport(LibC, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport(LibC, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(SafeFileHandle file, long length);

    [LibraryImport(LibC, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    /// <summary>FICLONERANGE: lets a range of one file share what another stores. The whole blocks of the file system, and both files on it.</summary>
    [LibraryImport(LibC, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int CloneRange(SafeFileHandle target, nuint request, CloneRangeOrder* order);

    /// <summary>Copies within the kernel; see <see cref="HasCopyRange"/>.</summary>
    [LibraryImport(LibC, EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyRange(SafeFileHandle source, long* sourceOffset, SafeFileHandle target, long* targetOffset, nuint length, uint flags);

    [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(int folder, string name, int flags, uint mask, ExtendedStat* stat);

    [LibraryImport(LibC, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ulong* softAndHard);

    // The C library has no function of its own for this one; the number is the same on both architectures.
    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, nint folder, string path, OpenHow* how, nuint size);

    private static bool CanOpenBelow()
    {
        int descriptor = OpenBelow(AtCurrentFolder, ".", PathOnly | CloseOnExec, 0);
        if (descriptor >= 0)
            _ = Close(descriptor);
        return descriptor >= 0;
    }

    /// <summary>The kernel's <c>struct open_how</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>The kernel's <c>struct file_clone_range</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CloneRangeOrder
    {
        public long Source;
        public ulong SourceOffset;
        public ulong Length;
        public ulong TargetOffset;
    }

    /// <summary>The kernel's <c>struct statfs</c> (120 bytes), of which the first field is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileSystem
    {
        [FieldOffset(0)]
        public long Type;
    }

    /// <summary>The kernel's <c>struct statx</c>, the same on every architecture; the fields that are read here have names.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct ExtendedStat
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        /// <summary>Whether it is a plain file: no folder, link, device or pipe.</summary>
        public readonly bool IsRegular => (Mode & 0xF000) == 0x8000;
    }
}
