using System.Runtime.CompilerServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp.Admission;
using Freshet.Protocol.Utp.Receiving;
using Freshet.Protocol.Utp.Sending;

namespace Freshet.Protocol.Utp;

/// <summary>
/// All streams of uTP (BEP 29) over one UDP port. It does no I/O: datagrams and the time go in, datagrams go into the output, and <see cref="NextDeadline"/> says when it wants to be
/// woken. What has come is handled in batches: <see cref="Receive"/> for each datagram, then whatever the application reads and writes, then <see cref="EndBatch"/>, which sends at
/// once what all of that calls for.
/// </summary>
public sealed class UtpEndpoint
{
    // Free ids are found by trying: with so many tries even a peer with thousands of streams to us has one left.
    private const int IdTries = 64;

    // Nobody is looked at twice in one turn.
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(0.1);

    private readonly SeededRandom _random;
    private readonly Dictionary<StreamKey, UtpStream> _streams;
    private readonly HalfOpenStreams _halfOpen;
    private readonly ClosingStreams _closing;
    private readonly ResetLimiter _resets = new();
    private readonly StreamHeap _deadlines = new();
    private readonly Queue<UtpStream> _incoming = new();
    private readonly Queue<UtpStream> _changed = new();
    private readonly PendingStreams _pending = new();

    // Most datagrams are for the same stream as the one before.
    private UtpStream? _last;

    /// <summary>Makes an endpoint.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="output">Where datagrams go.</param>
    /// <param name="random">Draws ids and numbers. Who can foresee it can forge packets of strangers: seed it from what nobody knows.</param>
    public UtpEndpoint(UtpSettings settings, IUtpOutput output, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        Settings = settings;
        Output = output;
        _random = random;
        _streams = new Dictionary<StreamKey, UtpStream>(new StreamKeyComparer(random.NextUInt64()));
        _halfOpen = new HalfOpenStreams(settings.MaxHalfOpen, settings.MaxHalfOpenOfOne, random.NextUInt64());
        _closing = new ClosingStreams(settings.MaxClosing);
        Budget = new BufferBudget(settings.TotalBuffers);

        // A quarter of the budget: gaps are the exception, and what is behind them was not asked for yet.
        int slotSize = Math.Max(settings.MaxDatagram, settings.MaxDatagramIPv6) - UtpHeader.Length;
        ReorderSlots = new ReorderSlots(slotSize, (int)Math.Max(256, settings.TotalBuffers / 4 / slotSize));
    }

    /// <summary>Streams that are open, connecting and closing ones counted.</summary>
    public int Count => _streams.Count;

    /// <summary>Streams that were closed and still send their rest.</summary>
    public int ClosingCount => _closing.Count;

    /// <summary>Starts of strangers that have not proven their address.</summary>
    public int HalfOpenCount => _halfOpen.Count;

    /// <summary>When <see cref="Advance"/> wants to be called.</summary>
    public MonoTime NextDeadline => _deadlines.Next;

    internal UtpSettings Settings { get; }

    internal IUtpOutput Output { get; }

    internal BufferBudget Budget { get; }

    internal ReorderSlots ReorderSlots { get; }

    internal PathLimits PathLimits { get; } = new();

    /// <summary>Begins a stream. It is among the changed ones when it is connected, or has failed.</summary>
    /// <returns>Null: there are as many as may be, or no more ids for this address.</returns>
    public UtpStream? Connect(in DatagramAddress remote, MonoTime now)
    {
        if (_streams.Count >= Settings.MaxStreams)
            return null;
        for (int i = 0; i < IdTries; i++)
        {
            int id = _random.Next(65536 / Settings.IdModulus) * Settings.IdModulus;
            var key = new StreamKey(remote, (ushort)(id + Settings.IdRemainder));
            if (_streams.ContainsKey(key) || _halfOpen.Contains(key))
                continue;
            var stream = new UtpStream(this, key, (ushort)(key.ReceiveId + 1), (ushort)_random.NextUInt64(), isIncoming: false);
            _streams.Add(key, stream);
            stream.Connect(now);
            Schedule(stream, now);
            return stream;
        }

        return null;
    }

