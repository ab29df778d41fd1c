using System.Net;

namespace Freshet.Engine.Peers;

/// <summary>
/// Who is not spoken with any more in this session. On loopback and in local networks (private, link-local, unique local) a ban is of an address and a port;
/// elsewhere of an IPv4 address or an IPv6 /64.
/// </summary>
public sealed class BanList
{
    /// <summary>The most bans kept; the oldest goes. Each one cost a peer a bad piece, so that nobody fills it for others; 48 bytes each.</summary>
    public const int MaxBans = 4096;

    private readonly HashSet<PeerKey> _bans;
    private readonly Queue<PeerKey> _oldestFirst = new();

    /// <summary>Makes an empty list.</summary>
    /// <param name="hashSeed">Drawn at random where strangers' addresses come in.</param>
    public BanList(ulong hashSeed = 0) => _bans = new HashSet<PeerKey>(new PeerKey.Comparer(hashSeed));

    /// <summary>How many bans there are.</summary>
    public int Count => _bans.Count;

    /// <summary>Bans a peer. False where it was banned.</summary>
    public bool Ban(IPEndPoint peer)
    {
        PeerKey key = PeerKey.OfBan(peer);
        if (!_bans.Add(key))
            return false;
        _oldestFirst.Enqueue(key);
        if (_oldestFirst.Count > MaxBans)
            _bans.Remove(_oldestFirst.Dequeue());
        return true;
    }

    /// <summary>Whether a peer is banned.</summary>
    public bool IsBanned(IPEndPoint peer) => _bans.Count > 0 && _bans.Contains(PeerKey.OfBan(peer));
}
