using Freshet.Core;

namespace Freshet.Feeds;

/// <summary>A version on its way: may be given up for a newer one.</summary>
internal sealed class FeedFetch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public FeedFetch(InfoHash torrent, Func<CancellationToken, Task> fetch)
    {
        Torrent = torrent;
        Task = System.Threading.Tasks.Task.Run(() => fetch(_stop.Token));
    }

    /// <summary>What is fetched.</summary>
    public InfoHash Torrent { get; }

    /// <summary>Ends when it is here.</summary>
    public Task Task { get; }

    /// <summary>Gives it up where it is not at its end; what came stays on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
