using Freshet.Abstractions;
using Freshet.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Disk;

/// <summary>An open file through .NET's calls, for systems that <see cref="LinuxFile"/> does not know.</summary>
internal sealed unsafe class PortableFile : PayloadFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    /// <summary>Takes an open handle over.</summary>
    public PortableFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
        LengthAtOpen = RandomAccess.GetLength(handle);
    }

    /// <inheritdoc/>
    public override long LengthAtOpen { get; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(exception);
        }
    }

    /// <inheritdoc/>
    public override void Write(Span<IoVector> runs, long offset)
    {
        foreach (IoVector run in runs)
        {
            Write(new ReadOnlySpan<byte>((void*)run.Base, (int)run.Length), offset);
            offset += (long)run.Length;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> bytes, long offset)
    {
        try
        {
            int done = 0;
            while (done < bytes.Length)
            {
                int read = RandomAccess.Read(_handle, bytes[done..], offset + done);
                if (read == 0)
                    break;
                done += read;
            }

            return done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(exception);
        }
    }

    /// <inheritdoc/>
    public override void Sync()
    {
        int error = FileSync.Sync(_handle);
        if (error == 0)
            return;
        throw OperatingSystem.IsWindows()
            ? Trouble(new IOException($"flushing failed (Windows error {error})", unchecked((int)0x80070000) | error))
            : DiskErrors.Exception(error, _path);
    }

    /// <inheritdoc/>
    public override void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Trouble(exception);
        }
    }

    /// <inheritdoc/>
    public override void Allocate(long length)
    {
        // NTFS reserves what the length says; where that is not so, at least a full disk is seen before the first write.
        FreeSpace.Demand(_path, length - LengthAtOpen);
        if (LengthAtOpen < length)
            SetLength(length);
    }

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();

    private StorageException Trouble(Exception exception) => new(DiskErrors.FromException(exception, _path));
}
