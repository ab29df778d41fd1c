namespace Freshet.Abstractions;

/// <summary>Who told us of a peer; several may have.</summary>
[Flags]
public enum PeerSources : byte
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>A tracker.</summary>
    Tracker = 1,

    /// <summary>The DHT (BEP 5).</summary>
    Dht = 2,

    /// <summary>Another peer (BEP 11).</summary>
    Pex = 4,

    /// <summary>Local service discovery (BEP 14).</summary>
    Lsd = 8,

    /// <summary>The peer itself: it connected to us and named its listen port (BEP 10).</summary>
    Incoming = 16,

    /// <summary>The user, or the torrent file's own list.</summary>
    User = 32,

    /// <summary>The peer cache: it was of use in an earlier run, or to another client of the group.</summary>
    Cache = 64,
}
