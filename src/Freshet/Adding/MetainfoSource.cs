using Freshet.Core;

namespace Freshet;

internal sealed class MetainfoSource(Metainfo metainfo) : TorrentSource
{
    public override string Description => metainfo.Name;

    public override Task<Metainfo> LoadAsync(CancellationToken cancellationToken = default) => Task.FromResult(metainfo);
}
