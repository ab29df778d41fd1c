using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.IO.Udp;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Pumps;

/// <summary>What every pump of a session shares.</summary>
internal sealed record PumpOptions
{
    public required BlockPool Pool { get; init; }

    public required MonoClock Clock { get; init; }

    /// <summary>What blocks to be served are read with, where they are in memory; null where nothing is.</summary>
    public ICachedReader? Reader { get; init; }

    /// <summary>What connections encrypt with; null: none does.</summary>
    public MseKit? Encryption { get; init; }

    public required ConnectionBudget Budget { get; init; }

    /// <summary>The local address of outgoing connections, or null.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>Where peers connect to.</summary>
    public IReadOnlyList<Socket> Listeners { get; init; } = [];

    /// <summary>This pump's part in the session's UDP port; null: it has none.</summary>
    public UdpShare? Udp { get; init; }

    /// <summary>How uTP is spoken over them; null: not at all.</summary>
    public UtpSettings? Utp { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of pumps.</summary>
    public int Pumps { get; init; } = 1;

    /// <summary>Which of them this is, from 0: connections are spread by their number.</summary>
    public int Index { get; init; }

    /// <summary>The pump that a connection belongs to.</summary>
    public static int IndexOf(ConnectionId id, int pumps) => (int)((id.Value >> 1) % pumps);
}
