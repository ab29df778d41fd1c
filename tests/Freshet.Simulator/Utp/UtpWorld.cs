using Freshet.Abstractions;
using Freshet.Protocol.Utp;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Utp;

/// <summary>
/// A world of uTP alone: hosts on the two sides of one line, each with a real <see cref="UtpEndpoint"/> and a clock of its own. All flows share the line.
/// </summary>
public sealed class UtpWorld
{
    private readonly Dictionary<DatagramAddress, SimUtpHost> _hosts = [];
    private readonly Stack<byte[]> _buffers = new();

    /// <summary>Begins a world with a line that has no limit and no delay.</summary>
    public UtpWorld(ulong seed)
    {
        World = new SimWorld(seed) { MostHappenings = 500_000_000 };
        Forth = new PacketLink(World, _buffers, Arrive);
        Back = new PacketLink(World, _buffers, Arrive);
    }

    /// <summary>Begins a world with a line of a rate each way.</summary>
    /// <param name="seed">Where all chance comes from.</param>
    /// <param name="megabits">Megabits a second.</param>
    /// <param name="roundTrip">The round trip without a queue.</param>
    /// <param name="queueBytes">Bytes that may wait in each direction.</param>
    public UtpWorld(ulong seed, double megabits, TimeSpan roundTrip, int queueBytes)
        : this(seed)
    {
        foreach (PacketLink link in (PacketLink[])[Forth, Back])
            (link.Rate, link.Delay, link.QueueBytes) = (megabits * 1e6, roundTrip / 2, queueBytes);
    }

    /// <summary>Clock and chance.</summary>
    public SimWorld World { get; }

    /// <summary>From the left to the right.</summary>
    public PacketLink Forth { get; }

    /// <summary>From the right to the left.</summary>
    public PacketLink Back { get; }

    /// <summary>Adds a host on the left.</summary>
    public SimUtpHost Left(UtpSettings? settings = null, HostClock? clock = null) => Add(Forth, settings, clock);

    /// <summary>Adds a host on the right.</summary>
    public SimUtpHost Right(UtpSettings? settings = null, HostClock? clock = null) => Add(Back, settings, clock);

    /// <summary>Opens a stream from a new host on the left to a new one on the right, over which data goes without end, or so many bytes.</summary>
    public UtpFlow Flow(UtpSettings settings, long bytes = long.MaxValue, HostClock? left = null, HostClock? right = null)
        => new(Left(settings, left), Right(settings, right), bytes);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan duration) => World.Run(duration);

    private SimUtpHost Add(PacketLink link, UtpSettings? settings, HostClock? clock)
    {
        var address = DatagramAddress.OfIPv4(0x0A00_0001 + (uint)_hosts.Count, 6881);
        var host = new SimUtpHost(World, link, address, settings ?? new UtpSettings(), clock ?? new HostClock());
        _hosts.Add(address, host);
        return host;
    }

    private void Arrive(SimDatagram datagram)
    {
        if (_hosts.TryGetValue(datagram.To, out SimUtpHost? host))
            host.Receive(datagram.From, datagram.Buffer.AsSpan(0, datagram.Length));
        _buffers.Push(datagram.Buffer);
    }
}
