using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Who asked <see cref="TorrentStorage.Read"/> for bytes.</summary>
public interface IBlockRequester
{
    /// <summary>The bytes are in <paramref name="leases"/>, whose owner is the requester from here on; without bytes there are none.</summary>
    /// <param name="run">What was read, or was to be.</param>
    /// <param name="leases">Its blocks: each full but the last.</param>
    /// <param name="error">Why there are none; null also where the torrent was stopped.</param>
    /// <param name="now">The time.</param>
    void BlocksRead(BlockRange run, ReadOnlySpan<BufferLease> leases, DiskError? error, MonoTime now);
}
