using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>A packet that an endpoint has sent, with copies of its parts.</summary>
internal sealed record SentDatagram(DatagramAddress To, UtpHeader Header, byte[] SelectiveAck, byte[] Payload, int Length, bool IsProbe);

/// <summary>An endpoint and a peer that says what the test says, packet by packet.</summary>
internal sealed class ScriptedPeer : IUtpOutput
{
    public static readonly DatagramAddress Address = DatagramAddress.OfIPv4(0x0A000002, 6881);

    private readonly byte[] _buffer = new byte[65_535];
    private DatagramAddress _to;

    public ScriptedPeer(UtpSettings? settings = null, ulong seed = 7)
    {
        settings ??= new UtpSettings();
        Endpoint = new UtpEndpoint(settings with { MakeController = settings.MakeController ?? (_ => Controller) }, this, new SeededRandom(seed));
    }

    /// <summary>What governs the endpoint's streams, unless the settings say otherwise.</summary>
    public SetWindow Controller { get; set; } = new(64 * 1024);

    public UtpEndpoint Endpoint { get; }

    public MonoTime Now { get; set; } = new(5_000_000_000);

    public bool HasRoom { get; set; } = true;

    /// <summary>What was sent and not yet looked at.</summary>
    public Queue<SentDatagram> Sent { get; } = new();

    /// <summary>The id under which the endpoint's stream is addressed.</summary>
    public ushort TheirId { get; private set; }

    /// <summary>The number of the next packet of this peer.</summary>
    public ushort Next { get; set; } = 100;

    /// <summary>The last number that this peer acknowledges.</summary>
    public ushort Ack { get; set; }

    /// <summary>The window that this peer tells.</summary>
    public uint Window { get; set; } = 1 << 20;

    public Span<byte> Begin(DatagramAddress to, int length)
    {
        _to = to;
        return _buffer.AsSpan(0, length);
    }

    public void Commit(int length, bool isProbe = false)
    {
        Assert.True(UtpPacket.TryRead(_buffer.AsSpan(0, length), out UtpPacket packet));
        Sent.Enqueue(new SentDatagram(_to, packet.Header, packet.SelectiveAck.ToArray(), packet.Payload.ToArray(), length, isProbe));
    }

    /// <summary>Has the endpoint start a stream and answers it.</summary>
    public UtpStream Accept()
    {
        UtpStream stream = Endpoint.Connect(Address, Now)!;
        SentDatagram syn = Take(UtpPacketType.Syn);
        TheirId = syn.Header.ConnectionId;
        Ack = syn.Header.Sequence;
        Send(UtpPacketType.State);
        Assert.True(stream.IsConnected);
        Take(UtpPacketType.State);
        Assert.Empty(Sent);
        return stream;
    }

    /// <summary>Starts a stream to the endpoint, up to the proof of its address.</summary>
    public UtpStream Connect(ushort id = 500)
    {
        Syn(id);
        SentDatagram answer = Take(UtpPacketType.State);
        Ack = (ushort)(answer.Header.Sequence - 1);
        Send(UtpPacketType.Data, [1]);
        UtpStream stream = Endpoint.TakeIncoming()!;
        Assert.Equal(1, stream.Read(new byte[10]));
        Take(UtpPacketType.State);
        return stream;
    }

    public void Syn(ushort id, DatagramAddress? from = null)
    {
        TheirId = (ushort)(id + 1);
        Deliver(new UtpHeader(UtpPacketType.Syn, id, 1, 0, 0, Next, 0), default, default, from);
        Next++;
    }

    /// <summary>Sends a packet with what this peer knows; one with payload, or an end, takes the next number.</summary>
    public void Send(UtpPacketType type, byte[]? payload = null, ushort? number = null, ushort? ack = null, byte[]? mask = null, bool endBatch = true)
    {
        var header = new UtpHeader(type, TheirId, (uint)(Now.Nanoseconds / 1000), 1000, Window, number ?? Next, ack ?? Ack);
        Deliver(header, mask, payload, null, endBatch);
        if (number is null && type is UtpPacketType.Data or UtpPacketType.Fin)
            Next++;
    }

    public void Deliver(UtpHeader header, ReadOnlySpan<byte> mask, ReadOnlySpan<byte> payload, DatagramAddress? from = null, bool endBatch = true)
    {
        byte[] datagram = new byte[UtpHeader.Length + (mask.IsEmpty ? 0 : 2 + mask.Length) + payload.Length];
        header.Write(datagram, mask.IsEmpty ? (byte)0 : UtpHeader.SelectiveAck);
        if (!mask.IsEmpty)
        {
            datagram[UtpHeader.Length + 1] = (byte)mask.Length;
            mask.CopyTo(datagram.AsSpan(UtpHeader.Length + 2));
        }

        payload.CopyTo(datagram.AsSpan(datagram.Length - payload.Length));
        Assert.True(Endpoint.Receive(from ?? Address, datagram, Now));
        if (endBatch)
            Endpoint.EndBatch(Now);
    }

    public SentDatagram Take(UtpPacketType type)
    {
        Assert.True(Sent.Count > 0, $"a {type} was sent");
        SentDatagram sent = Sent.Dequeue();
        Assert.Equal(type, sent.Header.Type);
        return sent;
    }

    /// <summary>Takes all that was sent.</summary>
    public List<SentDatagram> TakeAll()
    {
        List<SentDatagram> all = [.. Sent];
        Sent.Clear();
        return all;
    }

    public void Write(UtpStream stream, int count)
    {
        Assert.Equal(count, stream.Write(new byte[count]));
        Endpoint.EndBatch(Now);
    }

    /// <summary>Time goes on; whatever is due is done on the way.</summary>
    public void Wait(TimeSpan time)
    {
        MonoTime end = Now + time;
        while (Endpoint.NextDeadline <= end)
        {
            Now = MonoTime.Max(Now, Endpoint.NextDeadline);
            Endpoint.Advance(Now);
        }

        Now = end;
    }

    public void Wait(int milliseconds) => Wait(TimeSpan.FromMilliseconds(milliseconds));
}
