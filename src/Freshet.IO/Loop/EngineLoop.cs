using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Http;
using Freshet.IO.Network;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;

namespace Freshet.IO.Loop;

/// <summary>
/// The one thread of a session on which its engine runs. An iteration takes what has come in (commands, finished jobs, answers, events of peers), lets the
/// engine handle it, carries out what the engine wants, once, and waits for more or for the engine's deadline. An exception on this thread ends the session
/// through <see cref="Completion"/>; it is never swallowed.
/// </summary>
public sealed class EngineLoop : IAsyncDisposable
{
    private readonly MonoClock _clock;
    private readonly SessionSockets _sockets;
    private readonly IPumpSet _pumps;
    private readonly LoopInbox _inbox;
    private readonly EffectRouter _effects;
    private readonly NameResolver _resolver;
    private readonly HttpExchanger _http;
    private readonly UdpEndpoints _udp;
    private readonly LocalDiscoverySockets? _local;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly IdlePool _pool;
    private IEngine? _engine;
    private MonoTime? _stopBy;
    private MonoTime _giveUpAt = MonoTime.Never;
    private int _disposed;

    private EngineLoop(EngineLoopOptions options, SessionSockets sockets, IDiskQueue disk, IStateQueue state, IEngineListener? listener)
    {
        _clock = options.Clock;
        _sockets = sockets;
        _pool = new IdlePool(options.Pool);
        _resolver = new NameResolver(_clock);
        _http = new HttpExchanger(_resolver, options.Bind);
        _udp = new UdpEndpoints(sockets.UdpSockets);
        _pumps = PumpSets.Create(options, sockets, _udp, disk);
        _inbox = new LoopInbox(_pumps.Wake);
        _local = options.LocalDiscovery is { } groups ? new LocalDiscoverySockets(groups, sockets.Bind, _inbox.Nudge) : null;
        _effects = new EffectRouter(_inbox, _pumps, disk, state, _http, _resolver, _udp, _local, listener);
        _thread = new Thread(Run) { IsBackground = true, Name = "freshet-engine" };
        MaxConnections = sockets.Budget.Capacity;
    }

    /// <summary>The port that peers reach us on with TCP and trackers answer to with UDP; 0 where nothing listens.</summary>
    public int ListenPort => _sockets.Port;

    /// <summary>Whether the session has an IPv4 socket.</summary>
    public bool UsesIPv4 => _sockets.UsesIPv4;

    /// <summary>Whether the session has an IPv6 socket.</summary>
    public bool UsesIPv6 => _sockets.UsesIPv6;

    /// <summary>The most peer connections that the options and the file handles of this process allow.</summary>
    public int MaxConnections { get; }

    /// <summary>The session's time.</summary>
    public MonoTime Now => _clock.Now;

    /// <summary>Ends when the loop has: faulted, where an exception ended it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Whether the loop ended without all jobs done and records kept: workers may still read and write blocks. Meant only after <see cref="Completion"/>.</summary>
    public bool HasGivenUp { get; private set; }

    /// <summary>Opens the session's sockets; the engine is given with <see cref="Start"/>, when the port is known.</summary>
    /// <param name="options">How the session meets the network.</param>
    /// <param name="disk">The disk and hash workers; their owner disposes of them after the loop.</param>
    /// <param name="state">The writer of resume records; its owner disposes of it after the loop.</param>
    /// <param name="listener">Hears what the engine tells the outside; null: nobody does.</param>
    /// <exception cref="NetworkException">A port is taken or an address is not of this machine; the message says what to do.</exception>
    public static EngineLoop Open(EngineLoopOptions options, IDiskQueue disk, IStateQueue state, IEngineListener? listener)
        => new(options, SessionSockets.Open(options), disk, state, listener);

    /// <summary>Starts the thread.</summary>
    /// <param name="makeEngine">Makes the engine, from whom its effects go to and the time; called at once, on the caller's thread.</param>
    public void Start(Func<IEngineEffects, MonoTime, IEngine> makeEngine)
    {
        _engine = makeEngine(_effects, _clock.Now);
        _effects.Start();
        _thread.Start();
    }

    /// <summary>Has something done on the loop's thread, between two events; an exception out of it ends the session. From any thread.</summary>
    /// <returns>False where the loop has ended.</returns>
    public bool Post(Action<MonoTime> command) => _inbox.Post(new PostedCommand(command));

