using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.IO.Native;

namespace Freshet.IO.Udp;

/// <summary>
/// A UDP socket by what .NET has everywhere: one datagram a call. Its coming is told by an asynchronous receive, which takes the first one; room to send by the end of an
/// asynchronous send of the datagram that found none. Both end on threads of the runtime, which only note it.
/// </summary>
internal sealed class PortableDatagramSocket : DatagramSocket, IDisposable
{
    /// <summary>How long nothing is received after an error, so that one that stays does not take a core.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket;
    private readonly Action _wake;
    private readonly SocketAsyncEventArgs _receiver = new(true);
    private readonly SocketAsyncEventArgs _sender = new(true);
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private byte[] _held = [];
    private bool _isReceiving;
    private bool _hasReceived;
    private bool _hasSent;

    /// <summary>Takes a socket, which its owner closes later.</summary>
    /// <param name="socket">A bound socket.</param>
    /// <param name="wake">Ends the wait of whoever calls <see cref="Note"/>; from any thread.</param>
    /// <param name="receives">Whether what comes is received here.</param>
    public PortableDatagramSocket(Socket socket, Action wake, bool receives = true)
        : base(socket.AddressFamily, receives)
    {
        _socket = socket;
        _wake = wake;
        _from = new SocketAddress(socket.AddressFamily);
        _to = new SocketAddress(socket.AddressFamily);
        _receiver.RemoteEndPoint = new IPEndPoint(IsIPv4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        _receiver.Completed += (_, _) => Tell(ref _hasReceived);
        _sender.Completed += (_, _) => Tell(ref _hasSent);
        Prepare(socket);
        IgnoreUnreachable();
        KeepWhole();
        if (!receives)
            return;
        _receiver.SetBuffer(GC.AllocateUninitializedArray<byte>(DatagramBatch.SlotLength));
        Arm();
    }

    /// <summary>Takes note of what has ended since the last time; on the pump's thread.</summary>
    public void Note()
    {
        if (Volatile.Read(ref _hasReceived))
            IsReadable = true;
        if (!Volatile.Read(ref _hasSent))
            return;
        _hasSent = false;
        IsWritable = true;
    }

    /// <inheritdoc/>
    public override void Receive(DatagramBatch batch)
    {
        batch.Count = 0;
        if (!IsReadable)
            return;
        _hasReceived = false;
        try
        {
            if (_isReceiving)
                TakeFirst(batch);

            // Asked before, since a receive that finds nothing is an exception.
            while (batch.Count < DatagramBatch.Slots && _socket.Poll(0, SelectMode.SelectRead))
            {
                int length = _socket.ReceiveFrom(batch.Bytes.AsSpan(batch.Count * DatagramBatch.SlotLength, DatagramBatch.SlotLength), SocketFlags.None, _from);
                Keep(batch, SocketAddressBytes.ReadRest(_from.Buffer.Span, IsIPv4), length);
            }

            if (batch.Count < DatagramBatch.Slots)
                Arm();
        }
        catch (SocketException)
        {
            // The news of something sent that did not arrive, or a datagram that is too long: the socket itself is as good as before.
            _ = RestAsync();
        }
    }

    /// <inheritdoc/>
    public override int Send(Span<DatagramRun> runs, byte[] bytes, TooLongDatagrams tooLong)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            ref DatagramRun run = ref runs[i];
            SocketAddressBytes.WriteRest(run.Remote, _to.Buffer.Span);
            while (run.Length > 0)
            {
                if (!IsWritable)
                    return i;
                SendOne(run, bytes, tooLong);
                run.Skip(run.FirstLength);
            }
        }

        return runs.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is under way ends when the socket is closed, and frees its own memory then.
        _receiver.Dispose();
        _sender.Dispose();
    }

    private void SendOne(in DatagramRun run, byte[] bytes, TooLongDatagrams tooLong)
    {
        try
        {
            _socket.SendTo(bytes.AsSpan(run.Start, run.FirstLength), SocketFlags.None, _to);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            Hold(run.Remote, bytes.AsSpan(run.Start, run.FirstLength));
        }
        catch (SocketException e)
        {
            if (e.SocketErrorCode == SocketError.MessageSize)
                tooLong.Add(run.Remote, run.FirstLength);
        }
    }

    /// <summary>Gives the system a copy of the datagram that there was no room for.</summary>
    private void Hold(in DatagramAddress to, ReadOnlySpan<byte> datagram)
    {
        if (_held.Length < datagram.Length)
            _held = new byte[datagram.Length];
        datagram.CopyTo(_held);
        IsWritable = false;
        _sender.SetBuffer(_held, 0, datagram.Length);
        _sender.RemoteEndPoint = to.ToEndPoint();
        if (!_socket.SendToAsync(_sender))
            _hasSent = true;
    }

    private void TakeFirst(DatagramBatch batch)
    {
        _isReceiving = false;
        if (_receiver.SocketError != SocketError.Success)
            throw new SocketException((int)_receiver.SocketError);
        _receiver.MemoryBuffer.Span[.._receiver.BytesTransferred].CopyTo(batch.Bytes);
        Keep(batch, DatagramAddress.Of((IPEndPoint)_receiver.RemoteEndPoint!), _receiver.BytesTransferred);
    }

    private static void Keep(DatagramBatch batch, in DatagramAddress from, int length)
    {
        if (length == 0)
            return;
        batch.Runs[batch.Count] = new DatagramRun { Remote = from, Start = batch.Count * DatagramBatch.SlotLength, Length = length, Segment = length };
        batch.Count++;
    }

    private void Arm()
    {
        IsReadable = false;
        _isReceiving = true;
        if (_socket.ReceiveFromAsync(_receiver))
            return;
        _hasReceived = true;
        IsReadable = true;
    }

    private async Task RestAsync()
    {
        IsReadable = false;
        await Task.Delay(Pause).ConfigureAwait(false);
        Tell(ref _hasReceived);
    }

    private void Tell(ref bool what)
    {
        Volatile.Write(ref what, true);
        _wake();
    }

    // On Windows an ICMP "port unreachable" of one peer would fail the next receive from anyone.
    private void IgnoreUnreachable()
    {
        const int ConnectionReset = -1744830452; // SIO_UDP_CONNRESET
        if (OperatingSystem.IsWindows())
            _socket.IOControl(ConnectionReset, [0, 0, 0, 0], null);
    }

    // What is too long for the path must be dropped, not cut up: that is how a probe finds the path's MTU.
    private void KeepWhole()
    {
        try
        {
            if (IsIPv4)
                _socket.DontFragment = true;
            else if (OperatingSystem.IsWindows())
                SetIPv6Option(14); // IPV6_DONTFRAG
            else if (OperatingSystem.IsLinux())
                SetIPv6Option(LinuxSockets.OptionDontFragmentIPv6);
            else if (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD())
                SetIPv6Option(62); // IPV6_DONTFRAG
        }
        catch (Exception e) when (e is SocketException or NotSupportedException)
        {
            // Then probes go in fragments, and the MTU found is too large, which costs some speed.
        }

        void SetIPv6Option(int option) => _socket.SetRawSocketOption(41, option, MemoryMarshal.AsBytes<int>([1]));
    }
}
