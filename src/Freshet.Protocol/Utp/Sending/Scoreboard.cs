using System.Numerics;
using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// The packets between the first that is not acknowledged and the last that was sent: which arrived, which are lost, which are on their way (RFC 6675's scoreboard). A packet costs
/// the same whatever the window: each is looked at once when it is acknowledged, and once when enough behind it has arrived.
/// </summary>
internal sealed class Scoreboard
{
    private PacketRing _packets = new();
    private BitRing _arrived;
    private int _arrivedCount;

    // All before it were judged by what arrived behind them; of those, so many have arrived.
    private long _judged;
    private int _arrivedBeforeJudged;

    // When the newest packet was sent that has arrived: what was sent again well before it is lost again.
    private long _newestArrived;
    private NumberQueue _lost;
    private NumberQueue _resent;

    /// <summary>Begins at a number.</summary>
    public Scoreboard(long first)
    {
        First = first;
        Next = first;
        _judged = first;
    }

    /// <summary>The number of the first packet that is not acknowledged with all before it.</summary>
    public long First { get; private set; }

    /// <summary>The number of the next packet.</summary>
    public long Next { get; private set; }

    /// <summary>Packets that are kept.</summary>
    public int Count => (int)(Next - First);

    /// <summary>Bytes that are on their way, as far as is known.</summary>
    public long InFlight { get; private set; }

    /// <summary>Bytes that are lost and not sent again yet.</summary>
    public long LostBytes { get; private set; }

    /// <summary>Whether memory is rented.</summary>
    public bool HoldsMemory => _packets.Capacity > 0;

    /// <summary>A packet.</summary>
    public ref SentPacket this[long number] => ref _packets[number];

    /// <summary>Adds the next packet, which has just been sent.</summary>
    public void Add(in SentPacket packet)
    {
        if (Count == _packets.Capacity)
        {
            _packets.Grow(First, Next);
            if (_arrived.Capacity > 0)
                _arrived.Grow(_packets.Capacity, First, Next);
        }

        _packets[Next] = packet;
        Next++;
        InFlight += packet.Length;
    }

    /// <summary>Takes what an acknowledgement says.</summary>
    /// <param name="ack">All up to this number have arrived; below <see cref="Next"/>.</param>
    /// <param name="mask">The selective part: its first bit stands for <paramref name="ack"/> + 2. What it says of packets that were not sent is not believed.</param>
    /// <param name="newestPossible">What was sent later than this, in nanoseconds, cannot have been answered yet.</param>
    /// <param name="outcome">What of it is new.</param>
    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Acknowledge(long ack, ReadOnlySpan<byte> mask, long newestPossible, out AckOutcome outcome)
    {
        outcome = new AckOutcome { NewestPossible = newestPossible, Newest = -1 };
        while (First <= ack)
        {
            ref SentPacket packet = ref this[First];
            outcome.Released += packet.Length;
            if (packet.Is(SentPacketFlags.Arrived))
            {
                _arrived.Clear(First);
                _arrivedCount--;
                if (First < _judged)
                    _arrivedBeforeJudged--;
            }
            else
            {
                Arrive(First, ref packet, ref outcome);
            }

            First++;
        }

        if (_judged < First)
            _judged = First;
        if (!mask.IsEmpty && First == ack + 1)
            AcknowledgeMask(ack + 2, mask, ref outcome);
        if (outcome.Newest >= 0 && this[outcome.Newest].SentAt > _newestArrived)
            _newestArrived = this[outcome.Newest].SentAt;
    }

    /// <summary>Finds the packets that are lost by what has arrived, one a call: enough of those that were sent later, or one that was sent much later (RFC 8985).</summary>
    /// <param name="threshold">How many are enough.</param>
    /// <param name="patience">How much is much.</param>
    /// <param name="number">The packet; it has to be sent again.</param>
    public bool FindLost(int threshold, TimeSpan patience, out long number)
    {
        long before = _newestArrived - (patience.Ticks * 100);
        while (_judged < Next)
        {
            ref SentPacket packet = ref this[_judged];
            if (packet.Is(SentPacketFlags.Arrived))
            {
                _arrivedBeforeJudged++;
                _judged++;
                continue;
            }

            if (_arrivedCount - _arrivedBeforeJudged < threshold && packet.SentAt >= before)
                break;
            number = _judged++;
            if (packet.Transmissions == 1 && MarkLost(number))
                return true;
        }

        while (!_resent.IsEmpty)
        {
            long at;
            (number, at) = _resent.First;
            bool isOver = number < First || this[number].Is(SentPacketFlags.Arrived) || this[number].SentAt != at;
            if (!isOver && at >= before)
                break;
            _resent.Drop();
            if (!isOver && MarkLost(number))
                return true;
        }

        number = 0;
        return false;
    }

    /// <summary>Calls the first packet lost, if it is not already.</summary>
    public bool TryLoseFirst() => Count > 0 && MarkLost(First);

