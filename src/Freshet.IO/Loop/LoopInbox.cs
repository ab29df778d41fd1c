using Freshet.Abstractions;

namespace Freshet.IO.Loop;

/// <summary>
/// Where other threads leave what the loop is to handle: two sets of lists, one being filled and one being drained, so that a batch costs one lock and
/// nothing is allocated once the lists have grown. Replies are never refused; what bounds them is the number of things handed out.
/// </summary>
internal sealed class LoopInbox
{
    private readonly Lock _gate = new();
    private readonly Action _wake;
    private InboxBatch _filling = new();
    private InboxBatch _draining = new();
    private bool _asleep;
    private bool _closed;

    /// <summary>Makes an inbox.</summary>
    /// <param name="wake">Ends the loop's wait; called only while it sleeps.</param>
    public LoopInbox(Action wake) => _wake = wake;

    /// <summary>Leaves a command; false where the loop has ended.</summary>
    public bool Post(LoopCommand command) => Post(static (batch, item) => batch.Commands.Add(item), command);

    /// <summary>Leaves a finished job.</summary>
    public void Post(DiskJob job) => Post(static (batch, item) => batch.Jobs.Add(item), job);

    /// <summary>Leaves the end of an HTTP exchange.</summary>
    public void Post(HttpFetchResult result) => Post(static (batch, item) => batch.Fetches.Add(item), result);

    /// <summary>Leaves the answer to a look-up.</summary>
    public void Post(ResolveResult result) => Post(static (batch, item) => batch.Names.Add(item), result);

    /// <summary>Leaves the news that records were kept.</summary>
    public void Post(SavedTicket saved) => Post(static (batch, item) => batch.Saved.Add(item), saved);

    /// <summary>Wakes the loop without leaving anything.</summary>
    public void Nudge() => Post(static (batch, _) => batch.IsNudged = true, 0);

    /// <summary>What <see cref="Take"/> has answered last.</summary>
    public InboxBatch Taken => _draining;

    /// <summary>Takes everything; the batch is the loop's until the next call, which empties it.</summary>
    public InboxBatch Take()
    {
        _draining.Clear();
        lock (_gate)
        {
            _asleep = false;
            (_filling, _draining) = (_draining, _filling);
        }

        return _draining;
    }

    /// <summary>Says that the loop is about to wait, unless something is there; from then on what is left wakes it.</summary>
    public bool TrySleep()
    {
        lock (_gate)
            return _asleep = _filling.IsEmpty;
    }

    /// <summary>Takes nothing more, if <paramref name="force"/> or nothing is there.</summary>
    public bool TryClose(bool force)
    {
        lock (_gate)
            return _closed = force || _filling.IsEmpty;
    }

    private bool Post<T>(Action<InboxBatch, T> add, T item)
    {
        bool wake;
        lock (_gate)
        {
            if (_closed)
                return false;
            add(_filling, item);
            wake = _asleep;
            _asleep = false;
        }

        if (wake)
            _wake();
        return true;
    }
}
