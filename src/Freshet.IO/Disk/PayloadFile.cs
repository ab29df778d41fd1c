using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>An open file of a torrent. Safe to use from several threads at once. Trouble is thrown as <c>StorageException</c>.</summary>
internal abstract class PayloadFile : IDisposable
{
    /// <summary>The length in bytes when it was opened.</summary>
    public abstract long LengthAtOpen { get; }

    /// <summary>Writes all bytes at an offset.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Writes all runs, in order, at an offset; their values are used up.</summary>
    public abstract void Write(Span<IoVector> runs, long offset);

    /// <summary>Reads up to all bytes at an offset; less only at the file's end.</summary>
    public abstract int Read(Span<byte> bytes, long offset);

    /// <summary>Reads into all runs, in order, at an offset, as far as that waits for no device; never throws.</summary>
    /// <returns>The bytes read; 0 where it would wait or the system cannot tell.</returns>
    public virtual int ReadCached(ReadOnlySpan<IoVector> runs, long offset) => 0;

    /// <summary>Whether the byte at an offset can be read without waiting for a device; false where the system cannot tell.</summary>
    public virtual bool IsCached(long offset) => false;

    /// <summary>Lets the system begin to read bytes that are wanted soon; a hint, never throws.</summary>
    public virtual void ReadAhead(long offset, long length)
    {
    }

    /// <summary>Takes a run of bytes from the same place in another file, within the system; never throws.</summary>
    /// <returns>How many were taken, from the first on; 0 where the system cannot.</returns>
    public virtual long Take(PayloadFile source, long offset, long length, ref long shared) => 0;

    /// <summary>Brings the file's bytes and length to the device.</summary>
    public abstract void Sync();

    /// <summary>Cuts the file off, or extends it by a hole.</summary>
    public abstract void SetLength(long length);

    /// <summary>Reserves the space of the whole file; a file system that cannot gets a hole, if it has the room now.</summary>
    public abstract void Allocate(long length);

    /// <inheritdoc/>
    public abstract void Dispose();
}
