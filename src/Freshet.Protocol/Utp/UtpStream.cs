using System.Runtime.CompilerServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp.Receiving;
using Freshet.Protocol.Utp.Sending;

namespace Freshet.Protocol.Utp;

/// <summary>
/// One connection of uTP: bytes both ways, in order, none twice. What is written and read shows its effect on the wire at the end of the batch (<see cref="UtpEndpoint.EndBatch"/>).
/// </summary>
public sealed class UtpStream
{
    private readonly UtpEndpoint _endpoint;
    private readonly PacketWriter _writer;
    private readonly SendSide _send;
    private readonly ReceiveSide _receive;
    private MonoTime _trimAt = MonoTime.Never;
    private MonoTime _closeAt = MonoTime.Never;

    internal UtpStream(UtpEndpoint endpoint, in StreamKey key, ushort sendId, ushort number, bool isIncoming)
    {
        _endpoint = endpoint;
        Key = key;
        SendId = sendId;
        IsIncoming = isIncoming;
        UtpSettings settings = endpoint.Settings;
        _receive = new ReceiveSide(endpoint.ReorderSlots, endpoint.Budget, settings.MaxReceiveBuffer);
        _writer = new PacketWriter(endpoint.Output, endpoint.PathLimits, key.Remote, sendId, _receive);
        int maxDatagram = key.Remote.IsIPv4 ? settings.MaxDatagram : settings.MaxDatagramIPv6;
        _send = new SendSide(_writer, settings, endpoint.Budget, maxDatagram, number);
    }

    /// <summary>The peer.</summary>
    public DatagramAddress Remote => Key.Remote;

    /// <summary>Whether the peer has opened it.</summary>
    public bool IsIncoming { get; }

    /// <summary>Whose stream it is: for whoever uses it.</summary>
    public object? Owner { get; set; }

    /// <summary>Where it is in its life.</summary>
    public UtpStreamState State { get; private set; }

    /// <summary>Whether bytes go both ways.</summary>
    public bool IsConnected => State == UtpStreamState.Connected;

    /// <summary>Why it ended, where neither side has closed it.</summary>
    public DisconnectReason Fault { get; private set; }

    /// <summary>Bytes that can be read.</summary>
    public int Readable => _receive.Readable;

    /// <summary>Whether there is something to read. Also after a fault: what has come is there.</summary>
    public bool IsReadable => Readable > 0;

    /// <summary>Whether the peer has ended its direction and everything before that was read.</summary>
    public bool HasEnded => _receive.IsComplete && Readable == 0;

    /// <summary>Whether something can be written.</summary>
    public bool IsWritable => IsConnected && _send.Room > 0;

    /// <summary>Whether everything that was written was acknowledged.</summary>
    public bool IsFlushed => _send.IsIdle;

    internal StreamKey Key { get; }

    internal ushort SendId { get; }

    internal int HeapIndex { get; set; } = -1;

    internal bool IsTouched { get; set; }

    internal bool IsBlocked { get; set; }

    internal bool IsListed { get; set; }

    internal bool HoldsMemory => _send.HoldsMemory || _receive.HoldsMemory;

    /// <summary>Whether a start under the same id may take its place: it is closed on both sides and only answers repetitions.</summary>
    internal bool IsReplaceable => State == UtpStreamState.Closing && _send.IsEndAcknowledged;

    /// <summary>Reads bytes.</summary>
    /// <returns>How many; 0: there are none now.</returns>
    public int Read(Span<byte> to)
    {
        int length = _receive.Read(to);
        if (length > 0)
            _endpoint.Touch(this);
        return length;
    }

    /// <summary>The next bytes in place, for the reader to change as he likes (to decrypt), as many as lie in one run; until something is received or read.</summary>
    public Span<byte> Peek() => _receive.First;

