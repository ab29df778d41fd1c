using System.Net;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Network;

/// <summary>
/// One end of a simulated TCP connection: ordered, reliable, with a window. Bytes leave in segments that share the sender's and the receiver's
/// line; a lost one delays all that follow, as on a real stream. A receiver that does not take bytes stops its sender when the window is full.
/// </summary>
public sealed class SimStream
{
    // Whoever wants to send a whole message waits until there is this much room at the most.
    private const int LowRoom = 64 * 1024;

    // Several TCP segments at once, so that a simulated GiB does not cost a million happenings.
    private const int Segment = 16 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SimNetwork _network;
    private readonly SimWorld _world;
    private readonly int _window;
    private readonly Queue<byte[]> _inbox = new();
    private readonly Queue<byte[]?> _held = new();
    private int _inboxOffset;
    private int _inFlight;
    private MonoTime _lastArrival;
    private MonoTime _lastReceived;
    private SimStream _other = null!;
    private ISimStreamReceiver? _receiver;
    private bool _delivering;
    private bool _closeAfterInbox;

    internal SimStream(SimNetwork network, SimWorld world, IPEndPoint local, IPEndPoint remote)
    {
        _network = network;
        _world = world;
        Local = local;
        Remote = remote;
        _window = network.SendBuffer(local.Address);
    }

    /// <summary>This end's address.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The other end's address.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Whether this end can no longer be used.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>How many bytes <see cref="Send"/> would take now.</summary>
    public int Room => IsClosed ? 0 : Math.Max(0, _window - _inFlight);

    /// <summary>Whether bytes are here that were not taken.</summary>
    public bool HasUnread => _inbox.Count > 0;

    /// <summary>Sends bytes, all of them; ask <see cref="Room"/> first.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !IsClosed)
        {
            byte[] segment = bytes[..Math.Min(Segment, bytes.Length)].ToArray();
            bytes = bytes[segment.Length..];
            _inFlight += segment.Length;
            MonoTime arrival = MonoTime.Max(_network.Arrival(this, segment.Length), _lastArrival);
            _lastArrival = arrival;
            _world.At(arrival, () => _other.Reach(segment));
        }
    }

    /// <summary>Asks for bytes that were not taken before.</summary>
    public void ReadMore()
    {
        if (_inbox.Count > 0)
            _world.After(TimeSpan.Zero, Deliver);
    }

    /// <summary>Closes both directions; what was sent still arrives.</summary>
    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _inbox.Clear();
        _receiver = null;
        MonoTime arrival = MonoTime.Max(_network.Arrival(this, 40), _lastArrival);
        _world.At(arrival, () => _other.Reach(segment: null));
    }

    /// <summary>Breaks the connection at both ends at once, as a reset does.</summary>
    public void Reset()
    {
        ArriveReset();
        _other.ArriveReset();
    }

    internal static void Join(SimStream a, SimStream b)
    {
        a._other = b;
        b._other = a;
    }

    internal void Attach(ISimStreamReceiver receiver)
    {
        _receiver = receiver;
        Deliver();
    }

    /// <summary>A segment, or the end, has reached our line and comes in when that is free.</summary>
    private void Reach(byte[]? segment)
    {
        MonoTime due = MonoTime.Max(_network.Received(Local.Address, segment?.Length ?? 40), _lastReceived);
        _lastReceived = due;
        if (due <= _world.Now)
            Arrive(segment);
        else
            _world.At(due, () => Arrive(segment));
    }

    /// <summary>A segment comes, or with none the end. While there is a cut all of it waits, in its order: the sender's TCP tries again until it heals.</summary>
    private void Arrive(byte[]? segment)
    {
        if (_held.Count == 0 && !_network.IsCut(Local, Remote))
        {
            Take(segment);
            return;
        }

        _held.Enqueue(segment);
        if (_held.Count == 1)
            _world.After(RetryAfter, TryHeld);
    }

    private void TryHeld()
    {
        if (_network.IsCut(Local, Remote))
        {
            _world.After(RetryAfter, TryHeld);
            return;
        }

        while (_held.TryDequeue(out byte[]? segment))
            Take(segment);
    }

    private void Take(byte[]? segment)
    {
        if (segment is null)
        {
            _closeAfterInbox = true;
        }
        else if (IsClosed)
        {
            _other.Taken(segment.Length);
            return;
        }
        else
        {
            _world.Trace.Add(_world.Now, segment);
            _inbox.Enqueue(segment);
        }

        Deliver();
    }

    private void ArriveReset()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _inbox.Clear();
        ISimStreamReceiver? receiver = _receiver;
        _receiver = null;
        receiver?.Closed();
    }

    private void Deliver()
    {
        if (_delivering)
            return;
        _delivering = true;
        while (_receiver is not null && _inbox.TryPeek(out byte[]? segment))
        {
            int taken = _receiver.Receive(segment.AsSpan(_inboxOffset));
            _inboxOffset += taken;
            _other.Taken(taken);
            if (_inboxOffset < segment.Length)
                break;
            if (_inbox.Count > 0)
                _inbox.Dequeue();
            _inboxOffset = 0;
        }

        _delivering = false;
        if (_closeAfterInbox && _inbox.Count == 0)
            ArriveReset();
    }

    private void Taken(int bytes)
    {
        bool wasLow = Room < Math.Min(LowRoom, _window);
        _inFlight -= bytes;
        if (wasLow && bytes > 0 && _receiver is { } receiver)
            _world.After(TimeSpan.Zero, receiver.Drained);
    }
}
