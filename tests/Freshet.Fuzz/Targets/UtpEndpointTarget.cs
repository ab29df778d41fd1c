using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Fuzz.Targets;

/// <summary>
/// Datagrams to an endpoint that has streams of all kinds. Each goes in as it is, and as one of a stream's peer with numbers near the right ones, since guessing them would find
/// nothing. The endpoint lives on through thousands of inputs.
/// </summary>
public sealed class UtpEndpointTarget : IFuzzTarget, IUtpOutput
{
    private const int MostStreams = 40;
    private const int MostHalfOpen = 30;

    private readonly SeededRandom _random = new(9);
    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _scratch = new byte[4096];
    private readonly List<Known> _streams = [];
    private readonly Dictionary<DatagramAddress, int> _unproven = [];
    private UtpEndpoint _endpoint;
    private MonoTime _now = new(1_000_000_000);
    private DatagramAddress _to;
    private int _inputs;
    private int _answered;
    private int _incoming;
    private int _outgoing;
    private long _read;
    private int _ends;

    /// <summary>Makes the endpoint.</summary>
    public UtpEndpointTarget() => _endpoint = NewEndpoint();

    /// <inheritdoc/>
    public string Name => "utp-endpoint";

    /// <inheritdoc/>
    public int Iterations => 40_000;

    /// <inheritdoc/>
    public bool HasRoom => true;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 400_000;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => UtpPackets.Any(random);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (++_inputs % 2000 == 0)
        {
            if (_inputs == 20_000)
                FuzzException.Require(_incoming > 100 && _outgoing > 10 && _read > 100_000 && _ends > 10, "the noise reaches streams of all kinds");
            _streams.Clear();
            _unproven.Clear();
            _endpoint = NewEndpoint();
        }

        _now += TimeSpan.FromMicroseconds(_random.Next(20_000));
        Receive(Stranger(), input);
        if (input.Length >= UtpHeader.Length && _streams.Count > 0)
            Receive(_streams[_random.Next(_streams.Count)], input);
        while (_endpoint.TakeIncoming() is { } incoming)
        {
            _incoming++;
            _streams.Add(new Known { Stream = incoming, TheirId = incoming.Key.ReceiveId });
        }

        if (_random.Chance(0.05) && _endpoint.Connect(Stranger(), _now) is { } outgoing)
            _streams.Add(new Known { Stream = outgoing, TheirId = outgoing.Key.ReceiveId });
        if (_streams.Count > 0)
            Use(_streams[_random.Next(_streams.Count)].Stream);
        _endpoint.EndBatch(_now);
        _endpoint.Advance(_now);
        _streams.RemoveAll(known => known.Stream.State == UtpStreamState.Closed);
        while (_endpoint.TakeChanged() is { } changed)
        {
            _outgoing += changed is { IsIncoming: false, IsConnected: true } ? 1 : 0;
            _ends += changed.HasEnded ? 1 : 0;
        }

