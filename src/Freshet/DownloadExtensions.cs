namespace Freshet;

/// <summary>The shortest way to a download.</summary>
public static class DownloadExtensions
{
    /// <summary>Adds a torrent and waits until every wanted piece is verified and stored. It gives back to others until the session ends.</summary>
    /// <param name="client">The session.</param>
    /// <param name="source">A path of a .torrent file, an http or https URL, a magnet link or an info-hash.</param>
    /// <param name="options">How to add it.</param>
    /// <param name="progress">Told how it is doing, about twice a second.</param>
    /// <param name="cancellationToken">Gives up waiting; the torrent stays in the session.</param>
    /// <exception cref="FreshetException">See <see cref="BitTorrentClient.AddAsync"/> and <see cref="Torrent.WaitAsync"/>.</exception>
    public static async Task<Torrent> DownloadAsync(
        this BitTorrentClient client,
        string source,
        AddOptions? options = null,
        IProgress<TorrentStatus>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        AddResult added = await client.AddAsync(TorrentSource.Parse(source), options, cancellationToken).ConfigureAwait(false);
        Task<TorrentStatus> completion = added.Torrent.WaitAsync(TorrentCondition.Complete, cancellationToken);
        while (progress is not null && !completion.IsCompleted)
        {
            progress.Report(added.Torrent.Status());
            await Task.WhenAny(completion, Task.Delay(ProgressInterval, cancellationToken)).ConfigureAwait(false);
        }

        TorrentStatus status = await completion.ConfigureAwait(false);
        progress?.Report(status);
        return added.Torrent;
    }

    /// <summary>Often enough for a person's eye.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);
}
