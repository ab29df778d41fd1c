using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Hosting;

/// <summary>Takes announces to the store that several trackers share, and what it knows back into memory. Answers always come from memory.</summary>
internal sealed class SharedAnnouncer(TrackerCore core, ISharedSwarms store, Func<MonoTime> clock)
{
    /// <summary>Records an announce here and there.</summary>
    /// <returns>Done when the announce can be answered: at once where the store's word on the swarm is fresh enough, else when it has answered or its time is over.</returns>
    public Task AnnounceAsync(AnnounceCall call)
    {
        if (core.Record(call, clock(), out bool wait) is not { } announce)
            return Task.CompletedTask;
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Announce(announce, shared =>
        {
            if (shared is not null && shared.Peers.Count + shared.Seeders + shared.PartialSeeds + shared.Leechers > 0)
                core.Merge(call.Swarm, shared, clock());
            answered.SetResult();
        });
        return wait ? answered.Task : Task.CompletedTask;
    }
}