    /// <summary>Has a packet sent again to hear what has arrived: the last, or where that would tell nothing, because it has or lies beyond any mask, the first.</summary>
    public void AskForTail(bool isRepeated)
    {
        if (Count == 0)
            return;
        bool isLastTelling = !isRepeated && Count <= UtpLimits.MaxSelectiveAck * 8 && !this[Next - 1].Is(SentPacketFlags.Arrived);
        long number = isLastTelling ? Next - 1 : First;
        if (MarkLost(number))
            this[number].Flags |= SentPacketFlags.Tail;
    }

    /// <summary>Nothing was heard for too long: whatever has not arrived is lost.</summary>
    public void LoseAll()
    {
        _lost.Clear();
        _resent.Clear();
        for (long number = First; number < Next; number++)
        {
            if (this[number].Is(SentPacketFlags.Arrived))
                continue;
            if (!this[number].Is(SentPacketFlags.Lost))
                MarkLost(number);
            else
                _lost.Add(number, 0);
        }

        _judged = Next;
        _arrivedBeforeJudged = _arrivedCount;
    }

    /// <summary>The next packet to be sent again.</summary>
    public bool TryGetLost(out long number)
    {
        while (!_lost.IsEmpty)
        {
            number = _lost.First.Number;
            if (number >= First && this[number].Is(SentPacketFlags.Lost))
                return true;
            _lost.Drop();
        }

        number = 0;
        return false;
    }

    /// <summary>The packet that <see cref="TryGetLost"/> gave was sent again.</summary>
    public void Resent(long number, MonoTime now)
    {
        _lost.Drop();
        ref SentPacket packet = ref this[number];
        packet.Flags &= ~(SentPacketFlags.Lost | SentPacketFlags.Probe);
        packet.SentAt = now.Nanoseconds;
        if (packet.Transmissions < byte.MaxValue)
            packet.Transmissions++;
        LostBytes -= packet.Length;
        InFlight += packet.Length;
        _resent.Add(number, now.Nanoseconds);
    }

    /// <summary>Forgets all packets and gives the memory back.</summary>
    public void Clear()
    {
        First = Next;
        _judged = Next;
        _arrivedBeforeJudged = 0;
        _arrivedCount = 0;
        InFlight = 0;
        LostBytes = 0;
        _lost.Clear();
        _resent.Clear();
        _arrived.Release();
        _packets.Release();
    }

    private void AcknowledgeMask(long first, ReadOnlySpan<byte> mask, ref AckOutcome outcome)
    {
        for (int at = 0; at < mask.Length && first + (at * 8) < Next; at += 8)
        {
            ulong bits = 0;
            for (int i = Math.Min(8, mask.Length - at) - 1; i >= 0; i--)
                bits = (bits << 8) | mask[at + i];
            long number = first + (at * 8);
            if (Next - number < 64)
                bits &= (1UL << (int)(Next - number)) - 1;
            bits &= ~_arrived.Read(number);
            for (; bits != 0; bits &= bits - 1)
                ArriveBehindGap(number + BitOperations.TrailingZeroCount(bits), ref outcome);
        }
    }

    private void ArriveBehindGap(long number, ref AckOutcome outcome)
    {
        if (_arrived.Capacity < _packets.Capacity)
            _arrived.Grow(_packets.Capacity, First, Next);
        ref SentPacket packet = ref this[number];
        Arrive(number, ref packet, ref outcome);
        packet.Flags = (packet.Flags & ~SentPacketFlags.Lost) | SentPacketFlags.Arrived;
        _arrived.Set(number);
        _arrivedCount++;
        if (number < _judged)
            _arrivedBeforeJudged++;
    }

    private void Arrive(long number, ref SentPacket packet, ref AckOutcome outcome)
    {
        if (packet.Is(SentPacketFlags.Lost))
        {
            LostBytes -= packet.Length;
            outcome.Late++;
        }
        else
        {
            InFlight -= packet.Length;
        }

        outcome.Bytes += packet.Length;
        outcome.Packets++;
        outcome.ProbeArrived |= packet.Is(SentPacketFlags.Probe);
        outcome.EndArrived |= packet.Is(SentPacketFlags.Fin);

        // What was sent again and comes back sooner than anything ever did is answered for the first time that it was sent.
        bool isOfFirst = packet.Transmissions > 1 && packet.SentAt > outcome.NewestPossible;
        if (isOfFirst && packet.Is(SentPacketFlags.Tail))
            outcome.WasTailNeedless = true;
        else if (isOfFirst)
            outcome.Overtaken++;
        else if (packet.SentAt >= outcome.NewestSentAt)
        {
            outcome.Newest = number;
            outcome.NewestSentAt = packet.SentAt;
        }
    }

    private bool MarkLost(long number)
    {
        ref SentPacket packet = ref this[number];
        if (packet.Is(SentPacketFlags.Lost | SentPacketFlags.Arrived))
            return false;
        packet.Flags |= SentPacketFlags.Lost;
        InFlight -= packet.Length;
        LostBytes += packet.Length;
        _lost.Add(number, 0);
        return true;
    }
}
