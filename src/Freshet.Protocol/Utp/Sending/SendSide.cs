using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// The direction from us of a stream: cuts what was written into packets, sends them as the controller, the peer's window and the pace allow, and sends again what is lost. A packet
/// keeps its number and its bytes for ever, since acknowledgements speak of numbers.
/// </summary>
internal sealed class SendSide
{
    private readonly PacketWriter _writer;
    private readonly ICongestionController _controller;
    private readonly Scoreboard _board;
    private RoundTrip _roundTrip;
    private MtuSearch _mtu;
    private Pacer _pacer;
    private SendBuffer _buffer;
    private long _cut;
    private bool _isEndWanted;
    private long _peerWindow;
    private int _equalAcks;
    private int _patience;
    private long _delivered;
    private MonoTime _deliveredAt;
    private long _windowSentAt;
    private long _appLimitedUntil = -1;
    private MonoTime _timeoutAt = MonoTime.Never;
    private MonoTime _tailAt = MonoTime.Never;
    private int _tails;
    private TimeSpan _ackDelay = UtpLimits.PeerAckDelay;
    private MonoTime _paceAt = MonoTime.Never;
    private MonoTime _windowProbeAt = MonoTime.Never;
    private int _timeoutsInRow;
    private bool _isPeerFull;
    private long _windowProbe = -1;

    public SendSide(PacketWriter writer, UtpSettings settings, BufferBudget budget, int maxDatagram, long first)
    {
        _writer = writer;
        _mtu = new MtuSearch(maxDatagram);
        _board = new Scoreboard(first);
        _buffer = new SendBuffer(budget, settings.MaxSendBuffer);
        int payload = _mtu.Datagram - UtpHeader.Length;
        _controller = settings.MakeController?.Invoke(payload) ?? Congestion.CongestionControllers.Create(settings.Congestion, payload);
        _controller.SetPacketSize(payload);
    }

    /// <summary>Whether what is acknowledged made room for an application that waits for it; reset by whoever looks.</summary>
    public bool HasNewRoom { get; set; }

    /// <summary>Whether the stream's end was acknowledged.</summary>
    public bool IsEndAcknowledged { get; private set; }

    /// <summary>Whether everything that was written was acknowledged.</summary>
    public bool IsIdle => _board.Count == 0 && _buffer.Length == 0;

    /// <summary>The number of the next packet.</summary>
    public long Next => _board.Next;

    /// <summary>The number of the first packet that is not acknowledged.</summary>
    public long First => _board.First;

    /// <summary>Bytes for which there is room.</summary>
    public int Room => _buffer.Room;

    /// <summary>The smoothed round trip.</summary>
    public TimeSpan RoundTrip => _roundTrip.Smoothed;

    /// <summary>Packets with payload sent, those sent again counted.</summary>
    public long PacketsSent { get; private set; }

    /// <summary>Packets that were found to be lost.</summary>
    public long PacketsLost { get; private set; }

    /// <summary>Packets sent again.</summary>
    public long PacketsResent { get; private set; }

    /// <summary>Times at which a packet was waited for in vain.</summary>
    public long Timeouts { get; private set; }

    /// <summary>When there is something to do, without anything that comes.</summary>
    public MonoTime Deadline => MonoTime.Min(MonoTime.Min(_timeoutAt, _tailAt), MonoTime.Min(_paceAt, _windowProbeAt));

    /// <summary>Whether an end was sent.</summary>
    public bool IsEndSent { get; private set; }

    /// <summary>Whether memory is rented.</summary>
    public bool HoldsMemory => _board.HoldsMemory || _buffer.HoldsMemory;

    private int Payload => _mtu.Datagram - UtpHeader.Length;

    /// <summary>Sends the start of the stream.</summary>
    public void Connect(ushort receiveId, MonoTime now)
    {
        _writer.SendSyn(receiveId, _board.Next, now);
        _board.Add(new SentPacket { SentAt = now.Nanoseconds, DeliveredAt = now.Nanoseconds, Transmissions = 1, Flags = SentPacketFlags.Syn });
        _timeoutAt = now + _roundTrip.Timeout;
    }

    /// <summary>The window that the peer began with.</summary>
    public void Begin(uint window) => _peerWindow = window;

    /// <summary>Takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes, _controller.Window);

    /// <summary>Nothing will be written any more.</summary>
    public void End() => _isEndWanted = true;

