using Freshet.Abstractions;

namespace Freshet.Engine.Session;

/// <summary>Peers that dialled a torrent which sleeps: their handshakes, until it is awake or they are gone.</summary>
internal sealed class WaitingCallers
{
    /// <summary>As many as may be between two handshakes at once anyway (THREATS W3); waking takes milliseconds.</summary>
    public const int MaxCallers = 256;

    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<ConnectionId, PeerHandshake> _handshakes = [];

    /// <summary>Keeps a handshake; false where too many wait.</summary>
    public bool TryAdd(ConnectionId id, PeerHandshake handshake) => _handshakes.Count < MaxCallers && _handshakes.TryAdd(id, handshake);

    /// <summary>Whether a peer still waits.</summary>
    public bool Contains(ConnectionId id) => _handshakes.ContainsKey(id);

    /// <summary>Takes a handshake out; null where its peer is gone.</summary>
    public PeerHandshake? Remove(ConnectionId id) => _handshakes.Remove(id, out PeerHandshake? handshake) ? handshake : null;
}
