using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>
/// Reads a storage and holds the file that was read last, so that reading a long file in small parts costs a system call each and no look-up, which all threads would
/// meet at. One thread has it.
/// </summary>
internal sealed class FileHolder(ITorrentStorage storage) : IDisposable
{
    private HeldFile? _held;
    private FileIndex _index;

    /// <summary><see cref="ITorrentStorage.Read"/>.</summary>
    public int Read(FileIndex file, long offset, Span<byte> bytes) => Hold(file)?.Read(bytes, offset) ?? storage.Read(file, offset, bytes);

    /// <summary>Whether a byte can be read without waiting for a device; false where nobody can tell.</summary>
    public bool IsCached(FileIndex file, long offset) => Hold(file)?.IsCached(offset) ?? false;

    /// <summary>Lets the system begin to read bytes that are wanted soon.</summary>
    public void ReadAhead(FileIndex file, long offset, long length) => Hold(file)?.ReadAhead(offset, length);

    /// <summary>Gives the file back.</summary>
    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }

    private PayloadFile? Hold(FileIndex file)
    {
        if (_held is { } held && _index == file)
            return held.File;
        Dispose();
        _held = (storage as IHoldableStorage)?.Hold(file);
        _index = file;
        return _held?.File;
    }
}
