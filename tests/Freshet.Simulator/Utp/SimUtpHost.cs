using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Utp;

/// <summary>A host with one UDP port: a real <see cref="UtpEndpoint"/>, woken when it asked to be and when something comes.</summary>
public sealed class SimUtpHost : IUtpOutput
{
    private readonly SimWorld _world;
    private readonly PacketLink _link;
    private readonly HostClock _clock;
    private readonly byte[] _datagram = new byte[2048];
    private readonly Action _wake;
    private DatagramAddress _to;
    private MonoTime _wakeAt = MonoTime.Never;

    internal SimUtpHost(SimWorld world, PacketLink link, DatagramAddress address, UtpSettings settings, HostClock clock)
    {
        _world = world;
        _link = link;
        _clock = clock;
        _wake = Wake;
        Address = address;
        Endpoint = new UtpEndpoint(settings, this, world.Fork());
    }

    /// <summary>Its address.</summary>
    public DatagramAddress Address { get; }

    /// <summary>The machine.</summary>
    public UtpEndpoint Endpoint { get; }

    /// <summary>Called with each stream that a stranger opened.</summary>
    public Action<UtpStream>? Incoming { get; set; }

    /// <summary>The host's own time.</summary>
    public MonoTime Now => _clock.Show(_world.Now);

    /// <inheritdoc/>
    public bool HasRoom => true;

    /// <summary>Opens a stream.</summary>
    public UtpStream Connect(SimUtpHost to)
    {
        UtpStream stream = Endpoint.Connect(to.Address, Now) ?? throw new InvalidOperationException("no stream is left");
        Settle();
        return stream;
    }

    /// <summary>Does something with the machine, and lets it send what follows.</summary>
    public void Do(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        action();
        Settle();
    }

    /// <inheritdoc/>
    public Span<byte> Begin(DatagramAddress to, int length)
    {
        _to = to;
        return _datagram.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Commit(int length, bool isProbe = false) => _link.Send(Address, _to, _datagram.AsSpan(0, length), isProbe);

    internal void Receive(DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        Endpoint.Receive(from, datagram, Now);
        Settle();
    }

    private void Wake()
    {
        // An earlier happening may have moved the deadline.
        if (_wakeAt > _world.Now)
            return;
        _wakeAt = MonoTime.Never;
        Endpoint.Advance(Now);
        Settle();
    }

    private void Settle()
    {
        while (Endpoint.TakeIncoming() is { } incoming)
            Incoming?.Invoke(incoming);
        while (Endpoint.TakeChanged() is { } stream)
            (stream.Owner as UtpFlow)?.Move(stream);
        Endpoint.EndBatch(Now);
        MonoTime due = _clock.When(Endpoint.NextDeadline);
        if (due >= _wakeAt)
            return;
        _wakeAt = MonoTime.Max(due, _world.Now);
        _world.At(_wakeAt, _wake);
    }
}
