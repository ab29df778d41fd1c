namespace Freshet.Cli.Download;

/// <summary>What changes in a session, one change set after another, for a reader that also has other things to do at times.</summary>
internal sealed class ChangeFeed : IAsyncDisposable
{
    private readonly BitTorrentClient _client;
    private readonly IAsyncEnumerator<ChangeSet> _changes;
    private readonly CancellationToken _stop;
    private Task<bool> _next;

    public ChangeFeed(BitTorrentClient client, CancellationToken stop)
    {
        _client = client;
        _stop = stop;
        _changes = client.WatchAsync(minInterval: TimeSpan.Zero, cancellationToken: stop).GetAsyncEnumerator(stop);
        _next = _changes.MoveNextAsync().AsTask();
    }

    /// <summary>Waits for the next change.</summary>
    /// <param name="patience">For how long at the most; null: until there is one.</param>
    /// <returns>The change, or null where none came in that time.</returns>
    /// <exception cref="FreshetException">The session has failed.</exception>
    public async Task<ChangeSet?> NextAsync(TimeSpan? patience)
    {
        if (patience is { } limit && !_next.IsCompleted)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop);
            if (await Task.WhenAny(_next, Task.Delay(limit, waiting.Token)) != _next)
            {
                _stop.ThrowIfCancellationRequested();
                return null;
            }

            // Takes the timer away.
            await waiting.CancelAsync();
        }

        if (!await _next)
        {
            // Only a session that ends ends its changes.
            await _client.Completion;
            throw new OperationCanceledException(_stop);
        }

        ChangeSet change = _changes.Current;
        _next = _changes.MoveNextAsync().AsTask();
        return change;
    }

    public async ValueTask DisposeAsync()
    {
        // An enumerator must not be disposed of while it is asked for more: it ends with the session or when it is told to stop.
        if (_next.IsCompleted)
            await _changes.DisposeAsync();
    }
}
