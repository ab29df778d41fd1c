using System.Net.Sockets;
using Freshet.IO.Pumps;

namespace Freshet.IO.Udp;

/// <summary>One pump's part in the session's UDP port.</summary>
internal sealed record UdpShare
{
    /// <summary>Where the datagrams for the engine go.</summary>
    public required UdpEndpoints Mail { get; init; }

    /// <summary>The sockets, one a family.</summary>
    public required IReadOnlyList<Socket> Sockets { get; init; }

    /// <summary>Whether what comes in at them is this pump's to receive; else it only sends.</summary>
    public bool Receives { get; init; } = true;

    /// <summary>Which pump it is, from 0.</summary>
    public int Index { get; init; }

    /// <summary>What comes in at another pump than its own; null where there is one pump.</summary>
    public UtpHandOver? HandOver { get; init; }

    /// <summary>Opens the pump's port.</summary>
    public UdpPort Open(ISocketPoller poller)
    {
        HandOver?.Join(Index, poller.Wake);
        return new UdpPort(Sockets.Select(socket => poller.AddDatagrams(socket, Receives)), Mail, HandOver, Index);
    }
}
