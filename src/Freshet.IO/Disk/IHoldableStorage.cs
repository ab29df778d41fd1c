using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>A storage whose files can be held open over many reads.</summary>
internal interface IHoldableStorage : ITorrentStorage
{
    /// <summary>Opens a file and holds it, until it is given back, before the storage is closed.</summary>
    /// <returns>Null where there is no file, or its bytes lie elsewhere: the storage is asked for each run of them.</returns>
    HeldFile? Hold(FileIndex file);
}

/// <summary>A file that is held open.</summary>
/// <param name="Cache">Whom to give it back to.</param>
/// <param name="Entry">Its place there.</param>
internal readonly record struct HeldFile(FileHandleCache Cache, FileHandleCache.Entry Entry) : IDisposable
{
    /// <summary>The open file.</summary>
    public PayloadFile File => Entry.File!;

    /// <summary>Gives it back.</summary>
    public void Dispose() => Cache.Release(Entry);
}
