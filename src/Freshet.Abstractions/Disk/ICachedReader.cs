using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// Payload that is in memory already, for whoever must not wait for a device: a pump reads what a peer asked for straight into what it sends. Thread-safe.
/// </summary>
public interface ICachedReader
{
    /// <summary>Reads blocks that follow one another, as far as that waits for nothing.</summary>
    /// <param name="torrent">Whose data.</param>
    /// <param name="run">The bytes, within one piece: blocks of <see cref="BlockRange.BlockLength"/>, the last as long as what is left.</param>
    /// <param name="target">From the first block's first byte to the last one's last.</param>
    /// <param name="gap">Bytes of the target between two blocks, which stay as they are: room for the next one's header.</param>
    /// <returns>
    /// How many bytes of the run are there, from its start on; 0 where they are not in memory, not on disk, or the storage cannot tell. What is behind them in
    /// the target may have been written to.
    /// </returns>
    int ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap);
}
