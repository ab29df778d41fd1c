using Freshet.Core;

namespace Freshet;

internal sealed class FileSource(string path) : TorrentSource
{
    public override string Description => path;

    public override async Task<Metainfo> LoadAsync(CancellationToken cancellationToken = default)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw TooLong(path, length);
            bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            bool missing = error is FileNotFoundException or DirectoryNotFoundException;
            string why = Directory.Exists(path) ? "it is a folder" : missing ? "there is no such file" : error.Message;
            throw new FreshetException(FreshetError.SourceUnreadable, $"Cannot read the torrent {path}: {why}.", error);
        }

        return MetainfoReading.Read(bytes, path);
    }

    private static FreshetException TooLong(string path, long length)
        => new(FreshetError.SourceInvalid, $"{path} is not a torrent file: it has {length:N0} bytes, and a torrent file has at most {MaxBytes:N0}.");
}
