using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Receiving;

/// <summary>The direction towards us of a stream: puts packets into order, keeps bytes until they are read, knows what to acknowledge.</summary>
internal sealed class ReceiveSide
{
    private ByteRing _data;
    private ReorderBuffer _reorder;
    private ReceiveWindow _window;
    private AckPolicy _policy = new();
    private long _end = long.MaxValue;
    private uint _advertised;
    private bool _isDiscarding;

    public ReceiveSide(ReorderSlots slots, BufferBudget budget, int maxBuffer)
    {
        _reorder = new ReorderBuffer(slots);
        _window = new ReceiveWindow(budget, maxBuffer);
    }

    /// <summary>All up to this number have arrived.</summary>
    public long Ack { get; private set; }

    /// <summary>What is told the peer of the way from it to us: our clock less the timestamp of its last packet.</summary>
    public uint Delay { get; private set; }

    /// <summary>Bytes that can be read.</summary>
    public int Readable => _data.Length;

    /// <summary>The first of them that lie in one run.</summary>
    public Span<byte> First => _data.First;

    /// <summary>Whether the peer has ended its direction and everything before that has come.</summary>
    public bool IsComplete => Ack >= _end;

    /// <summary>Packets that came.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets that came once more than needed.</summary>
    public long Duplicates { get; private set; }

    /// <summary>When an acknowledgement has to go out at the latest.</summary>
    public MonoTime AckDue => _policy.Due;

    /// <summary>Whether there is something behind a gap, which only a packet of its own can tell.</summary>
    public bool HasGap => _reorder.Count > 0;

    /// <summary>Whether nothing is kept and nothing waits.</summary>
    public bool IsIdle => _data.Length == 0 && _reorder.Count == 0 && _policy.Due.IsNever;

    /// <summary>Whether memory is rented.</summary>
    public bool HoldsMemory => _data.Rented > 0;

    /// <summary>Begins: the peer's next packet has the number after this one.</summary>
    public void Start(ushort ack)
    {
        Ack = ack;
        Advertise();
    }

    /// <summary>Notes a packet's timestamp.</summary>
    public void Note(in UtpHeader header, MonoTime now)
    {
        Packets++;

        // Nothing was put there: that is no measurement.
        if (header.Timestamp != 0)
            Delay = (uint)(now.Nanoseconds / 1000) - header.Timestamp;
    }

    /// <summary>Whether a number can be that of a packet that comes now: neither long gone nor far ahead of all that the peer may send.</summary>
    public bool IsPlausible(ushort sequence)
    {
        long number = WireNumber.Near(Ack, sequence);
        return number <= Ack + MaxAhead + 1;
    }

    /// <summary>Takes a packet with payload or the end of the stream.</summary>
    /// <returns>Whether there is something new to read.</returns>
    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Take(in UtpPacket packet, TimeSpan roundTrip, MonoTime now)
    {
        long number = WireNumber.Near(Ack, packet.Header.Sequence);
        if (packet.Header.Type == UtpPacketType.Fin && _end == long.MaxValue && number > Ack && number <= Ack + MaxAhead && number > (HasGap ? _reorder.Last : 0))
            _end = number;
        if (number <= Ack || number > _end || _reorder.Contains(number))
        {
            Duplicates++;
            _policy.Hurry(now);
            return false;
        }

        return number == Ack + 1 ? TakeNext(packet.Payload, roundTrip, now) : TakeAhead(number, packet.Payload, now);
    }

    /// <summary>Reads bytes.</summary>
    public int Read(Span<byte> to)
    {
        int length = Math.Min(to.Length, _data.Length);
        _data.CopyTo(_data.Start, to[..length]);
        Skip(length);
        return length;
    }

    /// <summary>Drops bytes that were read in place.</summary>
    public void Skip(int count)
    {
        _data.Skip(count);
        _window.Took(count);
    }

    /// <summary>The application reads no more: what comes is acknowledged and dropped, so that the peer comes to its end.</summary>
    public void Discard()
    {
        _isDiscarding = true;
        _data.Release();
    }

    /// <summary>The window that is told the peer.</summary>
    public uint Advertise() => _advertised = (uint)Math.Max(0, _window.Size - _data.Length - _reorder.Bytes);

    /// <summary>Whether an acknowledgement goes out now: one is due, or the window was nearly shut and is open again.</summary>
    public bool MustAck(MonoTime now)
    {
        if (_policy.IsDue(now))
            return true;
        int half = _window.Size / 2;
        return _advertised < _window.Size / 4 && _window.Size - _data.Length - _reorder.Bytes >= half;
    }

    /// <summary>How long the mask of selective acknowledgements is.</summary>
    public int MaskLength => _reorder.MaskLength(Ack);

    /// <summary>Writes that mask.</summary>
    public void WriteMask(Span<byte> to) => _reorder.WriteMask(Ack, to);

    /// <summary>An acknowledgement goes out with this batch, though nothing came that calls for it.</summary>
    public void Hurry(MonoTime now) => _policy.Hurry(now);

    /// <summary>An acknowledgement went out, with all that there was to tell.</summary>
    public void AckSent() => _policy.Sent();

    /// <summary>Gives back what is not needed while the stream is idle.</summary>
    public void Trim()
    {
        _data.Trim();
        if (_data.Length == 0)
            _window.Release();
    }

    /// <summary>Nothing comes any more: what is behind a gap is of no use. What can be read stays.</summary>
    public void ReleaseAhead()
    {
        _reorder.Clear(Ack);
        if (_data.Length == 0)
            Release();
    }

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        _reorder.Clear(Ack);
        _data.Release();
        _window.Release();
    }

    // A peer that fills the window with full packets, or with a thousand small ones.
    private long MaxAhead => Math.Max(1024, _window.Size / UtpLimits.BytesPerPlace);

    private bool TakeNext(ReadOnlySpan<byte> payload, TimeSpan roundTrip, MonoTime now)
    {
        if (_data.Length + _reorder.Bytes + payload.Length > _window.Size)
        {
            // More than it was allowed: it will come again when there is room, which it is told of.
            _policy.Hurry(now);
            return false;
        }

        Append(payload);
        _policy.Came(now);
        if (_reorder.Count > 0)
        {
            // The peer shall know soon that a gap is filled.
            _policy.Hurry(now);
            while (_reorder.Contains(Ack + 1))
            {
                long number = Ack + 1;
                Append(_reorder.Read(number));
                _reorder.Drop(number);
            }
        }

        if (IsComplete)
            _policy.Hurry(now);
        _window.Tune(roundTrip, now);
        return true;
    }

    private bool TakeAhead(long number, ReadOnlySpan<byte> payload, MonoTime now)
    {
        _policy.Hurry(now);
        if (number - Ack <= MaxAhead && _data.Length + _reorder.Bytes + payload.Length <= _window.Size)
            _reorder.TryKeep(Ack, number, payload);
        return false;
    }

    private void Append(ReadOnlySpan<byte> payload)
    {
        Ack++;
        if (!_isDiscarding)
            _data.Append(payload);
    }
}
