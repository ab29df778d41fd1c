using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>Has the state store keep what changes of remembered torrents: in order, the latest of each, away from whoever changed it.</summary>
internal sealed class RememberedChanges(IStateStore store, ILogger logger)
{
    private readonly Lock _gate = new();
    private Dictionary<InfoHashes, RememberedChange> _pending = [];
    private Task _writing = Task.CompletedTask;

    public void Add(RememberedChange change)
    {
        lock (_gate)
        {
            _pending[change.Hashes] = _pending.TryGetValue(change.Hashes, out RememberedChange? earlier) ? Merge(earlier, change) : change;
            if (_pending.Count == 1 && earlier is null)
                _writing = WriteAfterAsync(_writing);
        }
    }

    /// <summary>Waits until all is kept.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
            return _writing;
    }

    private static RememberedChange Merge(RememberedChange earlier, RememberedChange later) => later with
    {
        IsStarted = later.IsStarted ?? earlier.IsStarted,
        Position = later.Position ?? earlier.Position,
        Seeded = later.Seeded ?? earlier.Seeded,
        Options = later.Options ?? earlier.Options,
    };

    private async Task WriteAfterAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        IReadOnlyList<RememberedChange> changes;
        lock (_gate)
        {
            changes = [.. _pending.Values];
            _pending = [];
        }

        try
        {
            store.Change(changes);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the next start knows less, the session goes on.
            logger.StateStoreWarning($"What was changed of {changes.Count} torrents is not remembered: {error.Message}");
        }
    }
}
