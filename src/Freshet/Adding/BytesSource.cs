using Freshet.Core;

namespace Freshet;

internal sealed class BytesSource(ReadOnlyMemory<byte> bytes, string description) : TorrentSource
{
    public override string Description => description;

    public override Task<Metainfo> LoadAsync(CancellationToken cancellationToken = default)
        => Task.FromResult(MetainfoReading.Read(bytes, description));
}
