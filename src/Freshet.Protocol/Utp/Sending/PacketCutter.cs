using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>Cuts what was written into packets, writes them, and writes them again as they were: a packet keeps its number and its bytes for ever, since acknowledgements speak of numbers.</summary>
internal sealed class PacketCutter(PacketWriter writer, Scoreboard board, SendBuffer buffer, MtuSearch mtu, DeliveryRecord delivery)
{
    private long _cut;

    /// <summary>Bytes of payload of a full packet.</summary>
    public int Payload => mtu.Datagram - UtpHeader.Length;

    /// <summary>Bytes that were not cut yet.</summary>
    public long Waiting => buffer.End - _cut;

    /// <summary>Whether the end was sent.</summary>
    public bool IsEndSent { get; private set; }

    /// <summary>Packets sent, those sent again counted.</summary>
    public long Sent { get; private set; }

    /// <summary>Packets sent again.</summary>
    public long Resent { get; private set; }

    /// <summary>Sends the start of the stream.</summary>
    public void SendStart(ushort receiveId, MonoTime now)
    {
        writer.SendSyn(receiveId, board.Next, now);
        Add(0, SentPacketFlags.Syn, now);
    }

    /// <summary>Sends the next bytes.</summary>
    /// <param name="length">How many; not more than a full packet.</param>
    /// <param name="window">Bytes that may be on their way.</param>
    /// <param name="now">The time.</param>
    public void SendNext(int length, long window, MonoTime now)
    {
        int padding = Padding(length, window, now);
        Span<byte> body = writer.Begin(UtpPacketType.Data, board.Next, padding + length, padding > 0 ? UtpHeader.Padding : (byte)0, now);
        if (padding > 0)
        {
            PacketWriter.WritePadding(body[..padding]);
            mtu.Sent(UtpHeader.Length + padding + length);
        }

        buffer.CopyTo(_cut, body[padding..]);
        writer.Commit(padding > 0);
        Add(length, padding > 0 ? SentPacketFlags.Probe : SentPacketFlags.None, now);
    }

    /// <summary>Sends the end of the stream.</summary>
    public void SendEnd(MonoTime now)
    {
        IsEndSent = true;
        writer.Begin(UtpPacketType.Fin, board.Next, 0, 0, now);
        writer.Commit();
        Add(0, SentPacketFlags.Fin, now);
    }

    /// <summary>Sends a packet that is lost again.</summary>
    public void SendAgain(long number, ushort receiveId, MonoTime now)
    {
        ref SentPacket packet = ref board[number];
        if (packet.Is(SentPacketFlags.Syn))
        {
            writer.SendSyn(receiveId, number, now);
        }
        else
        {
            Span<byte> body = writer.Begin(packet.Is(SentPacketFlags.Fin) ? UtpPacketType.Fin : UtpPacketType.Data, number, packet.Length, 0, now);
            buffer.CopyTo(packet.Position, body);
            writer.Commit();
        }

        delivery.Stamp(ref packet);
        board.Resent(number, now);
        Sent++;
        Resent++;
    }

    /// <summary>Nothing is cut any more.</summary>
    public void Clear() => _cut = buffer.End;

    private int Padding(int length, long window, MonoTime now)
    {
        // Packets behind it show that the probe alone was lost.
        if (!mtu.IsWanted(now) || length < Payload || Waiting < 4L * Payload || window < board.InFlight + (4L * Payload))
            return 0;
        int probe = mtu.NextProbe(writer.LongestProbe(now), now);
        int padding = probe - UtpHeader.Length - length;
        return probe == 0 || padding < 2 ? 0 : padding;
    }

    private void Add(int length, SentPacketFlags flags, MonoTime now)
    {
        var packet = new SentPacket { Position = _cut, SentAt = now.Nanoseconds, Length = length, Transmissions = 1, Flags = flags };
        delivery.Stamp(ref packet);
        board.Add(packet);
        _cut += length;
        Sent++;
    }
}
