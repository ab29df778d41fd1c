using Freshet.Abstractions;

namespace Freshet.IO.Loop;

/// <summary>
/// The disk and hash workers as the loop sees them. The loop makes all calls from its own thread; each job handed over comes back once through the
/// callback of <see cref="Start"/>, from any thread, whatever became of it. What is in memory already pumps read past the workers, from their own threads.
/// </summary>
public interface IDiskQueue : ICachedReader
{
    /// <summary>Says where finished jobs go. Called once, before anything else.</summary>
    void Start(Action<DiskJob> completed);

    /// <summary>Says where a torrent's data is, before its first job.</summary>
    void OpenStorage(StorageLocation location);

    /// <summary>Hands a job to the workers; never blocks.</summary>
    void Submit(DiskJob job);
}
