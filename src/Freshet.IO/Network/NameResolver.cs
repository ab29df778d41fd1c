using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.Network;

/// <summary>What came of a look-up.</summary>
/// <param name="Addresses">What was found; empty with an <paramref name="Error"/>.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record ResolvedName(IReadOnlyList<IPAddress> Addresses, string? Error);

/// <summary>
/// Looks names up on a few threads of its own: the system's resolver blocks its caller, for seconds where a server is silent, and must hold up neither
/// the engine nor the thread pool. Addresses in text are answered at once, answers are kept for a short while, and one question is asked once however
/// many wait for it. Thread-safe. The system asks its DNS servers by routes of its own: a bound source address does not reach that far.
/// </summary>
public sealed class NameResolver : IDisposable
{
    /// <summary>Look-ups that block at once. Four: one dead server must not hold up all trackers, and more threads only wait more.</summary>
    public const int MaxThreads = 4;

    /// <summary>Names waiting for a thread; beyond, the answer is an error. A session has fewer tracker hosts than this.</summary>
    public const int MaxWaiting = 512;

    /// <summary>The addresses kept of a name: more are never tried.</summary>
    public const int MaxAddresses = 32;

    /// <summary>Names remembered at once.</summary>
    private const int MaxRemembered = 1024;

    // The C library does not say how long an answer holds: a minute spares repeated announces and follows a tracker that moves.
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BadFor = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly MonoClock _clock;
    private readonly Func<string, IPAddress[]> _lookUp;
    private readonly Dictionary<string, Remembered> _remembered = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<Action<ResolvedName>>> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<string> _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private int _threads;
    private int _idle;
    private bool _disposed;

    /// <summary>Makes a resolver; threads start when they are needed.</summary>
    /// <param name="clock">Ages what is remembered.</param>
    /// <param name="lookUp">Asks the system; replaced by tests.</param>
    public NameResolver(MonoClock clock, Func<string, IPAddress[]>? lookUp = null)
    {
        _clock = clock;
        _lookUp = lookUp ?? Dns.GetHostAddresses;
    }

    /// <summary>Looks a name up.</summary>
    /// <param name="host">A name, or an address in text (IPv6 with or without brackets).</param>
    /// <param name="answer">Called once: at once on this thread where the answer is known, else later on a thread of the resolver.</param>
    public void Resolve(string host, Action<ResolvedName> answer)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            answer(new ResolvedName([literal], null));
            return;
        }

        ResolvedName? known = null;
        lock (_gate)
        {
            if (_disposed)
                known = Failed("the session has ended");
            else if (host.Length is 0 or > 253)
                known = Failed("this is not a host name");
            else if (_remembered.TryGetValue(host, out Remembered remembered) && _clock.Now < remembered.Until)
                known = remembered.Name;
            else if (_underWay.TryGetValue(host, out List<Action<ResolvedName>>? others))
                others.Add(answer);
            else if (_waiting.Count >= MaxWaiting)
                known = Failed("too many look-ups are waiting");
            else
                Enqueue(host, answer);
        }

        if (known is not null)
            answer(known);
    }

    /// <summary>Looks a name up.</summary>
    /// <exception cref="OperationCanceledException">It was given up; the look-up itself goes on and is remembered.</exception>
    public Task<ResolvedName> ResolveAsync(string host, CancellationToken cancellation)
    {
        // Continuations must not run on (and block) a thread of the resolver.
        var source = new TaskCompletionSource<ResolvedName>(TaskCreationOptions.RunContinuationsAsynchronously);
        Resolve(host, name => source.TrySetResult(name));
        return source.Task.WaitAsync(cancellation);
    }

    /// <summary>Takes no more questions. Those that wait are answered with an error; a thread inside the system's resolver is left to end by itself.</summary>
    public void Dispose()
    {
        List<List<Action<ResolvedName>>> left;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            left = [.. _underWay.Values];
            _underWay.Clear();
            _waiting.Clear();
            _work.Release(MaxThreads);
        }

        ResolvedName over = Failed("the session has ended");
        foreach (Action<ResolvedName> answer in left.SelectMany(answers => answers))
            answer(over);
    }

    private static ResolvedName Failed(string error) => new([], error);

    private void Enqueue(string host, Action<ResolvedName> answer)
    {
        _underWay.Add(host, [answer]);
        _waiting.Enqueue(host);
        if (_waiting.Count > _idle && _threads < MaxThreads)
        {
            _threads++;
            _idle++;
            new Thread(Work) { IsBackground = true, Name = "freshet-resolver" }.Start();
        }

        _work.Release();
    }

    private void Work()
    {
        while (true)
        {
            _work.Wait();
            string? host;
            lock (_gate)
            {
                if (_disposed)
                    return;
                if (!_waiting.TryDequeue(out host))
                    continue;
                _idle--;
            }

            ResolvedName name = Ask(host);
            List<Action<ResolvedName>>? answers;
            lock (_gate)
            {
                _idle++;
                _underWay.Remove(host, out answers);
                Remember(host, name);
            }

            foreach (Action<ResolvedName> answer in answers ?? [])
                answer(name);
        }
    }

    private ResolvedName Ask(string host)
    {
        try
        {
            IPAddress[] found = _lookUp(host);
            return found.Length == 0 ? Failed("the name has no address") : new ResolvedName([.. found.Distinct().Take(MaxAddresses)], null);
        }
        catch (SocketException e)
        {
            return Failed(e.SocketErrorCode == SocketError.HostNotFound ? "there is no such host" : $"the name could not be looked up ({e.SocketErrorCode})");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return Failed("this is not a host name");
        }
    }

    private void Remember(string host, ResolvedName name)
    {
        MonoTime now = _clock.Now;
        if (_remembered.Count >= MaxRemembered && !_remembered.ContainsKey(host))
        {
            foreach ((string old, Remembered entry) in _remembered.ToArray())
            {
                if (entry.Until <= now)
                    _remembered.Remove(old);
            }

            if (_remembered.Count >= MaxRemembered)
                _remembered.Clear();
        }

        _remembered[host] = new Remembered(name, now + (name.Error is null ? GoodFor : BadFor));
    }

    private readonly record struct Remembered(ResolvedName Name, MonoTime Until);
}
