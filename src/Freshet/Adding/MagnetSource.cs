using Freshet.Core;

namespace Freshet;

internal sealed class MagnetSource(MagnetLink link) : TorrentSource
{
    public override string Description => DisplayText.Safe(link.DisplayName, LongestName);

    public override MagnetLink? Magnet => link;

    // More is not worth a message's space.
    private const int LongestName = 200;

    public override Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default)
        => Task.FromException<ReadOnlyMemory<byte>>(new FreshetException(
            FreshetError.SourceUnreadable, $"{Description} is known by a magnet link or info-hash alone: only its peers have the torrent file. Fetch it with: freshet magnet resolve LINK -o FILE")
        {
            Code = TroubleCodes.MetadataUnknown,
        });
}
