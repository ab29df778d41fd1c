namespace Freshet.Simulator.Utp;

/// <summary>What goes wrong on one direction of a line.</summary>
public sealed record PacketTrouble
{
    /// <summary>The share of datagrams that is lost behind the queue, as on a radio line.</summary>
    public double Loss { get; init; }

    /// <summary>The share that comes twice, the second up to 5 ms later.</summary>
    public double Duplicated { get; init; }

    /// <summary>The share that comes late, so that others overtake it.</summary>
    public double Reordered { get; init; }

    /// <summary>By how much at the most.</summary>
    public TimeSpan ReorderedBy { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest datagram that passes as it is. A longer probe, which must not be cut up, vanishes and nobody says so, as behind a router that sends no ICMP.</summary>
    public int MaxDatagram { get; init; } = int.MaxValue;

    /// <summary>Whether other datagrams that are too long are cut up, as routers of IPv4 do, and put together at the end; else they vanish as well.</summary>
    public bool CutsUp { get; init; } = true;
}
