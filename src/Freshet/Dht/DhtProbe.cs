using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet;

/// <summary>An engine that does nothing but take part in the DHT, with the very nodes that sessions have. All calls are made on its loop's thread.</summary>
internal sealed class DhtProbe : IEngine
{
    private readonly DeadlineQueue _deadlines = new();
    private readonly HostLookups _lookups;
    private readonly List<TaskCompletionSource> _waiting = [];

    public DhtProbe(IEngineEffects effects, SessionDhtSettings settings, IReadOnlyList<AddressFamily> families, MonoTime now)
    {
        _lookups = new HostLookups(effects);
        var random = new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        Nodes = new LocalNodes(effects, _deadlines, _lookups, settings, families, random, RandomNumberGenerator.GetBytes(32), now) { CameIn = CameIn };
        Nodes.Begin(now);
    }

    public LocalNodes Nodes { get; }

    public MonoTime NextDeadline => _deadlines.Next;

    /// <summary>Ends when there are nodes that have answered.</summary>
    public Task InAsync()
    {
        if (Nodes.IsIn)
            return Task.CompletedTask;
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(waiting);
        return waiting.Task;
    }

    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
        // There are no peers.
    }

    public void Handle(DiskJob job, MonoTime now)
    {
        // There is no disk.
    }

    public void Handle(HttpFetchResult result, MonoTime now)
    {
        // Nothing is fetched.
    }

    public void Handle(ResolveResult result, MonoTime now) => _lookups.Handle(result, now);

    public void Handle(in Datagram datagram, MonoTime now) => Nodes.Handle(datagram, now);

    public void HandleSaved(long ticket, string? error, MonoTime now)
    {
        // There are no records.
    }

    public void Advance(MonoTime now) => _deadlines.Run(now);

    private void CameIn(MonoTime now)
    {
        foreach (TaskCompletionSource waiting in _waiting)
            waiting.TrySetResult();
        _waiting.Clear();
    }
}
