using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet;

/// <summary>A new torrent.</summary>
/// <param name="Bytes">The .torrent file.</param>
/// <param name="Metainfo">The same, as it is read.</param>
/// <param name="Directory">The folder to seed it from: where its files lie as the torrent names them, unless <see cref="CreateOptions.Name"/> names it anew.</param>
/// <param name="Skipped">What was left out because it is no file: links, pipes, devices.</param>
/// <param name="Elapsed">How long the hashing took.</param>
public sealed record CreatedTorrent(
    ReadOnlyMemory<byte> Bytes, Metainfo Metainfo, string Directory, IReadOnlyList<SkippedContent> Skipped, TimeSpan Elapsed)
{
    /// <summary>The magnet link, or null for a private torrent.</summary>
    public string? Magnet => MagnetLink.Of(Metainfo)?.ToString();

    /// <summary>
    /// Writes the .torrent file: beside its place first and then moved there, so that nobody finds half of it.
    /// </summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="FreshetException">
    /// There is such a file (<see cref="FreshetError.Conflict"/>), or it cannot be written (<see cref="FreshetError.Storage"/>).
    /// </exception>
    public async Task SaveAsync(string path, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string place = Path.GetFullPath(path);
        string temporary = $"{place}.{Path.GetRandomFileName()}.tmp";
        try
        {
            try
            {
                var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
                await using (file.ConfigureAwait(false))
                {
                    await file.WriteAsync(Bytes, cancellationToken).ConfigureAwait(false);
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, place, overwrite);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!overwrite && File.Exists(place))
                throw new FreshetException(FreshetError.Conflict, $"{path} is there already.", error) { Code = TroubleCodes.FileExists };
            DiskError reason = DiskErrors.FromException(error, path);
            throw new FreshetException(FreshetError.Storage, $"{path} cannot be written: {reason.Message}.", error) { Code = TroubleCodes.Of(reason.Kind) };
        }
    }
}