    /// <summary>Takes what a packet says of ours.</summary>
    /// <returns>False: it acknowledges what was never sent; nothing of it is to be believed.</returns>
    public bool Acknowledge(in UtpPacket packet, MonoTime now)
    {
        long ack = WireNumber.Near(_board.First - 1, packet.Header.Ack);
        if (ack >= _board.Next)
            return false;

        // Overtaken by others, and knows less than they did.
        if (ack < _board.First - 1)
            return true;
        long inFlight = _board.InFlight;
        _peerWindow = packet.Header.Window;
        long newestPossible = now.Nanoseconds - (_roundTrip.Shortest.Ticks * 100);
        _board.Acknowledge(ack, packet.SelectiveAck, newestPossible, out AckOutcome outcome);
        if (outcome.Packets > 0)
            Advance(in packet, in outcome, inFlight, now);
        else
            Repeat(in packet, now);
        FindLost(now);
        return true;
    }

    /// <summary>Sends what may be sent.</summary>
    public void Flush(ushort receiveId, MonoTime now)
    {
        _paceAt = MonoTime.Never;
        while (_writer.HasRoom)
        {
            if (_board.TryGetLost(out long lost))
            {
                if (!MaySend(_board[lost].Length, now))
                    break;
                Resend(lost, receiveId, now);
            }
            else if (!TrySendNext(now))
            {
                break;
            }
        }

        if (_board.Count > 0 && _timeoutAt.IsNever)
            _timeoutAt = now + _roundTrip.Timeout;
        if (_board.Count > 0 && _tails < UtpLimits.MaxTails && !_isPeerFull && _delivered > 0)
            _tailAt = now + ((_roundTrip.Usual + UtpLimits.TailDelay + (_board.Count > 1 ? TimeSpan.Zero : _ackDelay * 1.25)) * (1 + _tails));

        // Less to send than the window allows, or a peer that takes less: then the path's limit is not what is measured.
        if ((_buffer.End == _cut || _isPeerFull) && _board.InFlight < _controller.Window)
            _appLimitedUntil = _delivered + _board.InFlight;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>False: the peer does not answer any more.</returns>
    public bool Advance(MonoTime now)
    {
        if (_tailAt <= now)
            AskForTail();
        if (_timeoutAt > now)
            return true;
        bool isStart = _board[_board.First].Is(SentPacketFlags.Syn);
        Timeouts++;
        if (++_timeoutsInRow >= (isStart ? UtpLimits.MaxStarts : UtpLimits.MaxTimeouts))
            return false;
        _roundTrip.BackOff();
        bool wasProbeAlone = _mtu.ProbeLength > 0 && _board.Count == 1;
        if (_mtu.ProbeLength > 0)
            _mtu.Lost(now);
        if (!isStart && !wasProbeAlone && !_isPeerFull)
        {
            _controller.OnTimeout(now);
            if (_mtu.TimedOut(now))
                _controller.SetPacketSize(Payload);
        }

        PacketsLost += _board.Count;
        _board.LoseAll();
        _tails = UtpLimits.MaxTails;
        _tailAt = MonoTime.Never;
        _timeoutAt = now + _roundTrip.Timeout;
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
        _cut = _buffer.End;
        _timeoutAt = MonoTime.Never;
        _tailAt = MonoTime.Never;
        _paceAt = MonoTime.Never;
        _windowProbeAt = MonoTime.Never;
    }

    /// <summary>What there is to tell.</summary>
    public UtpStatistics GetStatistics(long received, long duplicates) => new(
        _roundTrip.Smoothed,
        _roundTrip.Timeout,
        _controller.Window,
        _board.InFlight,
        _peerWindow,
        _mtu.Datagram,
        PacketsSent,
        PacketsLost,
        PacketsResent,
        received,
        duplicates,
        Timeouts);

    private void Advance(in UtpPacket packet, in AckOutcome outcome, long inFlight, MonoTime now)
    {
        _equalAcks = 0;
        _timeoutsInRow = 0;
        _roundTrip.Progress();
        _mtu.Progress();
        _timeoutAt = _board.Count > 0 ? now + _roundTrip.Timeout : MonoTime.Never;
        _tailAt = MonoTime.Never;
        _tails = 0;
        _windowProbeAt = MonoTime.Never;
        if (outcome.Overtaken + outcome.Late > 0)
        {
            // Many that are late at once were held up once, after a time-out most likely.
            _patience = Math.Min(UtpLimits.MaxPatience, _patience + outcome.Overtaken + Math.Min(outcome.Late, 1));
            _controller.OnNotLost(outcome.Overtaken + outcome.Late, now);
        }

        IsEndAcknowledged |= outcome.EndArrived;
        if (outcome.Released > 0)
            HasNewRoom |= _buffer.Release(outcome.Released);
        if (outcome.ProbeArrived && _mtu.ProbeLength > 0)
        {
            _mtu.Acknowledged(now);
            _controller.SetPacketSize(Payload);
        }

        SentPacket newest = outcome.Newest >= 0 ? _board[outcome.Newest] : default;
        TimeSpan roundTrip = newest.Transmissions == 1 ? now - new MonoTime(newest.SentAt) : TimeSpan.Zero;
        if (roundTrip > TimeSpan.Zero)
            _roundTrip.Add(roundTrip);
        LearnAckDelay(in outcome, roundTrip);
        if (outcome.Bytes == 0)
            return;
        _delivered += outcome.Bytes;
        _deliveredAt = now;
        _windowSentAt = Math.Max(_windowSentAt, newest.SentAt);

        // Acknowledgements that come in a bunch must not look like a faster path: nothing arrives faster than it was sent.
        long interval = Math.Max(now.Nanoseconds - newest.DeliveredAt, newest.SentAt - newest.WindowSentAt);
        _controller.OnAcked(new UtpAckSample(
            now,
            outcome.Bytes,
            inFlight,
            roundTrip,
            _roundTrip.Smoothed,
            DelayOf(packet.Header.TimestampDifference),
            _delivered,
            newest.Delivered,
            outcome.Newest >= 0 ? new TimeSpan(interval / 100) : TimeSpan.Zero,
            newest.Is(SentPacketFlags.AppLimited)));
    }

    private void FindLost(MonoTime now)
    {
        // Once packets were seen to overtake each other, their number says nothing any more and time alone does.
        int threshold = _patience == 0 ? UtpLimits.LossThreshold : int.MaxValue;
        TimeSpan patience = _roundTrip.Smoothed * Math.Max(1, _patience) / 4;
        while (_board.FindLost(threshold, patience, out long number))
            Lose(number, now);
    }

    /// <summary>The last packet, or the acknowledgement of it, may be lost, and nothing behind it shows that: it is sent again.</summary>
    private void AskForTail()
    {
        _tailAt = MonoTime.Never;
        _tails++;
        _board.AskForTail();
    }

    /// <summary>How long the peer holds acknowledgements of single packets back: what one of those took beyond the shortest round trip. It was longer than thought where a tail was asked for in vain.</summary>
    private void LearnAckDelay(in AckOutcome outcome, TimeSpan roundTrip)
    {
        if (outcome.WasTailNeedless)
            _ackDelay = UtpLimits.PeerAckDelay;
        else if (outcome.Packets == 1 && _board.Count == 0 && roundTrip > TimeSpan.Zero)
            _ackDelay = Max(roundTrip - _roundTrip.Shortest, _ackDelay * 0.875);

        static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
    }

    // Zero is what is sent before anything was measured, and the greatest positive number what an old µTorrent sends then.
    private static uint? DelayOf(uint difference) => difference is 0 or int.MaxValue ? null : difference;

    private void Repeat(in UtpPacket packet, MonoTime now)
    {
        if (_board.Count == 0)
            return;

        // It hears us and takes nothing: it is patient work to wait for it, not a failure.
        if (_isPeerFull)
            _timeoutsInRow = 0;

        // It had no room for what asked for it, and has now.
        if (_board.First == _windowProbe && _peerWindow >= _board[_windowProbe].Length && _board.TryLoseFirst())
            return;
        if (packet.Header.Type != UtpPacketType.State || !packet.SelectiveAck.IsEmpty || ++_equalAcks != UtpLimits.LossThreshold)
            return;
        if (_board[_board.First].Transmissions == 1 && _board.TryLoseFirst())
            Lose(_board.First, now);
    }

    private void Lose(long number, MonoTime now)
    {
        ref SentPacket packet = ref _board[number];
        PacketsLost++;
        if (packet.Is(SentPacketFlags.Probe) && _mtu.ProbeLength > 0)
            _mtu.Lost(now);
        else if (packet.Length > 0)
            _controller.OnLost(new UtpLossSample(now, packet.Length, _board.InFlight + packet.Length, new MonoTime(packet.SentAt)));
    }

    private bool MaySend(int length, MonoTime now)
    {
        if (_board.InFlight > 0 && _board.InFlight + length > _controller.Window)
            return false;
        long rate = _controller.PacingRate;
        if (!Pacer.Applies(rate, _roundTrip.Smoothed) || _pacer.MaySend(rate, now))
            return true;
        _paceAt = _pacer.Next(rate);
        return false;
    }

    private bool TrySendNext(MonoTime now)
    {
        long waiting = _buffer.End - _cut;
        if (waiting == 0)
            return TrySendEnd(now);
        int length = (int)Math.Min(waiting, Payload);
        if (!HasPeerRoom(ref length, now) || !MaySend(length, now))
            return false;
        int padding = Padding(length, waiting, now);
        SendData(length, padding, now);
        return true;
    }

    private bool HasPeerRoom(ref int length, MonoTime now)
    {
        long unacknowledged = _board.InFlight + _board.LostBytes;
        long room = _peerWindow - unacknowledged;
        _isPeerFull = room < length;
        if (!_isPeerFull)
        {
            // Many small packets fill a peer's places before they fill its window.
            _windowProbeAt = MonoTime.Never;
            return _board.Count < Math.Max(UtpLimits.CommonReorder, _peerWindow / UtpLimits.BytesPerPlace);
        }

        if (_board.Count > 0)
            return false;

        // Nothing on its way will bring news: after a while a small packet asks.
        if (_windowProbeAt.IsNever)
            _windowProbeAt = now + _roundTrip.Timeout;
        if (_windowProbeAt > now)
            return false;
        _windowProbeAt = MonoTime.Never;
        _windowProbe = _board.Next;
        length = (int)Math.Clamp(room, 1, length);
        return true;
    }

    private int Padding(int length, long waiting, MonoTime now)
    {
        // Packets behind it show that the probe alone was lost.
        if (!_mtu.IsWanted(now) || length < Payload || waiting < 4L * Payload || _controller.Window < _board.InFlight + (4L * Payload))
            return 0;
        int probe = _mtu.NextProbe(_writer.LongestProbe(now), now);
        int padding = probe - UtpHeader.Length - length;
        return probe == 0 || padding < 2 ? 0 : padding;
    }

    private void SendData(int length, int padding, MonoTime now)
    {
        if (_board.Count == 0)
            BeginFlight(now);
        Span<byte> body = _writer.Begin(UtpPacketType.Data, _board.Next, padding + length, padding > 0 ? UtpHeader.Padding : (byte)0, now);
        if (padding > 0)
        {
            PacketWriter.WritePadding(body[..padding]);
            _mtu.Sent(UtpHeader.Length + padding + length);
        }

        _buffer.CopyTo(_cut, body[padding..]);
        _writer.Commit(padding > 0);
        _board.Add(new SentPacket
        {
            Position = _cut,
            SentAt = now.Nanoseconds,
            Delivered = _delivered,
            DeliveredAt = _deliveredAt.Nanoseconds,
            WindowSentAt = _windowSentAt,
            Length = length,
            Transmissions = 1,
            Flags = (padding > 0 ? SentPacketFlags.Probe : SentPacketFlags.None) | (_delivered <= _appLimitedUntil ? SentPacketFlags.AppLimited : SentPacketFlags.None),
        });
        _cut += length;
        Paced(length, now);
    }

    private bool TrySendEnd(MonoTime now)
    {
        if (!_isEndWanted || IsEndSent)
            return false;
        IsEndSent = true;
        _writer.Begin(UtpPacketType.Fin, _board.Next, 0, 0, now);
        _writer.Commit();
        _board.Add(new SentPacket { Position = _cut, SentAt = now.Nanoseconds, Delivered = _delivered, DeliveredAt = now.Nanoseconds, Transmissions = 1, Flags = SentPacketFlags.Fin });
        return false;
    }

    private void Resend(long number, ushort receiveId, MonoTime now)
    {
        ref SentPacket packet = ref _board[number];
        PacketsResent++;
        if (packet.Is(SentPacketFlags.Syn))
        {
            _writer.SendSyn(receiveId, number, now);
        }
        else
        {
            Span<byte> body = _writer.Begin(packet.Is(SentPacketFlags.Fin) ? UtpPacketType.Fin : UtpPacketType.Data, number, packet.Length, 0, now);
            _buffer.CopyTo(packet.Position, body);
            _writer.Commit();
        }

        packet.Delivered = _delivered;
        packet.DeliveredAt = _deliveredAt.Nanoseconds;
        packet.WindowSentAt = _windowSentAt;
        _board.Resent(number, now);
        Paced(packet.Length, now);
    }

    private void BeginFlight(MonoTime now)
    {
        TimeSpan idle = now - MonoTime.Max(_deliveredAt, _writer.LastAt);
        if (_delivered > 0 && idle > _roundTrip.Timeout)
            _controller.OnIdle(idle, now);
        _deliveredAt = now;
        _windowSentAt = now.Nanoseconds;
    }

    private void Paced(int length, MonoTime now)
    {
        PacketsSent++;
        long rate = _controller.PacingRate;
        if (Pacer.Applies(rate, _roundTrip.Smoothed))
            _pacer.Sent(UtpHeader.Length + length, rate, now);
    }
}
