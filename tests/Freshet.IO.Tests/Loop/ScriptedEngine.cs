using System.Threading.Channels;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Tests.Loop;

/// <summary>An engine that does what the test says, and tells it what came in.</summary>
internal sealed class ScriptedEngine(IEngineEffects effects) : IEngine
{
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();
    private int _thread;

    public IEngineEffects Effects { get; } = effects;

    public MonoTime NextDeadline { get; set; } = MonoTime.Never;

    /// <summary>Handles peers' events in place of the log.</summary>
    public Action<PeerEvent, MonoTime>? OnPeer { get; set; }

    /// <summary>Runs at each advance.</summary>
    public Action<MonoTime>? OnAdvance { get; set; }

    public async Task<string> NextAsync() => await _log.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
        CheckThread();
        if (OnPeer is not null)
            OnPeer(peerEvent, now);
        else
            Log($"{peerEvent.Kind}");
    }

    public void Handle(DiskJob job, MonoTime now) => Log($"job {job.Tag}");

    public void Handle(HttpFetchResult result, MonoTime now) => Log($"http {result.Id} {result.Status} {result.Error}");

    public void Handle(ResolveResult result, MonoTime now) => Log($"name {result.Id} {string.Join(' ', result.Addresses)} {result.Error}");

    public void Handle(in Datagram datagram, MonoTime now)
        => Log($"datagram {datagram.Remote.Address} {System.Text.Encoding.ASCII.GetString(datagram.Bytes.Span)}");

    public void HandleSaved(long ticket, string? error, MonoTime now) => Log($"saved {ticket} {error}");

    public void Advance(MonoTime now)
    {
        CheckThread();
        OnAdvance?.Invoke(now);
    }

    public void Log(string what)
    {
        CheckThread();
        _log.Writer.TryWrite(what.TrimEnd());
    }

    // One thread makes all calls.
    private void CheckThread()
    {
        if (_thread == 0)
            _thread = Environment.CurrentManagedThreadId;
        if (_thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("The engine was called from two threads.");
    }
}
