using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>A storage that can tell what is in memory.</summary>
internal interface ICachedStorage : ITorrentStorage
{
    /// <summary>Reads at an offset of a file into the runs, in order, as far as that waits for nothing. Neither opens nor throws.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">The first byte's place in the file.</param>
    /// <param name="runs">At most <see cref="FileCalls.MaxVectors"/> runs.</param>
    /// <returns>The bytes read; 0 where that would wait, the file is not open, or its file system cannot tell.</returns>
    int ReadCached(FileIndex file, long offset, ReadOnlySpan<IoVector> runs);
}
