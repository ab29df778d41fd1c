using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp.Receiving;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>Writes a stream's packets into the batch that goes out: the header says of the other direction what there is to say at that moment.</summary>
internal sealed class PacketWriter(IUtpOutput output, PathLimits limits, DatagramAddress remote, ushort sendId, ReceiveSide receive)
{
    private int _begun;

    /// <summary>Whether another packet may be written.</summary>
    public bool HasRoom => output.HasRoom;

    /// <summary>Packets that were written.</summary>
    public long Packets { get; private set; }

    /// <summary>When the last packet was written.</summary>
    public MonoTime LastAt { get; private set; }

    /// <summary>Begins a packet.</summary>
    /// <param name="type">What it is for.</param>
    /// <param name="number">Its number.</param>
    /// <param name="length">Bytes behind the header: extensions and payload.</param>
    /// <param name="extension">The type of the first extension.</param>
    /// <param name="now">The time.</param>
    /// <returns>Where the bytes behind the header go.</returns>
    public Span<byte> Begin(UtpPacketType type, long number, int length, byte extension, MonoTime now)
    {
        _begun = UtpHeader.Length + length;
        Span<byte> datagram = output.Begin(remote, _begun);
        var header = new UtpHeader(
            type,
            sendId,
            (uint)(now.Nanoseconds / 1000),
            receive.Delay,
            receive.Advertise(),
            (ushort)number,
            (ushort)receive.Ack);
        header.Write(datagram, extension);
        LastAt = now;
        Packets++;
        return datagram[UtpHeader.Length..];
    }

    /// <summary>The packet that was begun is complete.</summary>
    public void Commit(bool isProbe = false) => output.Commit(_begun, isProbe);

    /// <summary>The longest datagram that is worth a try.</summary>
    public int LongestProbe(MonoTime now) => limits.LongestTo(remote, now);

    /// <summary>Sends an acknowledgement of all that has come.</summary>
    public void SendState(long number, MonoTime now)
    {
        int mask = receive.MaskLength;
        Span<byte> body = Begin(UtpPacketType.State, number, mask == 0 ? 0 : 2 + mask, mask == 0 ? (byte)0 : UtpHeader.SelectiveAck, now);
        if (mask > 0)
        {
            body[0] = 0;
            body[1] = (byte)mask;
            receive.WriteMask(body.Slice(2, mask));
        }

        Commit();
    }

    /// <summary>Sends the start of a stream: it alone has the id under which answers are expected.</summary>
    public void SendSyn(ushort receiveId, long number, MonoTime now)
    {
        Span<byte> datagram = output.Begin(remote, UtpHeader.Length);
        new UtpHeader(UtpPacketType.Syn, receiveId, (uint)(now.Nanoseconds / 1000), 0, receive.Advertise(), (ushort)number, 0).Write(datagram);
        output.Commit(UtpHeader.Length);
        LastAt = now;
        Packets++;
    }

    /// <summary>Writes padding extensions.</summary>
    /// <param name="to">All of it is filled; at least two bytes.</param>
    public static void WritePadding(Span<byte> to)
    {
        to.Clear();
        while (to.Length > 0)
        {
            // An extension has a length of one byte; what is left behind it must be enough for another.
            int length = to.Length <= 257 ? to.Length : Math.Min(257, to.Length - 2);
            to[0] = to.Length > length ? UtpHeader.Padding : (byte)0;
            to[1] = (byte)(length - 2);
            to = to[length..];
        }
    }
}
