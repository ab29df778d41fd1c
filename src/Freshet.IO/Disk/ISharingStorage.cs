using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>A storage that can take bytes of other files over within the system, without reading them.</summary>
internal interface ISharingStorage : ITorrentStorage
{
    /// <summary>Takes a run of bytes from another file, to the same place.</summary>
    /// <param name="file">The file that gets them.</param>
    /// <param name="source">The open file that has them.</param>
    /// <param name="offset">The first byte, in both.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="shared">Counts bytes that take no space of their own.</param>
    /// <returns>How many were taken, from the first on; whoever asks reads and writes the others.</returns>
    long Take(FileIndex file, PayloadFile source, long offset, long length, ref long shared);
}
