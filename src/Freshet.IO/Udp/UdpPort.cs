using System.Runtime.CompilerServices;
using Freshet.Abstractions;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Udp;

/// <summary>
/// The UDP sockets of a session as the pump that owns them sees them, one a family: batches in, each datagram to whom it is for, and batches out. Messages of the DHT and
/// answers of trackers go to the two queues of <see cref="UdpEndpoints"/>, uTP to its receiver, each within bounds of its own, so that a flood of one pushes out no other.
/// </summary>
internal sealed class UdpPort
{
    /// <summary>
    /// Calls a turn and a socket. At 1,400 bytes a datagram that is 90 of them, or 4 MiB where the kernel puts them together: about a millisecond's work, after which the rest of
    /// the pump has its turn.
    /// </summary>
    private const int MaxCallsInTurn = 4;

    private readonly DatagramSocket[] _sockets;
    private readonly DatagramOutbox[] _outboxes;
    private readonly UdpEndpoints _mail;
    private readonly UtpHandOver? _handOver;
    private readonly int _index;
    private readonly TooLongDatagrams _tooLong = new();
    private DatagramBatch? _batch;

    /// <summary>Makes the port of sockets; at most one a family.</summary>
    /// <param name="sockets">The sockets, whose owner closes them.</param>
    /// <param name="mail">Takes what is for the engine.</param>
    /// <param name="handOver">Takes uTP that is another pump's; null where there is one pump.</param>
    /// <param name="index">Which pump this is.</param>
    public UdpPort(IEnumerable<DatagramSocket> sockets, UdpEndpoints mail, UtpHandOver? handOver = null, int index = 0)
    {
        _handOver = handOver;
        _index = index;
        _sockets = [.. sockets];
        _mail = mail;
        _outboxes = [.. _sockets.Select(socket => new DatagramOutbox(socket, _tooLong))];
        Output = new UdpBatchOutput(OutboxOf(isIPv4: true), OutboxOf(isIPv4: false));
    }

    /// <summary>Where uTP writes what goes out with the next <see cref="Flush"/>.</summary>
    public IUtpOutput Output { get; }

    /// <summary>Whether there is something to do without waiting.</summary>
    public bool HasTurn
    {
        get
        {
            for (int i = 0; i < _sockets.Length; i++)
            {
                if (_sockets[i].IsReadable || _outboxes[i].MayResume)
                    return true;
            }

            return _handOver is not null && _handOver.HasAny(_index);
        }
    }

    /// <summary>Whether there is a socket of an address's family.</summary>
    public bool Reaches(in DatagramAddress address)
    {
        foreach (DatagramSocket socket in _sockets)
        {
            if (socket.IsIPv4 == address.IsIPv4)
                return true;
        }

        return false;
    }

    /// <summary>Receives what has come, within the bounds of a turn; where the kernel has room again, sends what waited first.</summary>
    /// <param name="utp">Gets what looks like uTP; null: it is dropped.</param>
    /// <returns>Whether there is mail for the engine.</returns>
    public bool Receive(IUtpReceiver? utp)
    {
        Resume(utp);
        _handOver?.Deliver(_index, utp);
        bool hasMail = false;
        foreach (DatagramSocket socket in _sockets)
        {
            for (int i = 0; i < MaxCallsInTurn && socket.IsReadable; i++)
            {
                _batch ??= new DatagramBatch();
                socket.Receive(_batch);
                for (int run = 0; run < _batch.Count; run++)
                    hasMail |= Sort(_batch.Runs[run], _batch.Bytes, utp);
            }
        }

        return hasMail;
    }

    /// <summary>Sends what was written; what the kernel has no room for waits.</summary>
    /// <param name="utp">Hears of what was too long.</param>
    public void Flush(IUtpReceiver? utp)
    {
        foreach (DatagramOutbox outbox in _outboxes)
        {
            if (!outbox.IsFull)
                outbox.Flush();
        }

        if (!_tooLong.IsEmpty)
            Tell(utp);
    }

    private DatagramOutbox? OutboxOf(bool isIPv4)
    {
        int index = Array.FindIndex(_sockets, socket => socket.IsIPv4 == isIPv4);
        return index < 0 ? null : _outboxes[index];
    }

    private void Resume(IUtpReceiver? utp)
    {
        if (Output.HasRoom)
            return;
        foreach (DatagramOutbox outbox in _outboxes)
        {
            if (outbox.MayResume)
                outbox.Flush();
        }

        if (!_tooLong.IsEmpty)
            Tell(utp);
        if (Output.HasRoom)
            utp?.OutputReady();
    }

    private void Tell(IUtpReceiver? utp)
    {
        if (utp is not null)
            _tooLong.Tell(utp);
        else
            _tooLong.Clear();
    }

    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Sort(in DatagramRun run, byte[] bytes, IUtpReceiver? utp)
    {
        bool hasMail = false;
        ReadOnlySpan<byte> left = bytes.AsSpan(run.Start, run.Length);
        while (!left.IsEmpty)
        {
            ReadOnlySpan<byte> datagram = left[..Math.Min(run.Segment, left.Length)];
            left = left[datagram.Length..];
            DatagramKind kind = DatagramSorting.KindOf(datagram);
            if (kind == DatagramKind.Utp)
                Pass(run.Remote, datagram, utp);
            else if (kind != DatagramKind.Unknown)
                hasMail |= _mail.Keep(kind, run.Remote, datagram);
        }

        return hasMail;
    }

    private void Pass(in DatagramAddress from, ReadOnlySpan<byte> datagram, IUtpReceiver? utp)
    {
        if (_handOver is null)
        {
            utp?.Receive(from, datagram);
            return;
        }

        int pumps = _handOver.Pumps;
        int pump = UtpPumps.Of(datagram, pumps);
        Give(pump, from, datagram, utp);
        if (!UtpPumps.IsReset(datagram))
            return;
        int next = (pump + 1) % pumps, last = (pump + pumps - 1) % pumps;
        Give(next, from, datagram, utp);
        if (last != next)
            Give(last, from, datagram, utp);
    }

    private void Give(int pump, in DatagramAddress from, ReadOnlySpan<byte> datagram, IUtpReceiver? utp)
    {
        if (pump == _index)
            utp?.Receive(from, datagram);
        else
            _handOver!.Give(pump, from, datagram);
    }
}