    /// <summary>Drops bytes that were read in place.</summary>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Readable, nameof(count));
        _receive.Skip(count);
        _endpoint.Touch(this);
    }

    /// <summary>Writes as many bytes as there is room for; they are copied.</summary>
    /// <returns>How many. When there was no room, or is none left, the stream is among the changed ones once there is some.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (!IsConnected)
            return 0;
        int length = _send.Write(bytes);
        if (length > 0)
            _endpoint.Touch(this);
        return length;
    }

    /// <summary>
    /// The application is done with it. What was written still goes out, and the end behind it; what comes is acknowledged and dropped. The endpoint sees to that, for as long
    /// as the settings allow.
    /// </summary>
    public void Close()
    {
        if (State == UtpStreamState.Connecting)
            Finish();
        else if (State == UtpStreamState.Closed)
            _receive.Release();
        if (State != UtpStreamState.Connected)
            return;
        State = UtpStreamState.Closing;
        _send.End();
        _receive.Discard();
        _endpoint.Closing(this);
        _endpoint.Touch(this);
    }

    /// <summary>Ends it at once; the peer is told that there is no such stream any more.</summary>
    public void Abort()
    {
        if (State is UtpStreamState.Connected or UtpStreamState.Closing && _writer.HasRoom)
            _endpoint.SendReset(Remote, SendId, (ushort)_receive.Ack);
        Finish();
        _receive.Release();
    }

    /// <summary>What there is to tell of it.</summary>
    public UtpStatistics GetStatistics() => _send.GetStatistics(_receive.Packets, _receive.Duplicates);

    internal void Connect(MonoTime now)
    {
        State = UtpStreamState.Connecting;
        _send.Connect(Key.ReceiveId, now);
    }

    internal void Accept(ushort peerNumber, in UtpHeader proof)
    {
        State = UtpStreamState.Connected;
        _receive.Start(peerNumber);
        _send.Begin(proof.Window);
    }

    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Receive(in UtpPacket packet, MonoTime now)
    {
        if (State == UtpStreamState.Connecting && !TryStart(packet.Header, now))
            return;
        if (State == UtpStreamState.Closed || !_receive.IsPlausible(packet.Header.Sequence) || !_send.Acknowledge(in packet, now))
            return;
        _receive.Note(packet.Header, now);
        if (packet.Header.Type != UtpPacketType.State && _receive.Take(in packet, _send.RoundTrip, now))
            _endpoint.Changed(this);
        if (_send.HasNewRoom && IsConnected)
            _endpoint.Changed(this);
        _send.HasNewRoom = false;
        _endpoint.Touch(this);
    }

    internal void ReceiveReset(in UtpHeader header)
    {
        // Only who has seen one of our last packets knows such a number.
        long ack = WireNumber.Near(_send.First - 1, header.Ack);
        if (ack >= _send.First - UtpLimits.LossThreshold && ack <= _send.Next)
            Fail(State == UtpStreamState.Connecting ? DisconnectReason.ConnectFailed : DisconnectReason.ClosedByPeer);
    }

    internal void Fail(DisconnectReason reason)
    {
        if (State != UtpStreamState.Closing)
            Fault = reason;
        Finish();
    }

    /// <summary>Sends what may be sent and is due.</summary>
    internal void Flush(MonoTime now)
    {
        if (State == UtpStreamState.Closed)
            return;
        long written = _writer.Packets;
        _send.Flush(Key.ReceiveId, now);
        bool hasWritten = _writer.Packets != written;
        if (State != UtpStreamState.Connecting && _receive.MustAck(now))
        {
            if (hasWritten && !_receive.HasGap)
                _receive.AckSent();
            else if (_writer.HasRoom)
                SendState(now);
        }
        else if (hasWritten && !_receive.HasGap)
        {
            _receive.AckSent();
        }

        _trimAt = HoldsMemory && _send.IsIdle && _receive.IsIdle ? now + UtpLimits.TrimAfter : MonoTime.Never;
        if (State == UtpStreamState.Closing)
            CheckClosed(now);
    }

    /// <summary>When there is something to do, without anything that comes.</summary>
    internal MonoTime Deadline()
    {
        if (State == UtpStreamState.Closed || IsBlocked)
            return MonoTime.Never;
        MonoTime deadline = MonoTime.Min(MonoTime.Min(_send.Deadline, _receive.AckDue), MonoTime.Min(_trimAt, _closeAt));
        return State == UtpStreamState.Connected ? MonoTime.Min(deadline, _writer.LastAt + UtpLimits.KeepAlive) : deadline;
    }

    /// <summary>Does what is due.</summary>
    internal void Advance(MonoTime now)
    {
        if (_closeAt <= now)
        {
            if (_send.IsEndAcknowledged)
                Finish();
            else
                Abort();
            return;
        }

        if (!_send.Advance(now))
        {
            Fail(State == UtpStreamState.Connecting ? DisconnectReason.ConnectTimeout : DisconnectReason.PeerTimeout);
            return;
        }

        bool isTrimDue = _trimAt <= now;
        Flush(now);
        if (State == UtpStreamState.Connected && _writer.LastAt + UtpLimits.KeepAlive <= now && _writer.HasRoom)
            SendState(now);
        if (!isTrimDue)
            return;
        _trimAt = MonoTime.Never;
        _send.Trim();
        _receive.Trim();
        _endpoint.ReorderSlots.Trim();
    }

    private bool TryStart(in UtpHeader header, MonoTime now)
    {
        // What the peer sends before its answer has arrived comes again.
        if (header.Type != UtpPacketType.State || header.Ack != (ushort)_send.First)
            return false;

        // An answer has the number that the peer's first packet will have.
        _receive.Start((ushort)(header.Sequence - 1));

        // If nothing is written at once, this tells the peer that we are where we say.
        _receive.Hurry(now);
        State = UtpStreamState.Connected;
        _endpoint.Changed(this);
        return true;
    }

    private void SendState(MonoTime now)
    {
        // Behind our end, libutp expects the number after it and libtorrent the end's own; each ignores what the other sends. So both go out: it is for a few packets.
        if (_send.IsEndSent)
            _writer.SendState(_send.Next - 1, now);
        _writer.SendState(_send.Next, now);
        _receive.AckSent();
    }

    private void CheckClosed(MonoTime now)
    {
        if (!_send.IsEndAcknowledged)
            _closeAt = MonoTime.Min(_closeAt, now + _endpoint.Settings.CloseTimeout);
        else if (_receive.IsComplete && _receive.AckDue.IsNever)
            Finish();
        else if (_closeAt.IsNever || _closeAt > now + UtpLimits.Linger)
            _closeAt = now + UtpLimits.Linger;
    }

    private void Finish()
    {
        if (State == UtpStreamState.Closed)
            return;
        bool wasClosing = State == UtpStreamState.Closing;
        State = UtpStreamState.Closed;
        _send.Release();
        _receive.ReleaseAhead();
        _endpoint.Remove(this, wasClosing);
        if (Fault != DisconnectReason.None)
            _endpoint.Changed(this);
    }
}