    /// <summary>Has something done on the loop's thread and answers with its result or its exception. From any thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public Task<T> InvokeAsync<T>(Func<MonoTime, T> function)
    {
        var command = new AwaitedCommand<T>(function);
        if (!_inbox.Post(command))
            command.Refuse(Ended());
        return command.Answer;
    }

    /// <summary>
    /// Ends the loop: waits until every disk job and every record handed out is done, and for HTTP exchanges at most as long as said; then closes all
    /// connections and sockets. The engine is told to shut down before, by a command.
    /// </summary>
    /// <param name="grace">How long exchanges with trackers may take.</param>
    /// <param name="patience">How long jobs and records may take, or null for as long as it takes; after it <see cref="HasGivenUp"/>.</param>
    /// <returns><see cref="Completion"/>.</returns>
    public Task StopAsync(TimeSpan grace, TimeSpan? patience = null)
    {
        _inbox.Post(new PostedCommand(now =>
        {
            _stopBy ??= now + grace;
            if (patience is { } limit)
                _giveUpAt = MonoTime.Min(_giveUpAt, now + limit);
        }));
        if (_engine is null)
            Finish(null);
        return Completion;
    }

    /// <summary>Stops without grace.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        // An exception is for whoever watches Completion; disposing must not throw it again.
        await StopAsync(TimeSpan.Zero).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static ObjectDisposedException Ended() => new(nameof(EngineLoop), "The session has ended.");

    private void Run()
    {
        Exception? fault = null;
        try
        {
            while (Iterate())
            {
            }
        }
        catch (Exception e)
        {
            fault = e;
        }

        Finish(fault);
    }

    /// <summary>One iteration; false when all is done and the loop may end.</summary>
    private bool Iterate()
    {
        MonoTime now = _clock.Now;
        Handle(_inbox.Take(), now);
        bool more = _pumps.Deliver(_engine!, now) | _udp.Deliver(_engine!, now) | (_local?.Deliver(_engine!, now) ?? false);
        _engine!.Advance(now);
        _pumps.Flush();
        MonoTime deadline = MonoTime.Min(_engine.NextDeadline, _pool.Look(now));
        if (_stopBy is { } by)
        {
            _effects.HurryState();
            if ((_effects.IsQuiet || (_effects.IsStored && now >= by)) && _inbox.TryClose(force: false))
                return false;
            if (now >= _giveUpAt)
            {
                HasGivenUp = !_effects.IsStored;
                return false;
            }

            deadline = MonoTime.Min(deadline, now < by ? MonoTime.Min(by, _giveUpAt) : _giveUpAt);
        }

        _pumps.Wait(more || !_inbox.TrySleep() ? now : deadline, mayRead: !_effects.Backlog.IsMuch);
        return true;
    }

    private void Handle(InboxBatch batch, MonoTime now)
    {
        IEngine engine = _engine!;
        foreach (LoopCommand command in batch.Commands)
            command.Run(now);
        foreach (DiskJob job in batch.Jobs)
        {
            _effects.TakeBack(job);
            engine.Handle(job, now);
        }

        foreach (SavedTicket saved in batch.Saved)
        {
            _effects.SavedUpTo = Math.Max(_effects.SavedUpTo, saved.Ticket);
            engine.HandleSaved(saved.Ticket, saved.Error, now);
        }

        foreach (HttpFetchResult result in batch.Fetches)
        {
            _effects.FetchesOut--;
            engine.Handle(result, now);
        }

        foreach (ResolveResult result in batch.Names)
            engine.Handle(result, now);

        // What was handled is not held for as long as nothing happens.
        batch.Clear();
    }

    private void Finish(Exception? fault)
    {
        _inbox.TryClose(force: true);
        // Those behind a command that threw wait too; refusing one that was answered does nothing.
        foreach (LoopCommand command in _inbox.Taken.Commands)
            command.Refuse(fault ?? Ended());
        foreach (LoopCommand command in _inbox.Take().Commands)
            command.Refuse(fault ?? Ended());
        try
        {
            _pumps.Dispose();
            _http.Dispose();
            _resolver.Dispose();
            _local?.Dispose();
            _sockets.Dispose();
        }
        catch (Exception e)
        {
            fault ??= e;
        }

        if (fault is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(fault);
    }
}
