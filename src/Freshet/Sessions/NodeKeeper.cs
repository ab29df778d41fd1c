using Freshet.Abstractions;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>Has the state store keep the DHT's nodes, away from the loop's thread; the latest, where they come faster than they are written.</summary>
internal sealed class NodeKeeper(IStateStore store, ILogger logger)
{
    private readonly Lock _gate = new();
    private SavedNodes? _pending;
    private Task _writing = Task.CompletedTask;

    public void Keep(SavedNodes nodes)
    {
        lock (_gate)
        {
            bool isWaiting = _pending is not null;
            _pending = nodes;
            if (!isWaiting)
                _writing = WriteAfterAsync(_writing);
        }
    }

    /// <summary>Waits until all is kept.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
            return _writing;
    }

    private async Task WriteAfterAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SavedNodes nodes;
        lock (_gate)
        {
            nodes = _pending!;
            _pending = null;
        }

        try
        {
            store.Save(nodes);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the next start finds the DHT by its routers.
            logger.StateStoreWarning($"The nodes of the DHT are not remembered: {error.Message}");
        }
    }
}
