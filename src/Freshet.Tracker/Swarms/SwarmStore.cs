using System.Diagnostics.CodeAnalysis;
using Freshet.Core;

namespace Freshet.Tracker.Swarms;

/// <summary>
/// The swarms of a tracker, or of one part of them: plain single-threaded code that takes the time as an argument. Bounded in torrents and peers; nothing is
/// scanned as a whole.
/// </summary>
internal sealed class SwarmStore
{
    // A silent peer is forgotten at its lifetime, at the latest a quarter of that after.
    private const int TurnsALifetime = 4;

    private readonly Dictionary<InfoHash, Swarm> _swarms;
    private readonly SwarmLimits _limits;
    private readonly SeededRandom _random;
    private readonly SweepWheel _wheel;
    private readonly ulong _seed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="limits">How much is remembered.</param>
    /// <param name="random">Chance, of a secret seed.</param>
    public SwarmStore(SwarmLimits limits, SeededRandom random)
    {
        _limits = limits;
        _random = random;
        _swarms = new Dictionary<InfoHash, Swarm>(new InfoHashComparer(new SipHash(random.NextUInt64(), random.NextUInt64())));
        _seed = random.NextUInt64();
        _wheel = new SweepWheel(limits.PeerLifetime / TurnsALifetime);
    }

    /// <summary>Torrents that have peers.</summary>
    public int Torrents => _swarms.Count;

    /// <summary>Peers of all torrents.</summary>
    public int Peers { get; private set; }

    /// <summary>Gets a torrent's swarm.</summary>
    public bool TryGet(InfoHash hash, [NotNullWhen(true)] out Swarm? swarm) => _swarms.TryGetValue(hash, out swarm);

    /// <summary>All swarms, in no order; a change of the store ends it.</summary>
    public Dictionary<InfoHash, Swarm>.ValueCollection Swarms => _swarms.Values;

    /// <summary>Puts a peer in or says that it is still there.</summary>
    /// <param name="hash">The torrent.</param>
    /// <param name="entry">The peer.</param>
    /// <param name="swarm">The torrent's swarm, or null where there is no room for another torrent.</param>
    /// <returns>What the peer was before, or null where it was not in.</returns>
    public PeerKind? Put(InfoHash hash, in PeerEntry entry, out Swarm? swarm)
    {
        if (!_swarms.TryGetValue(hash, out swarm))
        {
            if (_swarms.Count >= _limits.MaxTorrents || Peers >= _limits.MaxPeers)
                return null;
            swarm = new Swarm(hash, _seed);
            _swarms.Add(hash, swarm);
            _wheel.Add(swarm, entry.Seconds);
        }

        int before = swarm.Peers;
        bool room = Peers < _limits.MaxPeers && before < _limits.MaxPeersPerTorrent;
        (_, bool wasIn, PeerKind kind) = swarm.Put(entry, room, _limits.MaxPeersPerSource);
        Peers += swarm.Peers - before;
        return wasIn ? kind : null;
    }

    /// <summary>Puts a peer in that another tracker told of; what is known of it at first hand stays.</summary>
    public void PutIfMissing(InfoHash hash, in PeerEntry entry)
    {
        if (!_swarms.TryGetValue(hash, out Swarm? swarm) || swarm.Table(entry.IsIPv6).Find(entry.Compact, out _) < 0)
            Put(hash, entry, out _);
    }

    /// <summary>Takes a peer out.</summary>
    public bool Remove(InfoHash hash, in PeerEntry entry, out Swarm? swarm)
    {
        if (!_swarms.TryGetValue(hash, out swarm) || !swarm.Remove(entry))
            return false;
        Peers--;
        return true;
    }

    /// <summary>Chooses peers of a swarm for one of them.</summary>
    /// <param name="swarm">The swarm.</param>
    /// <param name="isIPv6">Of which address family.</param>
    /// <param name="self">Address and port of whoever asks: it is not named to itself.</param>
    /// <param name="kind">What it is: who wants no pieces is given those who do.</param>
    /// <param name="wanted">How many.</param>
    /// <param name="chosen">Where the addresses go.</param>
    /// <param name="ids">Where the peer ids go, or empty.</param>
    public int Choose(Swarm swarm, bool isIPv6, ReadOnlySpan<byte> self, PeerKind kind, int wanted, Span<byte> chosen, Span<Sha1Hash> ids)
    {
        PeerTable table = swarm.Table(isIPv6);
        int position = self.Length == table.Stride ? table.Find(self, out _) : -1;
        return table.Choose(wanted, leechersOnly: kind != PeerKind.Leecher, position, _random, chosen, ids);
    }

    /// <summary>Does what is due: forgets silent peers and torrents that have none.</summary>
    public void Advance(uint seconds)
    {
        uint lifetime = (uint)_limits.PeerLifetime.TotalSeconds;
        while (_wheel.Take(seconds) is { } due)
        {
            foreach (Swarm swarm in due)
            {
                int before = swarm.Peers;
                swarm.RemoveSilent(seconds > lifetime ? seconds - lifetime : 0);
                Peers -= before - swarm.Peers;
                if (swarm.Shared.FreshUntil < seconds)
                    swarm.Shared = default;
                if (swarm.Peers == 0)
                    _swarms.Remove(swarm.Hash);
                else
                    _wheel.Add(swarm, seconds);
            }
        }
    }
}