    /// <summary>Takes a datagram.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="datagram">Its bytes; not used after the call.</param>
    /// <param name="now">The time.</param>
    /// <returns>False: it is no packet of uTP.</returns>
    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram, MonoTime now)
    {
        if (!UtpPacket.TryRead(datagram, out UtpPacket packet))
            return false;
        ushort id = packet.Header.ConnectionId;
        if (packet.Header.Type == UtpPacketType.Syn)
        {
            ReceiveStart(new StreamKey(from, (ushort)(id + 1)), packet.Header, now);
            return true;
        }

        if (_last is not { } last || last.Key.ReceiveId != id || last.Remote != from)
        {
            if (!_streams.TryGetValue(new StreamKey(from, id), out UtpStream? found))
            {
                ReceiveStray(new StreamKey(from, id), in packet, now);
                return true;
            }

            last = found;
            _last = found;
        }

        if (packet.Header.Type == UtpPacketType.Reset)
            last.ReceiveReset(packet.Header);
        else
            last.Receive(in packet, now);
        return true;
    }

    /// <summary>Sends what the datagrams that were received and the bytes that were read and written call for.</summary>
    public void EndBatch(MonoTime now)
    {
        for (int i = 0; i < _pending.Touched.Count; i++)
        {
            UtpStream stream = _pending.Touched[i];
            stream.IsTouched = false;
            stream.Flush(now);
            Schedule(stream, now);
        }

        _pending.ClearTouched();
    }

    /// <summary>Does what is due. To be called when <see cref="NextDeadline"/> has come.</summary>
    public void Advance(MonoTime now)
    {
        while (_deadlines.Next <= now)
        {
            UtpStream stream = _deadlines.First;
            _deadlines.Remove(stream);
            if (stream.Deadline() <= now)
                stream.Advance(now);
            Schedule(stream, now + Turn);
        }
    }

    /// <summary>The output has room again.</summary>
    public void OutputReady(MonoTime now)
    {
        _pending.Unblock();
        EndBatch(now);
    }

    /// <summary>Whether <see cref="TakeIncoming"/> has one.</summary>
    public bool HasIncoming => _incoming.Count > 0;

    /// <summary>The next stream that a peer has opened; null: there is none.</summary>
    public UtpStream? TakeIncoming() => _incoming.TryDequeue(out UtpStream? stream) ? stream : null;

    /// <summary>Whether <see cref="TakeChanged"/> has one.</summary>
    public bool HasChanged => _changed.Count > 0;

    /// <summary>The next stream that is connected now, has more to read, has room again or has failed, since it was last taken; null: there is none.</summary>
    public UtpStream? TakeChanged()
    {
        if (!_changed.TryDequeue(out UtpStream? stream))
            return null;
        stream.IsListed = false;
        return stream;
    }

    /// <summary>Our own system says that a datagram is too long for the way to an address: no probe of this length is sent there for a while.</summary>
    public void TooLong(in DatagramAddress to, int length, MonoTime now) => PathLimits.Note(in to, length, now);

    internal void Touch(UtpStream stream) => _pending.Touch(stream);

    internal void Changed(UtpStream stream)
    {
        if (stream.IsListed)
            return;
        stream.IsListed = true;
        _changed.Enqueue(stream);
    }

    internal void Closing(UtpStream stream) => _closing.Add(stream)?.Abort();

    internal void Remove(UtpStream stream, bool wasClosing)
    {
        _streams.Remove(stream.Key);
        _deadlines.Remove(stream);
        if (_last == stream)
            _last = null;
        if (wasClosing)
            _closing.Remove();
    }

    internal void SendReset(in DatagramAddress remote, ushort id, ushort ack)
    {
        var header = new UtpHeader(UtpPacketType.Reset, id, 0, 0, 0, (ushort)_random.NextUInt64(), ack);
        header.Write(Output.Begin(remote, UtpHeader.Length));
        Output.Commit(UtpHeader.Length);
    }

    private void Schedule(UtpStream stream, MonoTime earliest)
    {
        if (stream.State == UtpStreamState.Closed)
            return;
        if (!Output.HasRoom)
            _pending.Block(stream);
        _deadlines.Note(stream, MonoTime.Max(stream.Deadline(), earliest));
    }

    private void ReceiveStart(in StreamKey key, in UtpHeader header, MonoTime now)
    {
        if (_streams.TryGetValue(key, out UtpStream? stream))
        {
            // Repeated, or an id that is in use: whoever really begins anew finds another.
            if (!stream.IsReplaceable)
                return;
            stream.Fail(DisconnectReason.None);
        }

        if (_streams.Count >= Settings.MaxStreams || !Output.HasRoom || !_halfOpen.TryAnswer(in key, header.Sequence, _random, now, out HalfOpenStream half))
            return;
        uint micros = (uint)(now.Nanoseconds / 1000);
        var answer = new UtpHeader(
            UtpPacketType.State,
            header.ConnectionId,
            micros,
            header.Timestamp == 0 ? 0 : micros - header.Timestamp,
            (uint)ReceiveWindow.FirstSize(Settings.MaxReceiveBuffer),
            half.OurNumber,
            half.PeerNumber);
        answer.Write(Output.Begin(key.Remote, UtpHeader.Length));
        Output.Commit(UtpHeader.Length);
    }

    /// <summary>A packet of no stream: the proof of a stranger's address, a reset under the other id, or what is left of a stream that is no more.</summary>
    private void ReceiveStray(in StreamKey key, in UtpPacket packet, MonoTime now)
    {
        UtpHeader header = packet.Header;
        if (header.Type == UtpPacketType.Reset)
        {
            // Who has never heard of a stream answers with the id under which it was addressed: ours or one beside it.
            if (Find(key, 1) is { } other || (other = Find(key, -1)) is not null)
                other.ReceiveReset(in header);
            return;
        }

        if (_streams.Count < Settings.MaxStreams && _halfOpen.TryProve(in key, in header, now, out HalfOpenStream half))
        {
            var stream = new UtpStream(this, key, (ushort)(key.ReceiveId - 1), half.OurNumber, isIncoming: true);
            _streams.Add(key, stream);
            stream.Accept(half.PeerNumber, in header);
            _incoming.Enqueue(stream);
            stream.Receive(in packet, now);
        }
        else if (Output.HasRoom && _resets.TryTake(now))
        {
            SendReset(key.Remote, key.ReceiveId, header.Sequence);
        }
    }

    private UtpStream? Find(in StreamKey key, int distance)
        => _streams.TryGetValue(key with { ReceiveId = (ushort)(key.ReceiveId + distance) }, out UtpStream? stream) && stream.SendId == key.ReceiveId ? stream : null;
}
