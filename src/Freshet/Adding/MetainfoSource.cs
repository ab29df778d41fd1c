using Freshet.Core;

namespace Freshet;

internal sealed class MetainfoSource(Metainfo metainfo) : TorrentSource
{
    public override string Description => metainfo.Name;

    /// <summary>The smallest torrent file around the same info dictionary.</summary>
    public override Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default)
    {
        byte[] bytes = [.. "d4:info"u8, .. metainfo.InfoBytes.Span, .. "e"u8];
        return Task.FromResult<ReadOnlyMemory<byte>>(bytes);
    }

    public override Task<Metainfo> LoadAsync(CancellationToken cancellationToken = default) => Task.FromResult(metainfo);
}
