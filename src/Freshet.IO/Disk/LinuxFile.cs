using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Disk;

/// <summary>An open file through the system's own calls: one call an operation, and every error number seen.</summary>
internal sealed unsafe class LinuxFile : PayloadFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private CachedReading _cachedReading;

    /// <summary>Takes an open descriptor over.</summary>
    /// <param name="handle">The descriptor; closed by <see cref="Dispose"/>.</param>
    /// <param name="path">The full path, for messages.</param>
    /// <param name="length">The length now.</param>
    public LinuxFile(SafeFileHandle handle, string path, long length)
    {
        _handle = handle;
        _path = path;
        LengthAtOpen = length;
    }

    private enum CachedReading : byte
    {
        /// <summary>By calls that refuse to wait.</summary>
        Refusing,

        /// <summary>By plain calls: the file system has no device.</summary>
        Plain,

        /// <summary>Not at all: nobody can say whether a call would wait.</summary>
        Impossible,
    }

    /// <inheritdoc/>
    public override long LengthAtOpen { get; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* first = bytes)
        {
            for (int done = 0; done < bytes.Length;)
                done += (int)Progress(FileCalls.Write(_handle, first + done, (nuint)(bytes.Length - done), offset + done));
        }
    }

    /// <inheritdoc/>
    public override void Write(Span<IoVector> runs, long offset)
    {
        fixed (IoVector* first = runs)
        {
            for (int at = 0; at < runs.Length;)
            {
                nint written = Progress(FileCalls.Write(_handle, first + at, runs.Length - at, offset));
                offset += written;

                // A short write may end inside a run: go on from there.
                while (at < runs.Length && (nuint)written >= runs[at].Length)
                    written -= (nint)runs[at++].Length;
                if (at < runs.Length)
                    runs[at] = new IoVector(runs[at].Base + written, runs[at].Length - (nuint)written);
            }
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> bytes, long offset)
    {
        fixed (byte* first = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint read = FileCalls.Read(_handle, first + done, (nuint)(bytes.Length - done), offset + done);
                if (read == 0)
                    break;
                if (read > 0)
                    done += (int)read;
                else
                    ThrowUnlessInterrupted();
            }

            return done;
        }
    }

    /// <inheritdoc/>
    public override int ReadCached(ReadOnlySpan<IoVector> runs, long offset)
    {
        if (_cachedReading == CachedReading.Impossible || !FileCalls.HasReadWithFlags)
            return 0;
        fixed (IoVector* first = runs)
        {
            nint read = FileCalls.Read(_handle, first, runs.Length, offset, _cachedReading == CachedReading.Plain ? 0 : FileCalls.ReadNoWait);
            if (read < 0 && Marshal.GetLastPInvokeError() is Errno.NotSupported or Errno.NotImplemented or Errno.Invalid)
            {
                // The same for every file of the file system, but the question is asked once a file only.
                _cachedReading = IsInMemory() ? CachedReading.Plain : CachedReading.Impossible;
                return _cachedReading == CachedReading.Plain ? ReadCached(runs, offset) : 0;
            }

            // Whatever else is wrong, the worker who reads next says what.
            return (int)Math.Max(0, read);
        }
    }

    /// <inheritdoc/>
    public override bool IsCached(long offset)
    {
        byte probe;
        return ReadCached([new IoVector((nint)(&probe), 1)], offset) == 1;
    }

    /// <inheritdoc/>
    public override void ReadAhead(long offset, long length) => _ = FileCalls.Advise(_handle, offset, length, FileCalls.AdviseWillNeed);

    /// <inheritdoc/>
    public override long Take(PayloadFile source, long offset, long length, ref long shared)
        => source is LinuxFile file ? KernelCopy.Bring(file._handle, _handle, offset, length, ref shared) : 0;

    /// <inheritdoc/>
    public override void Sync()
    {
        while (FileCalls.DataSync(_handle) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.Interrupted)
                continue;

            // The kernel takes the pages that it could not write for clean from now on. Out of the cache with them: who checks the file
            // must see what the device has.
            _ = FileCalls.Advise(_handle, 0, 0, FileCalls.AdviseNotNeeded);
            throw DiskErrors.Exception(errno, _path);
        }
    }

    /// <inheritdoc/>
    public override void SetLength(long length)
    {
        while (FileCalls.SetLength(_handle, length) < 0)
            ThrowUnlessInterrupted();
    }

    /// <inheritdoc/>
    public override void Allocate(long length)
    {
        while (FileCalls.Allocate(_handle, 0, 0, length) < 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.NotSupported or Errno.NotImplemented)
            {
                FreeSpace.Demand(_path, length - LengthAtOpen);
                if (LengthAtOpen < length)
                    SetLength(length);
                return;
            }

            ThrowUnlessInterrupted();
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();

    private bool IsInMemory()
    {
        FileCalls.FileSystem system;
        return FileCalls.GetFileSystem(_handle, &system) == 0 && system.Type is FileCalls.TemporaryFileSystem or FileCalls.RamFileSystem;
    }

    private nint Progress(nint written)
    {
        if (written > 0)
            return written;
        if (written == 0)
            throw new StorageException(new DiskError(DiskErrorKind.Device, _path, "the system took no bytes and gave no reason"));
        ThrowUnlessInterrupted();
        return 0;
    }

    private void ThrowUnlessInterrupted()
    {
        int errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.Interrupted)
            throw DiskErrors.Exception(errno, _path);
    }
}
