using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Utp;

/// <summary>
/// One direction of a line, packet by packet: a rate, a queue of bytes that drops what no longer fits, a delay, and what goes wrong behind it. One happening a packet and no garbage,
/// so that a minute of 100 Mbit/s takes a second.
/// </summary>
public sealed class PacketLink
{
    /// <summary>What IPv4 and UDP put before a datagram: it takes its time on the line as well.</summary>
    public const int HeadBytes = 28;

    private readonly SimWorld _world;
    private readonly SeededRandom _random;
    private readonly Action<SimDatagram> _arrive;
    private readonly Queue<SimDatagram> _underWay = new();
    private readonly Stack<byte[]> _buffers;
    private readonly Action _deliver;
    private MonoTime _busyUntil;
    private MonoTime _last;

    internal PacketLink(SimWorld world, Stack<byte[]> buffers, Action<SimDatagram> arrive)
    {
        _world = world;
        _random = world.Fork();
        _buffers = buffers;
        _arrive = arrive;
        _deliver = Deliver;
    }

    /// <summary>Bits a second; 0: no limit, and then no queue.</summary>
    public double Rate { get; set; }

    /// <summary>Bytes that may wait; what comes when they do is dropped.</summary>
    public int QueueBytes { get; set; } = int.MaxValue;

    /// <summary>How long a packet takes that waits for nothing.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What goes wrong.</summary>
    public PacketTrouble Trouble { get; set; } = new();

    /// <summary>How long packets waited.</summary>
    public WaitRecord Waits { get; } = new();

    /// <summary>Datagrams that came to the line.</summary>
    public long Offered { get; private set; }

    /// <summary>Datagrams dropped because the queue was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Datagrams lost by chance.</summary>
    public long Lost { get; private set; }

    /// <summary>Datagrams that were too long and vanished without a word.</summary>
    public long Swallowed { get; private set; }

    /// <summary>Datagrams that were too long and came in parts.</summary>
    public long CutUp { get; private set; }

    /// <summary>The longest datagram that came to the line.</summary>
    public int Longest { get; private set; }

    /// <summary>Bytes that left the line, heads counted.</summary>
    public long Carried { get; private set; }

    internal void Send(DatagramAddress from, DatagramAddress to, ReadOnlySpan<byte> bytes, bool isProbe)
    {
        Offered++;
        Longest = Math.Max(Longest, bytes.Length);
        MonoTime now = _world.Now;
        TimeSpan wait = _busyUntil > now ? _busyUntil - now : TimeSpan.Zero;
        if ((wait.TotalSeconds * Rate / 8) + bytes.Length > QueueBytes)
        {
            Dropped++;
            return;
        }

        Waits.Add(wait);
        if (Rate > 0)
            _busyUntil = new MonoTime((now + wait).Nanoseconds + (long)((bytes.Length + HeadBytes) * 8e9 / Rate));
        Carried += bytes.Length + HeadBytes;
        if (bytes.Length > Trouble.MaxDatagram)
        {
            if (isProbe || !Trouble.CutsUp)
            {
                Swallowed++;
                return;
            }

            CutUp++;
        }

        if (_random.Chance(Trouble.Loss))
        {
            Lost++;
            return;
        }

        MonoTime arrival = (_busyUntil > now ? _busyUntil : now) + Delay;
        Deliver(from, to, bytes, arrival);
        if (_random.Chance(Trouble.Duplicated))
            Deliver(from, to, bytes, arrival + TimeSpan.FromMilliseconds(_random.NextDouble() * 5));
    }

    private void Deliver(DatagramAddress from, DatagramAddress to, ReadOnlySpan<byte> bytes, MonoTime arrival)
    {
        byte[] buffer = _buffers.Count > 0 ? _buffers.Pop() : new byte[2048];
        bytes.CopyTo(buffer);
        var datagram = new SimDatagram(from, to, buffer, bytes.Length, arrival);
        bool isLate = _random.Chance(Trouble.Reordered);
        if (isLate || (_underWay.Count > 0 && arrival < _last))
        {
            MonoTime at = isLate ? arrival + (Trouble.ReorderedBy * _random.NextDouble()) : arrival;
            _world.At(at, () => _arrive(datagram));
            return;
        }

        _last = arrival;
        _underWay.Enqueue(datagram);
        if (_underWay.Count == 1)
            _world.At(arrival, _deliver);
    }

    private void Deliver()
    {
        SimDatagram datagram = _underWay.Dequeue();
        if (_underWay.TryPeek(out SimDatagram next))
            _world.At(next.Arrival, _deliver);
        _arrive(datagram);
    }
}
