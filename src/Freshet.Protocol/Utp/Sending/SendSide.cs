using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>The direction from us of a stream: keeps what was written until it has arrived, sends it as the controller, the peer's window and the pace allow, and again where it is lost.</summary>
internal sealed class SendSide
{
    private readonly PacketWriter _writer;
    private readonly ICongestionController _controller;
    private readonly Scoreboard _board;
    private readonly SendBuffer _buffer;
    private readonly MtuSearch _mtu;
    private readonly DeliveryRecord _delivery = new();
    private readonly PacketCutter _cutter;
    private RoundTrip _roundTrip;
    private Pacer _pacer = new();
    private LossRule _rule;
    private TailTimer _tail = new();
    private PeerWindow _peer = new();
    private MonoTime _timeoutAt = MonoTime.Never;
    private bool _isEndWanted;
    private int _timeoutsInRow;
    private long _timeouts;
    private long _lost;

    public SendSide(PacketWriter writer, UtpSettings settings, BufferBudget budget, int maxDatagram, long first)
    {
        _writer = writer;
        _mtu = new MtuSearch(maxDatagram);
        _board = new Scoreboard(first);
        _buffer = new SendBuffer(budget, settings.MaxSendBuffer);
        _cutter = new PacketCutter(writer, _board, _buffer, _mtu, _delivery);
        _controller = settings.MakeController?.Invoke(_cutter.Payload) ?? Congestion.CongestionControllers.Create(settings.Congestion, _cutter.Payload);
        _controller.SetPacketSize(_cutter.Payload);
    }

    /// <summary>Whether what is acknowledged made room for an application that waits for it; reset by whoever looks.</summary>
    public bool HasNewRoom { get; set; }

    /// <summary>Whether the stream's end was sent.</summary>
    public bool IsEndSent => _cutter.IsEndSent;

    /// <summary>Whether the stream's end was acknowledged.</summary>
    public bool IsEndAcknowledged { get; private set; }

    /// <summary>Whether everything that was written was acknowledged.</summary>
    public bool IsIdle => _board.Count == 0 && _buffer.Length == 0;

    /// <summary>Whether memory is rented.</summary>
    public bool HoldsMemory => _board.HoldsMemory || _buffer.HoldsMemory;

    /// <summary>The number of the next packet.</summary>
    public long Next => _board.Next;

    /// <summary>The number of the first packet that is not acknowledged.</summary>
    public long First => _board.First;

    /// <summary>Bytes for which there is room.</summary>
    public int Room => _buffer.Room;

    /// <summary>The smoothed round trip.</summary>
    public TimeSpan RoundTrip => _roundTrip.Smoothed;

    /// <summary>When there is something to do, without anything that comes.</summary>
    public MonoTime Deadline => MonoTime.Min(MonoTime.Min(_timeoutAt, _tail.At), MonoTime.Min(_pacer.At, _peer.ProbeAt));

    /// <summary>Sends the start of the stream.</summary>
    public void Connect(ushort receiveId, MonoTime now)
    {
        _cutter.SendStart(receiveId, now);
        _timeoutAt = now + _roundTrip.Timeout;
    }

    /// <summary>The window that the peer began with.</summary>
    public void Begin(uint window) => _peer.Size = window;

    /// <summary>Takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes, _controller.Window);

    /// <summary>Nothing will be written any more.</summary>
    public void End() => _isEndWanted = true;

    /// <summary>Takes what a packet says of ours.</summary>
    /// <returns>False: it acknowledges what was never sent; nothing of it is to be believed.</returns>
    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Acknowledge(in UtpPacket packet, MonoTime now)
    {
        long ack = WireNumber.Near(_board.First - 1, packet.Header.Ack);
        if (ack >= _board.Next)
            return false;

        // Overtaken by others, and knows less than they did.
        if (ack < _board.First - 1)
            return true;
        long inFlight = _board.InFlight;
        _peer.Size = packet.Header.Window;
        long newestPossible = now.Nanoseconds - (_roundTrip.Shortest.Ticks * 100);
        _board.Acknowledge(ack, packet.SelectiveAck, newestPossible, out AckOutcome outcome);
        if (outcome.Packets > 0)
            Advance(in packet, in outcome, inFlight, now);
        else if (_board.Count > 0)
            Repeat(in packet, now);
        while (_board.FindLost(_rule.Threshold, _rule.Patience(_roundTrip.Smoothed), out long number))
            Lose(number, now);
        return true;
    }