        FuzzException.Require(_endpoint.NextDeadline > _now, "what was due is done");
        FuzzException.Require(_endpoint.Count <= MostStreams && _endpoint.HalfOpenCount <= MostHalfOpen, "streams are bounded");
    }

    /// <inheritdoc/>
    public Span<byte> Begin(DatagramAddress to, int length)
    {
        FuzzException.Require(length is >= UtpHeader.Length and <= 1472, "a datagram fits into a frame");
        _to = to;
        return _buffer.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Commit(int length, bool isProbe = false)
    {
        FuzzException.Require(UtpPacket.TryRead(_buffer.AsSpan(0, length), out UtpPacket packet), "what is sent can be read");
        _answered++;
        foreach (Known known in _streams)
        {
            if (known.Stream.Remote != _to || packet.Header.ConnectionId != (packet.Header.Type == UtpPacketType.Syn ? known.TheirId : known.Stream.SendId))
                continue;
            known.Sequence = packet.Header.Sequence;
            known.Ack = packet.Header.Ack;
            return;
        }

        // To whom there is no stream, small words only.
        FuzzException.Require(length == UtpHeader.Length, "who is not known gets a header at the most");
        if (packet.Header.Type == UtpPacketType.State)
            _unproven[_to] = packet.Header.Sequence | (packet.Header.Ack << 16);
    }

    private UtpEndpoint NewEndpoint() => new(
        new UtpSettings { MaxStreams = MostStreams, MaxHalfOpen = MostHalfOpen, MaxClosing = 5, TotalBuffers = 1 << 20, Congestion = (UtpCongestion)_random.Next(3) },
        this,
        new SeededRandom(_random.NextUInt64()));

    private DatagramAddress Stranger() => DatagramAddress.OfIPv4(0x0A000000 + (uint)_random.Next(20), (ushort)(1000 + _random.Next(2)));

    private void Receive(DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        _answered = 0;
        _endpoint.Receive(from, datagram, _now);
        FuzzException.Require(_answered <= 1, "a stranger's datagram gets one answer at the most");
        if (!_unproven.Remove(from, out int known) || datagram.Length < UtpHeader.Length)
            return;

        // The stranger has had our answer, and goes on with what it said.
        byte[] proof = datagram.ToArray();
        proof[0] = (byte)((_random.Next(3) << 4) | UtpHeader.Version);
        BinaryPrimitives.WriteUInt16BigEndian(proof.AsSpan(2), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) + 1));
        BinaryPrimitives.WriteUInt16BigEndian(proof.AsSpan(16), (ushort)((known >> 16) + 1 + _random.Next(3)));
        BinaryPrimitives.WriteUInt16BigEndian(proof.AsSpan(18), (ushort)(known - 1));
        _endpoint.Receive(from, proof, _now);
    }

    private void Receive(Known known, ReadOnlySpan<byte> input)
    {
        byte[] datagram = input.ToArray();
        datagram[0] = (byte)(((_random.Chance(0.001) ? 3 : _random.Next(3)) << 4) | UtpHeader.Version);
        if (known.Stream.State == UtpStreamState.Connecting)
            datagram[0] = ((int)UtpPacketType.State << 4) | UtpHeader.Version;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), known.TheirId);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(16), (ushort)(known.Ack + (_random.Chance(0.8) ? _random.Next(4) : _random.Next(3000) - 1000)));
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(18), (ushort)(known.Sequence - (_random.Chance(0.8) ? _random.Next(6) : _random.Next(3000) - 1500)));
        _endpoint.Receive(known.Stream.Remote, datagram, _now);
        UtpStatistics statistics = known.Stream.GetStatistics();
        FuzzException.Require(statistics.InFlight >= 0 && statistics.InFlight <= 1 << 20, "what is on its way is counted rightly");
        FuzzException.Require(known.Stream.Readable <= 4 << 20, "what is kept is bounded");
    }

    private void Use(UtpStream stream)
    {
        _ = _random.Next(12) switch
        {
            < 4 => stream.Write(_scratch.AsSpan(0, _random.Next(_scratch.Length))),
            < 10 => Read(stream),
            10 when _random.Chance(0.1) => Close(stream),
            11 when _random.Chance(0.02) => Abort(stream),
            _ => 0,
        };
    }

    private int Read(UtpStream stream)
    {
        int length = stream.Read(_scratch);
        _read += length;
        return length;
    }

    private static int Close(UtpStream stream)
    {
        stream.Close();
        return 0;
    }

    private static int Abort(UtpStream stream)
    {
        stream.Abort();
        return 0;
    }

    /// <summary>A stream and what its peer would know.</summary>
    private sealed class Known
    {
        public required UtpStream Stream { get; init; }

        public ushort TheirId { get; init; }

        public ushort Sequence { get; set; }

        public ushort Ack { get; set; }
    }
}
