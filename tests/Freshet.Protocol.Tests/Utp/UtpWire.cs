using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>What a wire does to datagrams.</summary>
internal sealed record WireFaults
{
    public double Loss { get; init; }

    public double Duplicates { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Up to so much is added to a datagram's delay: later ones overtake it.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Longer datagrams are lost, probes or not.</summary>
    public int Mtu { get; init; } = 65_535;

    /// <summary>Longer datagrams are lost where they must not be fragmented.</summary>
    public int ProbeMtu { get; init; } = 65_535;
}

/// <summary>Two endpoints joined by a wire with faults, in virtual time.</summary>
internal sealed class UtpWire
{
    private readonly PriorityQueue<(UtpSide To, DatagramAddress From, byte[] Bytes), (long, long)> _underWay = new();
    private readonly SeededRandom _random;
    private long _order;

    public UtpWire(ulong seed, WireFaults? faults = null, UtpSettings? left = null, UtpSettings? right = null)
    {
        _random = new SeededRandom(seed);
        Faults = faults ?? new WireFaults();
        Left = new UtpSide(this, DatagramAddress.OfIPv4(0x0A000001, 1000), left ?? new UtpSettings(), seed + 1);
        Right = new UtpSide(this, DatagramAddress.OfIPv4(0x0A000002, 2000), right ?? new UtpSettings(), seed + 2);
    }

    public WireFaults Faults { get; set; }

    public UtpSide Left { get; }

    public UtpSide Right { get; }

    public MonoTime Now { get; set; } = new(1_000_000_000);

    public int Sent { get; private set; }

    /// <summary>Sees each datagram before it goes on its way, and may keep it from that.</summary>
    public Func<UtpSide, byte[], bool>? Tap { get; set; }

    public void Send(UtpSide from, DatagramAddress to, byte[] bytes, bool isProbe)
    {
        Sent++;
        if (Tap?.Invoke(from, bytes) == false)
            return;
        UtpSide? target = to == Left.Address ? Left : to == Right.Address ? Right : null;
        if (target is null || bytes.Length > Faults.Mtu || (isProbe && bytes.Length > Faults.ProbeMtu) || _random.Chance(Faults.Loss))
            return;
        for (int copies = _random.Chance(Faults.Duplicates) ? 2 : 1; copies > 0; copies--)
        {
            MonoTime at = Now + Faults.Delay + (Faults.Jitter * _random.NextDouble());
            _underWay.Enqueue((target, from.Address, bytes), (at.Nanoseconds, _order++));
        }
    }

    /// <summary>A datagram from anywhere.</summary>
    public void Inject(UtpSide to, DatagramAddress from, byte[] bytes) => _underWay.Enqueue((to, from, bytes), (Now.Nanoseconds, _order++));

    /// <summary>Goes on until something holds.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        MonoTime end = Now + atMost;
        while (true)
        {
            Left.Work();
            Right.Work();
            if (condition())
                return true;
            MonoTime next = MonoTime.Min(Left.Endpoint.NextDeadline, Right.Endpoint.NextDeadline);
            if (_underWay.TryPeek(out _, out (long At, long Order) first))
                next = MonoTime.Min(next, new MonoTime(first.At));
            if (next > end)
                return false;
            Now = MonoTime.Max(Now, next);
            while (_underWay.TryPeek(out _, out first) && first.At <= Now.Nanoseconds)
            {
                (UtpSide to, DatagramAddress from, byte[] bytes) = _underWay.Dequeue();
                to.Endpoint.Receive(from, bytes, Now);
            }

            Left.Endpoint.Advance(Now);
            Right.Endpoint.Advance(Now);
        }
    }

    public void Run(TimeSpan time)
    {
        MonoTime end = Now + time;
        RunUntil(() => false, time);
        Now = end;
    }

    /// <summary>Connects left to right.</summary>
    public (UtpStream Left, UtpStream Right) Connect()
    {
        UtpStream left = Left.Endpoint.Connect(Right.Address, Now)!;
        Assert.True(RunUntil(() => left.IsConnected, TimeSpan.FromSeconds(30)), "connected");
        Assert.Equal(1, left.Write([42]));
        UtpStream? right = null;
        Assert.True(RunUntil(() => (right ??= Right.Endpoint.TakeIncoming()) is { IsReadable: true }, TimeSpan.FromSeconds(60)), "accepted");
        Assert.Equal(1, right!.Read(new byte[1]));
        return (left, right);
    }
}

/// <summary>One of the two endpoints.</summary>
internal sealed class UtpSide : IUtpOutput
{
    private readonly UtpWire _wire;
    private readonly byte[] _buffer = new byte[65_535];
    private int _length;
    private DatagramAddress _to;

    public UtpSide(UtpWire wire, DatagramAddress address, UtpSettings settings, ulong seed)
    {
        _wire = wire;
        Address = address;
        Endpoint = new UtpEndpoint(settings, this, new SeededRandom(seed));
    }

    public DatagramAddress Address { get; }

    public UtpEndpoint Endpoint { get; }

    /// <summary>What the application does in each batch.</summary>
    public Action? Application { get; set; }

    public bool HasRoom { get; set; } = true;

    public Span<byte> Begin(DatagramAddress to, int length)
    {
        Assert.True(HasRoom, "nothing is begun without room");
        Assert.Equal(0, _length);
        _to = to;
        _length = length;
        _buffer.AsSpan(0, length).Fill(0xEE);
        return _buffer.AsSpan(0, length);
    }

    public void Commit(int length, bool isProbe = false)
    {
        _wire.Send(this, _to, _buffer[..length], isProbe);
        _length = 0;
    }

    public void Work()
    {
        Application?.Invoke();
        Endpoint.EndBatch(_wire.Now);
    }
}