    /// <summary>Sends what may be sent.</summary>
    public void Flush(ushort receiveId, MonoTime now)
    {
        _pacer.Rest();
        while (_writer.HasRoom && (_board.TryGetLost(out long lost) ? TrySendAgain(lost, receiveId, now) : TrySendNext(now)))
        {
        }

        if (_board.Count > 0 && _timeoutAt.IsNever)
            _timeoutAt = now + _roundTrip.Timeout;
        if (_board.Count > 0 && !_peer.IsFull && _delivery.Bytes > 0)
            _tail.Arm(_board.Count, in _roundTrip, now);

        // Less to send than the window allows, or a peer that takes less: then the path's limit is not what is measured.
        if ((_cutter.Waiting == 0 || _peer.IsFull) && _board.InFlight < _controller.Window)
            _delivery.NoteLimit(_board.InFlight);
    }

    /// <summary>Does what is due.</summary>
    /// <returns>False: the peer does not answer any more.</returns>
    public bool Advance(MonoTime now)
    {
        if (_tail.At <= now)
            _tail.Ask(_board);
        if (_timeoutAt > now)
            return true;
        bool isStart = _board[_board.First].Is(SentPacketFlags.Syn);
        _timeouts++;
        if (++_timeoutsInRow >= (isStart ? UtpLimits.MaxStarts : UtpLimits.MaxTimeouts))
            return false;
        TimeOut(isStart, now);
        return true;
    }

