namespace Freshet;

internal sealed class FileSource(string path) : TorrentSource
{
    public override string Description => path;

    public override async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw TooLong(path);
            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            bool missing = error is FileNotFoundException or DirectoryNotFoundException;
            string why = Directory.Exists(path) ? "it is a folder" : missing ? "there is no such file" : error.Message;
            throw new FreshetException(FreshetError.SourceUnreadable, $"Cannot read the torrent {path}: {why}.", error);
        }
    }
}
