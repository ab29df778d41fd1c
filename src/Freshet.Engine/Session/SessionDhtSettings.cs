using System.Net;
using Freshet.Abstractions;
using Freshet.Engine.Dht;

namespace Freshet.Engine.Session;

/// <summary>How a session takes part in the DHT, and whom it finds it by.</summary>
public sealed record SessionDhtSettings
{
    /// <summary>What each of its nodes may do and keep.</summary>
    public DhtSettings Node { get; init; } = new();

    /// <summary>Our own addresses where they are known because the sockets are bound to them: a node's id must fit its address (BEP 42).</summary>
    public IReadOnlyList<IPAddress> Local { get; init; } = [];

    /// <summary>The port of our sockets, where it is known: a node that comes back at the port of before is the same one.</summary>
    public int Port { get; init; }

    /// <summary>Nodes that are always there, by name or address: asked only where neither saved nodes nor peers lead into the DHT.</summary>
    public IReadOnlyList<(string Host, int Port)> Routers { get; init; } = [];

    /// <summary>Nodes that a user names, by name or address: asked at once.</summary>
    public IReadOnlyList<(string Host, int Port)> Named { get; init; } = [];

    /// <summary>Nodes of an earlier session.</summary>
    public SavedNodes Saved { get; init; } = SavedNodes.None;

    /// <summary>What checks and makes signatures of items; null: mutable items are refused.</summary>
    public IEd25519? Signatures { get; init; }
}