    /// <summary>Gives back what is not needed while nothing is on its way.</summary>
    public void Trim()
    {
        if (!IsIdle)
            return;
        _board.Clear();
        _buffer.Trim();
    }

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        _board.Clear();
        _buffer.Clear();
        _cutter.Clear();
        _timeoutAt = MonoTime.Never;
        _pacer.Rest();
        _tail.GiveUp();
        _peer.Rest();
    }

    /// <summary>What there is to tell.</summary>
    public UtpStatistics GetStatistics(long received, long duplicates) => new(
        _roundTrip.Smoothed, _roundTrip.Timeout, _controller.Window, _board.InFlight, _peer.Size, _mtu.Datagram, _cutter.Sent, _lost, _cutter.Resent, received, duplicates, _timeouts);

    // Zero is what is sent before anything was measured, and the greatest positive number what an old µTorrent sends then.
    private static uint? DelayOf(uint difference) => difference is 0 or int.MaxValue ? null : difference;

    private void Advance(in UtpPacket packet, in AckOutcome outcome, long inFlight, MonoTime now)
    {
        _timeoutsInRow = 0;
        _roundTrip.Progress();
        _mtu.Progress();
        _timeoutAt = _board.Count > 0 ? now + _roundTrip.Timeout : MonoTime.Never;
        _tail.Answered();
        _peer.Rest();
        _rule.Learn(in outcome);
        if (outcome.Overtaken + outcome.Late > 0)
            _controller.OnNotLost(outcome.Overtaken + outcome.Late, now);
        IsEndAcknowledged |= outcome.EndArrived;
        if (outcome.Released > 0)
            HasNewRoom |= _buffer.Release(outcome.Released);
        if (outcome.ProbeArrived && _mtu.ProbeLength > 0)
        {
            _mtu.Acknowledged(now);
            _controller.SetPacketSize(_cutter.Payload);
        }

        SentPacket newest = outcome.Newest >= 0 ? _board[outcome.Newest] : default;
        TimeSpan roundTrip = Measure(in outcome, in newest, now);
        if (outcome.Bytes == 0)
            return;
        TimeSpan interval = _delivery.Add(outcome.Bytes, in newest, now);
        _controller.OnAcked(new UtpAckSample(
            now, outcome.Bytes, inFlight, roundTrip, _roundTrip.Smoothed, DelayOf(packet.Header.TimestampDifference), _delivery.Bytes, newest.Delivered, interval, newest.Is(SentPacketFlags.AppLimited)));
    }

    private TimeSpan Measure(in AckOutcome outcome, in SentPacket newest, MonoTime now)
    {
        if (outcome.WasTailNeedless)
            _tail.WasNeedless();

        // Of what was sent more than once nobody knows which is answered (RFC 6298, 3).
        if (newest.Transmissions != 1 || newest.SentAt >= now.Nanoseconds)
            return TimeSpan.Zero;
        TimeSpan roundTrip = now - new MonoTime(newest.SentAt);
        _roundTrip.Add(roundTrip);
        if (outcome.Packets == 1 && _board.Count == 0)
            _tail.Learn(roundTrip - _roundTrip.Shortest);
        return roundTrip;
    }

    private void Repeat(in UtpPacket packet, MonoTime now)
    {
        // It hears us and takes nothing: it is patient work to wait for it, not a failure.
        if (_peer.IsFull)
            _timeoutsInRow = 0;
        if (_peer.HasOpened(_board) && _board.TryLoseFirst())
            return;
        if (_rule.IsTelling(in packet) && _board[_board.First].Transmissions == 1 && _board.TryLoseFirst())
            Lose(_board.First, now);
    }

    private void Lose(long number, MonoTime now)
    {
        ref SentPacket packet = ref _board[number];
        _lost++;
        if (packet.Is(SentPacketFlags.Probe) && _mtu.ProbeLength > 0)
            _mtu.Lost(now);
        else if (packet.Length > 0)
            _controller.OnLost(new UtpLossSample(now, packet.Length, _board.InFlight + packet.Length, new MonoTime(packet.SentAt)));
    }

    private void TimeOut(bool isStart, MonoTime now)
    {
        _roundTrip.BackOff();
        bool wasProbeAlone = _mtu.ProbeLength > 0 && _board.Count == 1;
        if (_mtu.ProbeLength > 0)
            _mtu.Lost(now);
        if (!isStart && !wasProbeAlone && !_peer.IsFull)
        {
            _controller.OnTimeout(now);
            if (_mtu.TimedOut(now))
                _controller.SetPacketSize(_cutter.Payload);
        }

        _lost += _board.Count;
        _board.LoseAll();
        _tail.GiveUp();
        _timeoutAt = now + _roundTrip.Timeout;
    }

    private bool TrySendAgain(long number, ushort receiveId, MonoTime now)
    {
        int length = _board[number].Length;
        if (!MaySend(length, now))
            return false;
        _cutter.SendAgain(number, receiveId, now);
        NotePace(length, now);
        return true;
    }

    private bool TrySendNext(MonoTime now)
    {
        if (_cutter.Waiting == 0)
        {
            if (_isEndWanted && !_cutter.IsEndSent)
                _cutter.SendEnd(now);
            return false;
        }

        int length = (int)Math.Min(_cutter.Waiting, _cutter.Payload);
        if (!_peer.Takes(_board, ref length, _roundTrip.Timeout, now) || !MaySend(length, now))
            return false;
        if (_board.Count == 0)
        {
            TimeSpan idle = _delivery.BeginFlight(_writer.LastAt, now);
            if (_delivery.Bytes > 0 && idle > _roundTrip.Timeout)
                _controller.OnIdle(idle, now);
        }

        _cutter.SendNext(length, _controller.Window, now);
        NotePace(length, now);
        return true;
    }

    private bool MaySend(int length, MonoTime now)
    {
        if (_board.InFlight > 0 && _board.InFlight + length > _controller.Window)
            return false;
        return _pacer.MaySend(_controller.PacingRate, _roundTrip.Smoothed, now);
    }

    private void NotePace(int length, MonoTime now)
        => _pacer.Sent(UtpHeader.Length + length, _controller.PacingRate, _roundTrip.Smoothed, now);
}
