using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Native;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Native;
using Freshet.Tracker.Udp;

namespace Freshet.Tracker.Hosting;

/// <summary>One UDP socket and the thread that answers it. On Linux a call takes and sends many datagrams.</summary>
internal sealed class UdpListener : IDisposable
{
    // What comes while a batch is answered, or while the thread does not run for a moment.
    private const int SocketBuffer = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly UdpResponder _responder;
    private readonly SharedAnnouncer? _shared;
    private readonly Func<MonoTime> _clock;
    private readonly bool _batches;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public UdpListener(Socket socket, UdpResponder responder, SharedAnnouncer? shared, Func<MonoTime> clock, bool portable)
    {
        _socket = socket;
        _responder = responder;
        _shared = shared;
        _clock = clock;
        _batches = OperatingSystem.IsLinux() && DatagramCalls.IsSupported && !portable;
        socket.ReceiveBufferSize = SocketBuffer;
        socket.SendBufferSize = SocketBuffer;
        _thread = new Thread(Run) { IsBackground = true, Name = "tracker udp" };
    }

    public TrackerCounters Counters => _responder.Counters;

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _stopping = true;
        if (OperatingSystem.IsLinux())
        {
            // Wakes the thread; the descriptor is closed only when it has gone.
            _ = LinuxSockets.Shutdown((int)_socket.SafeHandle.DangerousGetHandle(), 2);
            _thread.Join();
        }

        _socket.Dispose();
        if (_thread.IsAlive)
            _thread.Join();
    }

    private void Run()
    {
        if (OperatingSystem.IsLinux() && _batches)
            RunBatches();
        else
            RunOneByOne();
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private void RunBatches()
    {
        int descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
        var batch = new DatagramBatch(UdpResponder.MaxRequest, UdpResponder.MaxAnswer);
        while (!_stopping)
        {
            int count = batch.Receive(descriptor);
            MonoTime now = _clock();
            for (int i = 0; i < count; i++)
            {
                if (!batch.TryGetSource(i, out PeerAddress source))
                    continue;
                int length = _responder.Handle(batch.Request(i), source, now, batch.NextAnswer, out PendingDatagram? pending);
                if (length > 0)
                    batch.QueueAnswer(i, length);
                else if (pending is not null)
                    _ = AnswerLaterAsync(pending, NameOf(batch.Name(i)));
            }

            batch.Send(descriptor);
        }
    }

    private void RunOneByOne()
    {
        byte[] request = new byte[UdpResponder.MaxRequest], answer = new byte[UdpResponder.MaxAnswer];
        var from = new SocketAddress(_socket.AddressFamily);
        while (!_stopping)
        {
            try
            {
                int received = _socket.ReceiveFrom(request, SocketFlags.None, from);
                ReadOnlySpan<byte> address = from.Buffer.Span[(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? 8 : 4)..];
                var source = new PeerAddress(address[..(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4)]);
                int length = _responder.Handle(request.AsSpan(0, received), source, _clock(), answer, out PendingDatagram? pending);
                if (length > 0)
                    _socket.SendTo(answer.AsSpan(0, length), SocketFlags.None, from);
                else if (pending is not null)
                    _ = AnswerLaterAsync(pending, NameOf(from.Buffer.Span[..from.Size]));
            }
            catch (SocketException)
            {
                // News of an answer that did not arrive, or a datagram that was too long: the next one is another matter.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private SocketAddress NameOf(ReadOnlySpan<byte> name)
    {
        var address = new SocketAddress(_socket.AddressFamily, name.Length);
        name.CopyTo(address.Buffer.Span);
        return address;
    }

    private async Task AnswerLaterAsync(PendingDatagram pending, SocketAddress to)
    {
        await _shared!.AnnounceAsync(pending.Call).ConfigureAwait(false);
        byte[] answer = new byte[UdpResponder.MaxAnswer];
        int length = _responder.Answer(pending, _clock(), answer);
        try
        {
            await _socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, to).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As lost as any datagram may be.
        }
    }
}
