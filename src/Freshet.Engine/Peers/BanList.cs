using System.Buffers.Binary;
using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>
/// Who is not spoken with any more in this session. On loopback and in local networks (private, link-local, unique local), where many peers share an
/// address, a ban is of an address and a port, of the port on which the peer listens as well, and of the address together with what the peer calls itself: who
/// dials us comes from another port each time. Elsewhere a ban is of an IPv4 address or an IPv6 /64.
/// </summary>
public sealed class BanList
{
    /// <summary>The most bans kept; the oldest goes. Each one cost a peer a bad piece, so that nobody fills it for others; some 200 bytes each.</summary>
    public const int MaxBans = 4096;

    private readonly HashSet<PeerKey> _bans;
    private readonly HashSet<(PeerKey Address, PeerId Id)> _names;
    private readonly Queue<(PeerKey Key, PeerId? Id)> _oldestFirst = new();

    /// <summary>Makes an empty list.</summary>
    /// <param name="hashSeed">Drawn at random where strangers' addresses come in.</param>
    public BanList(ulong hashSeed = 0)
    {
        var comparer = new PeerKey.Comparer(hashSeed);
        _bans = new HashSet<PeerKey>(comparer);
        _names = new HashSet<(PeerKey, PeerId)>(new NameComparer(comparer));
    }

    /// <summary>How many bans there are: a peer may be banned by its endpoint, by where it listens and by its name.</summary>
    public int Count => _oldestFirst.Count;

    /// <summary>Bans an address. False where it was banned.</summary>
    public bool Ban(IPEndPoint peer) => Add(PeerKey.OfBan(peer));

    /// <summary>Bans a peer by all that is known of it. False where it was banned by all of that.</summary>
    public bool Ban(PeerIdentity peer)
    {
        bool isNew = Add(peer.BanKey);
        if (peer.Listens is { } listens)
            isNew |= Add(PeerKey.OfBan(listens));
        if (peer.Id is { } id && IsShared(peer.BanKey))
            isNew |= AddName(AddressOf(peer.Endpoint), id);
        return isNew;
    }

    /// <summary>Whether an address is banned.</summary>
    public bool IsBanned(IPEndPoint peer) => _bans.Count > 0 && _bans.Contains(PeerKey.OfBan(peer));

    /// <summary>Whether a peer is banned, by its address or by what it calls itself there.</summary>
    public bool IsBanned(PeerIdentity peer)
        => (_bans.Count > 0 && _bans.Contains(peer.BanKey))
            || (_names.Count > 0 && peer.Id is { } id && IsShared(peer.BanKey) && _names.Contains((AddressOf(peer.Endpoint), id)));

    // A ban that names a port is of an address that many share.
    private static bool IsShared(PeerKey ban) => ban.Port != 0;

    private static PeerKey AddressOf(IPEndPoint endpoint) => PeerKey.Of(endpoint) with { Port = 0 };

    private bool Add(PeerKey key)
    {
        if (!_bans.Add(key))
            return false;
        Remember(key, null);
        return true;
    }

    private bool AddName(PeerKey address, PeerId id)
    {
        if (!_names.Add((address, id)))
            return false;
        Remember(address, id);
        return true;
    }

    private void Remember(PeerKey key, PeerId? id)
    {
        _oldestFirst.Enqueue((key, id));
        if (_oldestFirst.Count <= MaxBans)
            return;
        (PeerKey oldest, PeerId? name) = _oldestFirst.Dequeue();
        if (name is { } known)
            _names.Remove((oldest, known));
        else
            _bans.Remove(oldest);
    }

    /// <summary>Hashes both with the seed: a name is its bearer's choice.</summary>
    private sealed class NameComparer(PeerKey.Comparer keys) : IEqualityComparer<(PeerKey Address, PeerId Id)>
    {
        public bool Equals((PeerKey Address, PeerId Id) x, (PeerKey Address, PeerId Id) y) => x.Address == y.Address && x.Id == y.Id;

        public int GetHashCode((PeerKey Address, PeerId Id) name)
        {
            UInt128 id = BinaryPrimitives.ReadUInt128BigEndian(name.Id.Value.Bytes[^16..]);
            return keys.GetHashCode(new PeerKey(name.Address.Address ^ id, 0));
        }
    }
}
