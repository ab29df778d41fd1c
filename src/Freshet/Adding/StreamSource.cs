namespace Freshet;

internal sealed class StreamSource(Stream stream, string description) : TorrentSource
{
    public override string Description => description;

    public override async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (bytes.Length + read > MaxBytes)
                    throw TooLong(description);
                await bytes.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException error)
        {
            throw new FreshetException(FreshetError.SourceUnreadable, $"Cannot read the torrent from {description}: {error.Message}", error);
        }

        return bytes.ToArray();
    }
}
