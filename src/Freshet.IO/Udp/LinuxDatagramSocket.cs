using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Native;
using Freshet.IO.Pumps;

namespace Freshet.IO.Udp;

/// <summary>A UDP socket by Linux's calls for many messages, each of which may be a whole run of datagrams; where the kernel has not got them, one message a call.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LinuxDatagramSocket : DatagramSocket
{
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly EpollPoller? _poller;
    private readonly bool _manyACall;
    private readonly bool _joins;
    private readonly MessageTable _table = new(Math.Max(DatagramOutbox.MaxRuns, DatagramBatch.Slots));

    /// <summary>Takes a socket, which its owner closes later.</summary>
    /// <param name="socket">A bound socket.</param>
    /// <param name="powers">What the kernel does.</param>
    /// <param name="poller">Tells of room; null: whoever tries this alone does.</param>
    /// <param name="receives">Whether what comes is received here.</param>
    public LinuxDatagramSocket(Socket socket, UdpPowers powers, EpollPoller? poller, bool receives = true)
        : base(socket.AddressFamily, receives)
    {
        _socket = socket;
        Prepare(socket);
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        _poller = poller;
        _manyACall = powers.ManyACall;
        Cuts = powers.Cuts;
        _joins = powers.Joins && LinuxSockets.TrySetOption(_descriptor, DatagramCalls.LevelUdp, DatagramCalls.Coalesce, 1);
        KeepWhole();
    }

    /// <summary>Whether runs go out as one message each; not any more once the way out has refused one that it took in pieces.</summary>
    public bool Cuts { get; private set; }

    /// <inheritdoc/>
    public override void Receive(DatagramBatch batch)
    {
        batch.Count = 0;
        for (int i = 0; i < DatagramBatch.Slots; i++)
            _table.SetPlace(i, Address(batch.Bytes, i * DatagramBatch.SlotLength), DatagramBatch.SlotLength, _joins);
        int count = ReceiveMessages();

        // Fewer than asked for: the queue was empty, and what comes later is told by a new edge. An error is of a moment, and its datagrams come with the next one.
        IsReadable = count == DatagramBatch.Slots;
        for (int i = 0; i < count; i++)
        {
            if (!_table.TryRead(i, IsIPv4, out DatagramRun run))
                continue;
            run.Start = i * DatagramBatch.SlotLength;
            batch.Runs[batch.Count++] = run;
        }
    }

    /// <inheritdoc/>
    public override int Send(Span<DatagramRun> runs, byte[] bytes, TooLongDatagrams tooLong)
    {
        int first = 0;
        while (first < runs.Length)
        {
            int sent = SendMessages(Fill(runs[first..], bytes));
            if (sent > 0)
            {
                first += Advance(runs[first..], sent, wereTaken: true);
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == Errno.Interrupted)
                continue;
            if (error == Errno.Again)
            {
                IsWritable = false;
                _poller?.WatchRoom(this, true);
                return first;
            }

            ref DatagramRun refused = ref runs[first];
            if (_table.LengthOf(0) > refused.Segment && error is Errno.Io or Errno.Invalid or Errno.MessageTooLong or Errno.NotSupported)
            {
                // An interface that cannot cut, a route through a tunnel that cannot, or datagrams longer than it takes: each alone finds out.
                refused.GoSingly = true;
                continue;
            }

            // Whatever else there is against it, no later attempt would be better: it is lost, as datagrams are.
            if (error == Errno.MessageTooLong)
                tooLong.Add(refused.Remote, refused.FirstLength);
            first += Advance(runs[first..], 1, wereTaken: false);
        }

        return first;
    }

    /// <summary>The poller has found room.</summary>
    public void NoteRoom()
    {
        IsWritable = true;
        _poller?.WatchRoom(this, false);
    }

    /// <summary>The system's number of the socket.</summary>
    public int Descriptor => _descriptor;

    // What is too long for the path must be dropped, not cut up: that is how a probe finds the path's MTU, and fragments are lost with each one of them.
    private void KeepWhole()
    {
        if (IsIPv4)
        {
            LinuxSockets.TrySetOption(_descriptor, LinuxSockets.LevelIP, LinuxSockets.OptionMtuDiscover, LinuxSockets.MtuDiscoverProbe);
            return;
        }

        LinuxSockets.TrySetOption(_descriptor, LinuxSockets.LevelIPv6, LinuxSockets.OptionMtuDiscoverIPv6, LinuxSockets.MtuDiscoverProbe);
        LinuxSockets.TrySetOption(_descriptor, LinuxSockets.LevelIPv6, LinuxSockets.OptionDontFragmentIPv6, 1);
    }

    private int ReceiveMessages()
    {
        const int Flags = LinuxSockets.MessageDontWait;
        int count;
        if (_manyACall)
        {
            do
                count = DatagramCalls.Receive(_descriptor, _table.Headers, DatagramBatch.Slots, Flags);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
            return Math.Max(0, count);
        }

        for (count = 0; count < DatagramBatch.Slots; count++)
        {
            int length = DatagramCalls.ReceiveOne(_descriptor, &_table.Headers[count].Message, Flags);
            if (length < 0)
                break;
            _table.Headers[count].Length = (uint)length;
        }

        return count;
    }

    private int SendMessages(int count)
    {
        const int Flags = LinuxSockets.MessageDontWait | LinuxSockets.MessageNoSignal;
        if (_manyACall)
            return DatagramCalls.Send(_descriptor, _table.Headers, count, Flags);
        return DatagramCalls.SendOne(_descriptor, &_table.Headers->Message, Flags) < 0 ? -1 : 1;
    }

    /// <summary>Makes messages of what is to be sent, as many as the table holds.</summary>
    private int Fill(Span<DatagramRun> runs, byte[] bytes)
    {
        int limit = _manyACall ? _table.Capacity : 1;
        int count = 0;
        foreach (ref DatagramRun run in runs)
        {
            bool whole = Cuts && !run.GoSingly;
            for (int offset = 0; offset < run.Length;)
            {
                if (count == limit)
                    return count;
                int length = whole ? run.Length : Math.Min(run.Segment, run.Length - offset);
                _table.SetMessage(count++, run.Remote, Address(bytes, run.Start + offset), length, length > run.Segment ? run.Segment : 0);
                offset += length;
            }
        }

        return count;
    }

    /// <summary>Drops the first messages of the table from the runs that they were made of.</summary>
    /// <returns>How many runs are done with.</returns>
    private int Advance(Span<DatagramRun> runs, int messages, bool wereTaken)
    {
        int done = 0;
        for (int i = 0; i < messages; i++)
        {
            ref DatagramRun run = ref runs[done];
            int length = _table.LengthOf(i);

            // One of the same length goes by itself, so it was not the length that was refused, but to cut.
            if (wereTaken && run.GoSingly && length == run.Segment)
                Cuts = false;
            run.Skip(length);
            if (run.Length == 0)
                done++;
        }

        return done;
    }

    // Safety: the arrays are pinned for their lives.
    private static byte* Address(byte[] pinned, int offset) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned)) + offset;
}
