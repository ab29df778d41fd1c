using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>A storage that writes several runs of memory with one call.</summary>
internal interface IGatheringStorage : ITorrentStorage
{
    /// <summary>Writes the runs, in order, at an offset of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">The first byte's place in the file.</param>
    /// <param name="runs">At most <see cref="FileCalls.MaxVectors"/> runs; their values are used up.</param>
    void Write(FileIndex file, long offset, Span<IoVector> runs);
}
