namespace Freshet.Engine.Peers;

/// <summary>How eagerly connections are opened.</summary>
public static class ConnectPolicy
{
    /// <summary>
    /// Connections of a session that are being opened at once: dead addresses take the whole connect time-out, so fewer would let them hold up the live
    /// ones; more fills the connection tables of home routers.
    /// </summary>
    public const int HalfOpenLimit = 50;

    /// <summary>New connections a second for a session: libtorrent's figure. A torrent's first peers are not held back by it: see <see cref="Burst"/>.</summary>
    public const int ConnectsPerSecond = 30;

    /// <summary>Connections that may be opened at once after a pause, so that the first tracker answer is used whole.</summary>
    public const int Burst = 30;

    /// <summary>Connections of one torrent: more peers bring no more speed, but cost a HAVE each for every piece.</summary>
    public const int ConnectionsPerTorrent = 100;

    /// <summary>Connections of a session where the limit of open files does not say less.</summary>
    public const int ConnectionsPerSession = 500;

    /// <summary>How long a connection may take to open.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
}
