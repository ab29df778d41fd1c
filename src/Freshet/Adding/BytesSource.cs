namespace Freshet;

internal sealed class BytesSource(ReadOnlyMemory<byte> bytes, string description) : TorrentSource
{
    public override string Description => description;

    public override Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default) => Task.FromResult(bytes);
}
