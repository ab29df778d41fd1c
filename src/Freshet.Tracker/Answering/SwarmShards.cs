using Freshet.Core;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Answering;

/// <summary>
/// The store in parts, each under its own lock, so that several threads answer at once and the look through one part holds nobody up for long. Which part a
/// torrent is in depends on a secret: nobody can fill a single one.
/// </summary>
internal sealed class SwarmShards
{
    private const int Most = 16;

    // Below this many torrents parts would be too unequal.
    private const int FewTorrents = 4096;

    private readonly Shard[] _shards;
    private readonly InfoHashComparer _hashes;

    public SwarmShards(SwarmLimits limits, SeededRandom random)
    {
        int count = limits.MaxTorrents < FewTorrents || limits.MaxPeers < FewTorrents ? 1 : Most;
        SwarmLimits part = limits with { MaxTorrents = limits.MaxTorrents / count, MaxPeers = limits.MaxPeers / count };
        _shards = [.. Enumerable.Range(0, count).Select(_ => new Shard(new SwarmStore(part, new SeededRandom(random.NextUInt64()))))];
        _hashes = new InfoHashComparer(new SipHash(random.NextUInt64(), random.NextUInt64()));
    }

    public IReadOnlyList<Shard> All => _shards;

    public Shard For(InfoHash hash) => _shards.Length == 1 ? _shards[0] : _shards[_hashes.GetHashCode(hash) & (_shards.Length - 1)];

    /// <summary>A part: take <see cref="Gate"/> before touching <see cref="Store"/>.</summary>
    internal sealed class Shard(SwarmStore store)
    {
        public Lock Gate { get; } = new();

        public SwarmStore Store { get; } = store;
    }
}
