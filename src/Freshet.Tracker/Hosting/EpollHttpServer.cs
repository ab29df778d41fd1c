using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.Core;
using Freshet.IO.Native;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Http;
using Freshet.Tracker.Native;

namespace Freshet.Tracker.Hosting;

/// <summary>
/// All HTTP connections on one thread. Most clients send one request and close: such a connection costs an accept, a receive, a send and a close, and is nowhere
/// registered.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EpollHttpServer : IHttpServer
{
    // Two requests of the largest size: what is left of one and what comes behind it.
    private const int ScratchLength = 2 * HttpRequest.MaxLength;

    // Connections accepted before those that are open get their turn.
    private const int MaxAccepts = 128;

    // Answers that wait for one socket: who sends requests one behind the other and does not read costs no more than this and one answer.
    private const int MaxOutput = 64 * 1024;

    private const int TryAgain = 11;
    private const int TooManyFilesInSystem = 23;
    private const int TooManyFiles = 24;

    // Whoever is asked to give way has waited at least this long, so that a flood does not push out who is about to send.
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly Socket[] _listeners;
    private readonly HttpResponder _responder;
    private readonly SharedAnnouncer? _shared;
    private readonly HttpLimits _limits;
    private readonly Func<MonoTime> _clock;
    private readonly Epoll _epoll = new();
    private readonly Thread _thread;
    private readonly HttpOutput _output = new();
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(ScratchLength, pinned: true);
    private readonly List<HttpConnection?> _connections = [];
    private readonly Stack<int> _freePlaces = new();
    private readonly Dictionary<(ulong Stranger, bool IsIPv6), int> _perSource = [];
    private readonly DeadlineList _waiting = new();
    private readonly ConcurrentQueue<(HttpConnection Connection, PendingRequest Request)> _answerable = new();
    private MonoTime _acceptsAgain = MonoTime.Never;
    private int _count;
    private volatile bool _stopping;

    public EpollHttpServer(
        IEnumerable<Socket> listeners, HttpResponder responder, SharedAnnouncer? shared, HttpLimits limits, Func<MonoTime> clock)
    {
        _listeners = [.. listeners];
        _responder = responder;
        _shared = shared;
        _limits = limits;
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "tracker http" };
    }

    public TrackerCounters Counters => _responder.Counters;

    public int Connections => Volatile.Read(ref _count);

    /// <summary>Sources that have connections.</summary>
    internal int Sources => _perSource.Count;

    public void Start()
    {
        foreach (Socket listener in _listeners)
            listener.Blocking = false;
        WatchListeners(add: true, LinuxSockets.EpollIn);
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping = true;
        _epoll.Wake();
        if (_thread.IsAlive)
            _thread.Join();
        for (int place = 0; place < _connections.Count; place++)
        {
            if (_connections[place] is { } connection)
                Close(connection);
        }

        foreach (Socket listener in _listeners)
            listener.Dispose();
        _epoll.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            MonoTime next = MonoTime.Min(_waiting.First?.Deadline ?? MonoTime.Never, _acceptsAgain);
            int patience = next.IsNever ? -1 : (int)Math.Clamp(Math.Ceiling((next - _clock()).TotalMilliseconds), 0, 60_000);
            int count = _epoll.Wait(patience);
            MonoTime now = _clock();
            for (int i = 0; i < count && !_stopping; i++)
            {
                long number = _epoll.Number(i);
                if (number == Epoll.WakeNumber)
                    AnswerPending(now);
                else if (number < 0)
                    AcceptAll((int)(-2 - number), now);
                else if (_connections[(int)number] is { IsPending: false } connection)
                    Serve(connection, now);
            }

            Expire(now);
        }
    }

    private unsafe void AcceptAll(int listener, MonoTime now)
    {
        int descriptor = (int)_listeners[listener].SafeHandle.DangerousGetHandle();
        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        for (int i = 0; i < MaxAccepts; i++)
        {
            uint length = SocketAddressBytes.MaxLength;
            int accepted = LinuxSockets.Accept(descriptor, address, &length, LinuxSockets.SocketNonBlocking | LinuxSockets.SocketCloseOnExec);
            if (accepted < 0)
            {
                if (Marshal.GetLastPInvokeError() is TooManyFiles or TooManyFilesInSystem)
                {
                    // The queue stays readable: without a pause this thread would spin.
                    _acceptsAgain = now + AcceptPause;
                    WatchListeners(add: false, 0);
                }

                return;
            }

            if (DatagramBatch.SourceOf(new ReadOnlySpan<byte>(address, (int)length), out PeerAddress source))
                Begin(accepted, source, now);
            else
                _ = LinuxSockets.Close(accepted);
        }
    }

    private void Begin(int descriptor, PeerAddress source, MonoTime now)
    {
        int received = Receive(descriptor, 0);
        if (received < 0)
        {
            Register(descriptor, source, now);
            return;
        }

        // The request is here already as a rule, and is the only one.
        _output.Clear();
        HttpStep step = received == 0 ? default : _responder.Handle(_scratch.AsSpan(0, received), source, now, _output);
        bool isLast = received == 0 || step is { Close: true, Pending: null };
        int sent = isLast ? Send(descriptor, _output.Written) : 0;
        if (isLast && (sent < 0 || (sent == _output.Written.Length && _output.Shared.IsEmpty)))
        {
            _ = LinuxSockets.Close(descriptor);
            return;
        }

        if (Register(descriptor, source, now) is not { } connection)
            return;
        connection.ClosesAfterAnswer = isLast;
        if (isLast)
            Keep(connection, sent);
        else
            ServeFrom(connection, step, received, now);
    }

    private HttpConnection? Register(int descriptor, PeerAddress source, MonoTime now)
    {
        (ulong, bool) key = (source.Stranger, source.IsIPv6);
        if (_perSource.GetValueOrDefault(key) >= _limits.MaxPerSource || (_count >= _limits.MaxConnections && !TryMakeRoom(now)))
        {
            Counters.Rejected++;
            _ = LinuxSockets.Close(descriptor);
            return null;
        }

        // Only now: making room takes others out, and who is rejected leaves no trace.
        CollectionsMarshal.GetValueRefOrAddDefault(_perSource, key, out _)++;
        int place = _freePlaces.TryPop(out int free) ? free : _connections.Count;
        var connection = new HttpConnection(descriptor, place, source);
        if (place == _connections.Count)
            _connections.Add(connection);
        else
            _connections[place] = connection;
        _count++;
        if (!_epoll.Add(descriptor, place, LinuxSockets.EpollIn))
        {
            Close(connection);
            return null;
        }

        _waiting.Append(connection, now + _limits.RequestTimeout);
        return connection;
    }

    private bool TryMakeRoom(MonoTime now)
    {
        if (_waiting.First is not { } oldest || oldest.Deadline - _limits.RequestTimeout + LeastPatience > now)
            return false;
        Counters.Rejected++;
        Close(oldest);
        return true;
    }

    private void Serve(HttpConnection connection, MonoTime now)
    {
        if (connection.HasOutput)
        {
            Flush(connection, now);
            if (!connection.IsClosed && !connection.HasOutput)
                ServeKept(connection, now);
            return;
        }

        int kept = connection.Input.Length;
        connection.Input.CopyTo(_scratch);
        int received = Receive(connection.Descriptor, kept);
        if (received > 0)
            Handle(connection, kept + received, now);
        else if (received != -TryAgain)
            Close(connection);
    }

    // Requests that came behind one whose answer had to wait.
    private void ServeKept(HttpConnection connection, MonoTime now)
    {
        int kept = connection.Input.Length;
        connection.Input.CopyTo(_scratch);
        if (kept > 0)
            Handle(connection, kept, now);
    }

    private void Handle(HttpConnection connection, int length, MonoTime now)
    {
        _output.Clear();
        HttpStep step = _responder.Handle(_scratch.AsSpan(0, length), connection.Source, now, _output);
        ServeFrom(connection, step, length, now);
    }

    // Answers one request after the other, of which the first has been handled.
    private void ServeFrom(HttpConnection connection, HttpStep step, int length, MonoTime now)
    {
        int start = 0;
        int? sent = null;
        bool any = false;
        while (step.Consumed > 0)
        {
            any = true;
            start += step.Consumed;
            if (step.Close)
                connection.ClosesAfterAnswer = true;
            if (step.Pending is { } pending)
            {
                connection.IsPending = true;
                _waiting.Remove(connection);
                _epoll.Remove(connection.Descriptor);
                _ = AnnounceAsync(connection, pending);
            }

            if (step.Close || step.Pending is not null || start == length)
                break;
            if (_output.Written.Length >= MaxOutput)
            {
                int taken = Send(connection.Descriptor, _output.Written);
                if (taken < _output.Written.Length)
                {
                    // The rest of the requests is answered when these answers are gone.
                    sent = taken;
                    break;
                }

                _output.Clear();
            }

            step = _responder.Handle(_scratch.AsSpan(start, length - start), connection.Source, now, _output);
        }

        connection.KeepInput(connection.ClosesAfterAnswer ? default : _scratch.AsSpan(start, length - start));
        if (any && !connection.IsPending)
            Wait(connection, now);
        if (any)
            Keep(connection, sent ?? Send(connection.Descriptor, _output.Written));
    }

    // Keeps what of the output was not sent, or ends what is over.
    private void Keep(HttpConnection connection, int sent)
    {
        if (sent < 0)
        {
            Close(connection);
            return;
        }

        if (sent < _output.Written.Length || !_output.Shared.IsEmpty)
        {
            connection.KeepOutput(_output.Written[sent..], _output.Shared);
            if (!connection.IsPending)
                _epoll.Change(connection.Descriptor, connection.Place, LinuxSockets.EpollOut);
        }
        else if (connection is { ClosesAfterAnswer: true, IsPending: false })
        {
            Close(connection);
        }
    }

    private void Flush(HttpConnection connection, MonoTime now)
    {
        while (connection.HasOutput)
        {
            int sent = Send(connection.Descriptor, connection.Output);
            if (sent < 0)
            {
                Close(connection);
                return;
            }

            if (sent == 0)
                return;
            connection.Sent(sent);
            Wait(connection, now);
        }

        if (connection.ClosesAfterAnswer)
            Close(connection);
        else
            _epoll.Change(connection.Descriptor, connection.Place, LinuxSockets.EpollIn);
    }

    private async Task AnnounceAsync(HttpConnection connection, PendingRequest pending)
    {
        await _shared!.AnnounceAsync(pending.Call).ConfigureAwait(false);
        _answerable.Enqueue((connection, pending));
        _epoll.Wake();
    }

    private void AnswerPending(MonoTime now)
    {
        _epoll.Woken();
        while (_answerable.TryDequeue(out (HttpConnection Connection, PendingRequest Request) done))
        {
            HttpConnection connection = done.Connection;
            if (connection.IsClosed)
                continue;
            connection.IsPending = false;
            _output.Clear();
            _responder.Answer(done.Request, now, _output);
            Wait(connection, now);
            if (!_epoll.Add(connection.Descriptor, connection.Place, LinuxSockets.EpollIn))
            {
                Close(connection);
            }
            else if (connection.HasOutput)
            {
                // Answers to earlier requests of the connection come first.
                byte[] both = [.. connection.Output, .. _output.Written];
                connection.Release(keepInput: true);
                connection.KeepOutput(both, default);
                _epoll.Change(connection.Descriptor, connection.Place, LinuxSockets.EpollOut);
            }
            else
            {
                Keep(connection, Send(connection.Descriptor, _output.Written));
                if (!connection.IsClosed && !connection.HasOutput)
                    ServeKept(connection, now);
            }
        }
    }

    private void Wait(HttpConnection connection, MonoTime now)
    {
        _waiting.Remove(connection);
        _waiting.Append(connection, now + _limits.RequestTimeout);
    }

    private void Expire(MonoTime now)
    {
        while (_waiting.First is { } connection && connection.Deadline <= now)
        {
            Counters.TimedOut++;
            Close(connection);
        }

        if (now >= _acceptsAgain)
        {
            _acceptsAgain = MonoTime.Never;
            WatchListeners(add: false, LinuxSockets.EpollIn);
        }
    }

    private void Close(HttpConnection connection)
    {
        if (connection.IsClosed)
            return;
        connection.IsClosed = true;
        _waiting.Remove(connection);
        connection.Release();
        _connections[connection.Place] = null;
        _freePlaces.Push(connection.Place);
        _count--;
        (ulong, bool) key = (connection.Source.Stranger, connection.Source.IsIPv6);
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_perSource, key, out _) <= 0)
            _perSource.Remove(key);
        _ = LinuxSockets.Close(connection.Descriptor);
    }

    private void WatchListeners(bool add, uint interest)
    {
        for (int i = 0; i < _listeners.Length; i++)
        {
            int descriptor = (int)_listeners[i].SafeHandle.DangerousGetHandle();
            _ = add ? _epoll.Add(descriptor, -2 - i, interest) : _epoll.Change(descriptor, -2 - i, interest);
        }
    }

    // Safety: the scratch is pinned, and the kernel is told what of it is free.
    private unsafe int Receive(int descriptor, int offset)
    {
        fixed (byte* scratch = _scratch)
        {
            nint received = LinuxSockets.Receive(descriptor, scratch + offset, (nuint)(_scratch.Length - offset), LinuxSockets.MessageDontWait);
            return received >= 0 ? (int)received : -Marshal.GetLastPInvokeError();
        }
    }

    // Returns what was sent; 0 where the socket takes nothing now; -1 where it is dead.
    private unsafe int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return 0;
        fixed (byte* start = bytes)
        {
            nint sent = LinuxSockets.Send(descriptor, start, (nuint)bytes.Length, LinuxSockets.MessageDontWait | LinuxSockets.MessageNoSignal);
            return sent >= 0 ? (int)sent : Marshal.GetLastPInvokeError() == TryAgain ? 0 : -1;
        }
    }
}
