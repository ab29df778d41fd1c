using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Who asked <see cref="TorrentStorage.TryRead"/> for bytes.</summary>
public interface IBlockRequester
{
    /// <summary>The bytes are in <paramref name="lease"/>, whose owner is the requester from here on; without bytes it is empty.</summary>
    /// <param name="range">What was asked for.</param>
    /// <param name="lease">The bytes from its start, or none.</param>
    /// <param name="error">Why there are none; null also where the torrent was stopped.</param>
    /// <param name="now">The time.</param>
    void BlockRead(BlockRange range, BufferLease lease, DiskError? error, MonoTime now);
}
