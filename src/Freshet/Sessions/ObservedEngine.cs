using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.IO.Loop;

namespace Freshet.Sessions;

/// <summary>The engine as the loop runs it: after each of its iterations snapshots are published, and its falling quiet is noticed.</summary>
internal sealed class ObservedEngine(SessionEngine engine, SnapshotPublisher snapshots, PeerReporter peers, IStateQueue state) : IEngine
{
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;

    public MonoTime NextDeadline => MonoTime.Min(MonoTime.Min(engine.NextDeadline, snapshots.NextDeadline(engine)), peers.NextDeadline);

    /// <summary>Ends when everything is stopped, saved and closed after <see cref="Shutdown"/>.</summary>
    public Task Quiet => _quiet.Task;

    public void Shutdown(MonoTime now)
    {
        _isStopping = true;
        engine.Shutdown(now);
    }

    public void Handle(in PeerEvent peerEvent, MonoTime now) => engine.Handle(in peerEvent, now);

    public void Handle(DiskJob job, MonoTime now) => engine.Handle(job, now);

    public void Handle(HttpFetchResult result, MonoTime now) => engine.Handle(result, now);

    public void Handle(ResolveResult result, MonoTime now) => engine.Handle(result, now);

    public void Handle(in Datagram datagram, MonoTime now) => engine.Handle(in datagram, now);

    public void HandleLocal(in Datagram datagram, MonoTime now) => engine.HandleLocal(in datagram, now);

    public void HandleSaved(long ticket, string? error, MonoTime now) => engine.HandleSaved(ticket, error, now);

    public void Advance(MonoTime now)
    {
        engine.Advance(now);
        snapshots.Advance(engine, now);
        peers.Advance(engine, now);
        if (!_isStopping)
            return;

        // At the end somebody waits for every record: no pause between transactions now.
        state.Hurry();
        if (engine.IsQuiet)
            _quiet.TrySetResult();
    }
}
