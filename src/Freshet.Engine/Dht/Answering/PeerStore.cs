using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>
/// Peers that were announced to us (BEP 5), for a while. Everything is bounded: swarms, peers of one, peers in all, peers of one stranger (THREATS U4). Where there are too
/// many swarms, one of those with the fewest peers goes, of a handful that chance picks.
/// </summary>
internal sealed class PeerStore(DhtCore core)
{
    /// <summary>How long an announcement holds: clients announce every 15 minutes or so, some every 30.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(32);

    /// <summary>Peers of one address in a swarm: some share a router.</summary>
    private const int MaxOfAddress = 4;

    private const int Picks = 8;

    private readonly Dictionary<NodeId, StoredSwarm> _byTarget = new(core.Keys);
    private readonly List<StoredSwarm> _swarms = [];
    private readonly Routing.SubnetCounts _ofStranger = new(core.Keys);

    public IReadOnlyList<StoredSwarm> Swarms => _swarms;

    /// <summary>Peers in all, those counted whose time is over and that nobody has asked for since.</summary>
    public int Peers { get; private set; }

    /// <summary>The swarm, without those whose time is over, or null.</summary>
    public StoredSwarm? Find(NodeId target, MonoTime now)
    {
        if (!_byTarget.TryGetValue(target, out StoredSwarm? swarm))
            return null;
        Prune(swarm, now);
        if (swarm.Peers.Count > 0)
            return swarm;
        Remove(swarm);
        return null;
    }

    /// <summary>Keeps a peer. False where a limit forbids it.</summary>
    public bool Announce(NodeId target, NodeEndpoint peer, bool isSeed, MonoTime now)
    {
        StoredSwarm? swarm = Find(target, now);
        var stored = new StoredPeer(peer, now + Lifetime, isSeed);
        if (swarm is not null)
        {
            int same = swarm.Peers.FindIndex(other => other.Endpoint == peer);
            if (same >= 0)
            {
                swarm.Peers[same] = stored;
                return true;
            }
        }

        if (_ofStranger[peer.StrangerKey] >= core.Settings.MaxOfStranger)
            return false;
        swarm ??= Begin(target);
        int ofAddress = swarm.Peers.Count(other => other.Endpoint.StrangerKey == peer.StrangerKey);
        if (ofAddress >= MaxOfAddress)
            return false;
        if (swarm.Peers.Count >= core.Settings.MaxPeersOfSwarm)
            RemoveAt(swarm, Oldest(swarm));
        if (Peers >= core.Settings.MaxPeers)
            MakeRoom(swarm);
        swarm.Peers.Add(stored);
        _ofStranger.Add(peer.StrangerKey);
        Peers++;
        return true;
    }

    /// <summary>Forgets all whose time is over.</summary>
    public void Prune(MonoTime now)
    {
        for (int i = _swarms.Count - 1; i >= 0; i--)
        {
            Prune(_swarms[i], now);
            if (_swarms[i].Peers.Count == 0)
                Remove(_swarms[i]);
        }
    }

    private static int Oldest(StoredSwarm swarm)
    {
        int oldest = 0;
        for (int i = 1; i < swarm.Peers.Count; i++)
        {
            if (swarm.Peers[i].Until < swarm.Peers[oldest].Until)
                oldest = i;
        }

        return oldest;
    }

    private StoredSwarm Begin(NodeId target)
    {
        if (_swarms.Count >= core.Settings.MaxSwarms)
            Remove(Least());
        var swarm = new StoredSwarm(target, _swarms.Count);
        _swarms.Add(swarm);
        _byTarget.Add(target, swarm);
        return swarm;
    }

    private void MakeRoom(StoredSwarm keep)
    {
        StoredSwarm least = Least();

        // One that has just begun has nobody to give up: its neighbour goes then.
        if (least == keep && keep.Peers.Count == 0)
            least = _swarms[(keep.Index + 1) % _swarms.Count];
        if (least == keep)
            RemoveAt(keep, Oldest(keep));
        else
            Remove(least);
    }

    private StoredSwarm Least()
    {
        StoredSwarm least = _swarms[core.Random.Next(_swarms.Count)];
        for (int i = 1; i < Picks; i++)
        {
            StoredSwarm other = _swarms[core.Random.Next(_swarms.Count)];
            if (other.Peers.Count < least.Peers.Count)
                least = other;
        }

        return least;
    }

    private void Prune(StoredSwarm swarm, MonoTime now)
    {
        for (int i = swarm.Peers.Count - 1; i >= 0; i--)
        {
            if (swarm.Peers[i].Until <= now)
                RemoveAt(swarm, i);
        }
    }

    private void RemoveAt(StoredSwarm swarm, int index)
    {
        _ofStranger.Remove(swarm.Peers[index].Endpoint.StrangerKey);
        swarm.Peers[index] = swarm.Peers[^1];
        swarm.Peers.RemoveAt(swarm.Peers.Count - 1);
        Peers--;
    }

    private void Remove(StoredSwarm swarm)
    {
        while (swarm.Peers.Count > 0)
            RemoveAt(swarm, swarm.Peers.Count - 1);
        _byTarget.Remove(swarm.Target);
        StoredSwarm last = _swarms[^1];
        _swarms[swarm.Index] = last;
        last.Index = swarm.Index;
        _swarms.RemoveAt(_swarms.Count - 1);
    }
}

/// <summary>A swarm that was announced to us.</summary>
internal sealed class StoredSwarm(NodeId target, int index)
{
    public NodeId Target => target;

    public List<StoredPeer> Peers { get; } = [];

    /// <summary>The place in the store's list.</summary>
    public int Index { get; set; } = index;

    /// <summary>Writes some peers, from a random one on, one behind the other.</summary>
    /// <returns>The bytes written.</returns>
    public int Write(Span<byte> compact, int max, bool withoutSeeds, SeededRandom random)
    {
        int start = Peers.Count > max ? random.Next(Peers.Count) : 0;
        int written = 0;
        int count = 0;
        for (int i = 0; i < Peers.Count && count < max; i++)
        {
            StoredPeer peer = Peers[(start + i) % Peers.Count];
            if (withoutSeeds && peer.IsSeed)
                continue;
            written += peer.Endpoint.WriteCompact(compact[written..]);
            count++;
        }

        return written;
    }
}

/// <summary>A peer that was announced to us.</summary>
/// <param name="Endpoint">Where it takes connections.</param>
/// <param name="Until">How long it is told of.</param>
/// <param name="IsSeed">It has said that it has everything (BEP 33).</param>
internal readonly record struct StoredPeer(NodeEndpoint Endpoint, MonoTime Until, bool IsSeed);
