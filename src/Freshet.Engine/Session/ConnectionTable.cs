using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>Every connection from the moment it is dialled or accepted until the pump says that it is gone; counts what limits are about.</summary>
internal sealed class ConnectionTable
{
    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<ConnectionId, PeerConnection> _byId = [];
    private readonly List<PeerConnection> _all = [];
    private long _lastOutgoing;

    /// <summary>All connections.</summary>
    public int Count => _byId.Count;

    /// <summary>All connections, in an order of no meaning; for reading only.</summary>
    public List<PeerConnection> All => _all;

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
        connection.TableIndex = _all.Count;
        _all.Add(connection);
        CountOpening(connection, +1);
    }

    /// <summary>The handshakes of a connection are through.</summary>
    public void Opened(PeerConnection connection) => CountOpening(connection, -1);

    /// <summary>The pump says that a connection is gone.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="wasOpening">Whether its handshakes were not through.</param>
    public void Remove(PeerConnection connection, bool wasOpening)
    {
        if (!_byId.Remove(connection.Id))
            return;
        PeerConnection last = _all[^1];
        _all[connection.TableIndex] = last;
        last.TableIndex = connection.TableIndex;
        _all.RemoveAt(_all.Count - 1);
        if (wasOpening)
            CountOpening(connection, -1);
    }

    /// <summary>Some connections, drawn by chance: as many different ones as there are, or fewer.</summary>
    public PeerConnection[] Sample(int most, SeededRandom random)
    {
        if (_all.Count <= most)
            return [.. _all];
        var sample = new HashSet<PeerConnection>();
        var drawn = new List<PeerConnection>(most);
        for (int i = 0; i < most; i++)
        {
            PeerConnection one = _all[random.Next(_all.Count)];
            if (sample.Add(one))
                drawn.Add(one);
        }

        return [.. drawn];
    }

    private void CountOpening(PeerConnection connection, int change)
    {
        if (connection.Id.IsIncoming)
            PendingIncoming += change;
        else
            HalfOpen += change;
    }
}
