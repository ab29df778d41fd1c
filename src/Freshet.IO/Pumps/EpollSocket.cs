using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Native;

namespace Freshet.IO.Pumps;

/// <summary>A socket in an <see cref="EpollPoller"/>.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollSocket : PeerSocket
{
    private readonly EpollPoller _poller;

    public EpollSocket(EpollPoller poller, int descriptor, int slot)
    {
        _poller = poller;
        Descriptor = descriptor;
        Slot = slot;
    }

    /// <summary>The number that the system knows the socket by; -1 once it is closed.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Its place in the poller's table.</summary>
    public int Slot { get; }

    /// <summary>Whether the peer has said its last word: then a short receive does not mean that nothing more is there to be told.</summary>
    public bool PeerIsDone { get; set; }

    /// <inheritdoc/>
    public override SocketError ConnectResult()
    {
        int value = 0;
        uint length = sizeof(int);
        int result = LinuxSockets.GetOption(Descriptor, LinuxSockets.LevelSocket, LinuxSockets.OptionError, &value, &length);
        SocketError error = LinuxErrors.Translate(result < 0 ? Marshal.GetLastPInvokeError() : value);
        return error == SocketError.Success && !IsWritable ? SocketError.InProgress : error;
    }

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        while (true)
        {
            nint received;
            fixed (byte* start = buffer)
                received = LinuxSockets.Receive(Descriptor, start, (nuint)buffer.Length, LinuxSockets.MessageDontWait);
            if (received >= 0)
            {
                // A short receive has emptied a stream socket, and whatever comes later is told by a new edge: this saves the call that would
                // find nothing. The one thing that may be there without a new edge is an end that was told before.
                IsReadable = received == buffer.Length || (PeerIsDone && received != 0);
                error = SocketError.Success;
                return (int)received;
            }

            error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
            if (error == SocketError.Interrupted)
                continue;
            IsReadable = false;
            return 0;
        }
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        while (true)
        {
            nint sent;
            fixed (byte* start = bytes)
                sent = LinuxSockets.Send(Descriptor, start, (nuint)bytes.Length, LinuxSockets.MessageDontWait | LinuxSockets.MessageNoSignal);
            if (sent >= 0)
            {
                // Only a call that finds no room at all makes the kernel tell of room again, so a short one is followed by another.
                error = SocketError.Success;
                return (int)sent;
            }

            error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
            if (error == SocketError.Interrupted)
                continue;
            IsWritable = false;
            return 0;
        }
    }

    /// <inheritdoc/>
    public override void ReceiveFrom(int bytes)
        => _ = LinuxSockets.SetOption(Descriptor, LinuxSockets.LevelSocket, LinuxSockets.OptionReceiveLowWater, &bytes, sizeof(int));

    /// <inheritdoc/>
    public override void Close()
    {
        if (Descriptor < 0)
            return;
        // The end of what was sent goes out in order even where unread input makes close() reset the connection.
        _ = LinuxSockets.Shutdown(Descriptor, LinuxSockets.ShutdownWrite);
        _ = LinuxSockets.Close(Descriptor);
        Descriptor = -1;
        _poller.Forget(this);
    }
}
