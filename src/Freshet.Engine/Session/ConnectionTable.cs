using Freshet.Abstractions;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>Every connection from the moment it is dialled or accepted until the pump says that it is gone; counts what limits are about.</summary>
internal sealed class ConnectionTable
{
    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<ConnectionId, PeerConnection> _byId = [];
    private long _lastOutgoing;

    /// <summary>All connections.</summary>
    public int Count => _byId.Count;

    /// <summary>Connections that we are opening.</summary>
    public int HalfOpen { get; private set; }

    /// <summary>Incoming connections between their handshake and ours.</summary>
    public int PendingIncoming { get; private set; }

    /// <summary>A number for a connection that we open: even, never used again.</summary>
    public ConnectionId NextOutgoing() => new(_lastOutgoing += 2);

    public PeerConnection? Find(ConnectionId id) => _byId.GetValueOrDefault(id);

    public void Add(PeerConnection connection)
    {
        _byId.Add(connection.Id, connection);
        CountOpening(connection, +1);
    }

    /// <summary>The handshakes of a connection are through.</summary>
    public void Opened(PeerConnection connection) => CountOpening(connection, -1);

    /// <summary>The pump says that a connection is gone.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="wasOpening">Whether its handshakes were not through.</param>
    public void Remove(PeerConnection connection, bool wasOpening)
    {
        if (_byId.Remove(connection.Id) && wasOpening)
            CountOpening(connection, -1);
    }

    private void CountOpening(PeerConnection connection, int change)
    {
        if (connection.Id.IsIncoming)
            PendingIncoming += change;
        else
            HalfOpen += change;
    }
}
