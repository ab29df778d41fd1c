using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Http;

namespace Freshet.Tracker.Hosting;

/// <summary>HTTP where there is no epoll: the runtime's own sockets, a task a connection, the same rules.</summary>
internal sealed class PortableHttpServer : IHttpServer
{
    private readonly Socket[] _listeners;
    private readonly HttpResponder _responder;
    private readonly SharedAnnouncer? _shared;
    private readonly HttpLimits _limits;
    private readonly Func<MonoTime> _clock;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, int> _perSource = [];
    private readonly CancellationTokenSource _stop = new();
    private int _count;

    public PortableHttpServer(
        IEnumerable<Socket> listeners, HttpResponder responder, SharedAnnouncer? shared, HttpLimits limits, Func<MonoTime> clock)
    {
        _listeners = [.. listeners];
        _responder = responder;
        _shared = shared;
        _limits = limits;
        _clock = clock;
    }

    public TrackerCounters Counters => _responder.Counters;

    public int Connections => Volatile.Read(ref _count);

    public void Start()
    {
        foreach (Socket listener in _listeners)
            _ = AcceptAsync(listener);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket listener in _listeners)
            listener.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                PeerAddress source = PeerAddress.Of(((IPEndPoint)accepted.RemoteEndPoint!).Address);
                if (TryEnter(source))
                    _ = ServeAsync(accepted, source);
                else
                    accepted.Dispose();
            }
            catch (SocketException)
            {
                // No handle left, or a connection that died in the queue.
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool TryEnter(PeerAddress source)
    {
        lock (_gate)
        {
            int ofSource = _perSource.GetValueOrDefault(source.Stranger);
            if (_count >= _limits.MaxConnections || ofSource >= _limits.MaxPerSource)
            {
                Counters.Rejected++;
                return false;
            }

            _perSource[source.Stranger] = ofSource + 1;
            _count++;
            return true;
        }
    }

    private void Leave(PeerAddress source)
    {
        lock (_gate)
        {
            _count--;
            if (--_perSource[source.Stranger] == 0)
                _perSource.Remove(source.Stranger);
        }
    }

    private async Task ServeAsync(Socket socket, PeerAddress source)
    {
        byte[] buffer = new byte[HttpRequest.MaxLength];
        var output = new HttpOutput();
        int length = 0;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(_limits.RequestTimeout);
            while (true)
            {
                output.Clear();
                HttpStep step;
                lock (_responder)
                    step = _responder.Handle(buffer.AsSpan(0, length), source, _clock(), output);
                if (step.Consumed == 0)
                {
                    int received = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token).ConfigureAwait(false);
                    if (received == 0)
                        return;
                    length += received;
                    continue;
                }

                if (step.Pending is { } pending)
                {
                    await _shared!.AnnounceAsync(pending.Call).ConfigureAwait(false);
                    lock (_responder)
                        _responder.Answer(pending, _clock(), output);
                }

                buffer.AsSpan(step.Consumed, length - step.Consumed).CopyTo(buffer);
                length -= step.Consumed;
                patience.CancelAfter(_limits.RequestTimeout);
                await SendAsync(socket, output.Written.ToArray(), patience.Token).ConfigureAwait(false);
                await SendAsync(socket, output.Shared, patience.Token).ConfigureAwait(false);
                if (step.Close)
                    return;
                patience.CancelAfter(_limits.RequestTimeout);
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Counters.TimedOut);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client went away.
        }
        finally
        {
            socket.Dispose();
            Leave(source);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }
}
