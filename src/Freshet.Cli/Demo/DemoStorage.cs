using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Cli.Demo;

/// <summary>A disk that holds the demo's content without holding it, and may be a bad one.</summary>
/// <param name="content">What is read from it.</param>
/// <param name="corruptsEvery">One block in this many is read with a wrong byte; 0: none.</param>
internal sealed class DemoStorage(DemoContent content, int corruptsEvery) : IStorage, ITorrentStorage
{
    public ITorrentStorage Open(StorageLocation location) => this;

    public void Prepare(IReadOnlyList<bool>? wanted, bool allocate)
    {
        // All is there.
    }

    public void Write(FileIndex file, long offset, ReadOnlySpan<byte> bytes)
        => throw new StorageException(new DiskError(DiskErrorKind.Denied, DemoContent.Name, "a seeder of the demo keeps nothing"));

    public int Read(FileIndex file, long offset, Span<byte> bytes)
    {
        int length = (int)Math.Clamp(content.Length - offset, 0, bytes.Length);
        content.Read(offset, bytes[..length]);
        if (corruptsEvery > 0)
            Corrupt(offset, bytes[..length]);
        return length;
    }

    public void Sync()
    {
        // Nothing was written.
    }

    public FileStamp[] Stamp() => [new FileStamp(content.Length, 0)];

    public void Dispose()
    {
        // Nothing is held.
    }

    /// <summary>Turns the first byte of each bad block that begins in a run.</summary>
    private void Corrupt(long offset, Span<byte> bytes)
    {
        long block = (offset + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        for (long at = (block * BlockRange.BlockLength) - offset; at < bytes.Length; at += BlockRange.BlockLength, block++)
        {
            if (block % corruptsEvery == 0)
                bytes[(int)at] ^= 0xFF;
        }
    }
}
