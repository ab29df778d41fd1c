using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Simulator.Network;

/// <summary>What runs at an address of the simulated network.</summary>
public interface ISimHost
{
    /// <summary>Whether it has one of these pieces and answers requests while it does not choke: the watch for standstill counts on such hosts.</summary>
    bool Offers(InfoHashes torrent, Bitfield missing);

    /// <summary>Someone connects to one of our listening ports. Answer with the receiver of what it sends, or null to refuse.</summary>
    ISimStreamReceiver? Accept(SimStream stream, IPEndPoint from, int port);

    /// <summary>A datagram came.</summary>
    void Receive(Datagram datagram);
}

/// <summary>The end of a simulated TCP connection that bytes come out of.</summary>
public interface ISimStreamReceiver
{
    /// <summary>Bytes came. Returns how many were taken; what is left comes again after <see cref="SimStream.ReadMore"/>.</summary>
    int Receive(ReadOnlySpan<byte> bytes);

    /// <summary>There is room to send more.</summary>
    void Drained();

    /// <summary>The other side closed, or the connection was reset.</summary>
    void Closed();
}
