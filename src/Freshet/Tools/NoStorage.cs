using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet;

/// <summary>Disk and state of a loop that only speaks to trackers: nothing is ever handed to them.</summary>
internal sealed class NoStorage : IDiskQueue, IStateQueue
{
    public static NoStorage Instance { get; } = new();

    void IDiskQueue.Start(Action<DiskJob> completed)
    {
        // Nothing will ever complete.
    }

    void IDiskQueue.OpenStorage(StorageLocation location) => throw new InvalidOperationException("There is no storage here.");

    void IDiskQueue.Submit(DiskJob job) => throw new InvalidOperationException("There is no storage here.");

    int ICachedReader.ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap) => 0;

    void IStateQueue.Start(Action<long, string?> saved)
    {
        // Nothing will ever be saved.
    }

    void IStateQueue.Save(ResumeRecord record, long ticket) => throw new InvalidOperationException("There is no state here.");

    void IStateQueue.Hurry()
    {
        // Nothing waits.
    }
}
