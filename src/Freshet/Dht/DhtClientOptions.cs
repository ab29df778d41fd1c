using System.Net;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>How a <see cref="DhtClient"/> takes part in the DHT.</summary>
public sealed record DhtClientOptions
{
    /// <summary>The only local address to use, or null for all.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>The UDP port; 0: any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Whether other nodes are answered. Default: only asks (BEP 43), as who comes for a moment should.</summary>
    public bool Serves { get; init; }

    /// <summary>Nodes to start from, at once: <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>.</summary>
    public IReadOnlyList<EndPoint> Nodes { get; init; } = [];

    /// <summary>Nodes that are asked where no other leads into the DHT.</summary>
    public IReadOnlyList<EndPoint> Routers { get; init; } = DhtOptions.WellKnownRouters;

    /// <summary>A session's state folder: its nodes are used, and nodes that answer are kept there. Null: none.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Where trouble with the state folder is told, or null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
