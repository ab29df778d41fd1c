using Freshet.Core;

namespace Freshet.Tracker.Swarms;

/// <summary>The peers of one torrent, of both address families.</summary>
internal sealed class Swarm(InfoHash hash, ulong seed)
{
    // Clients that are in both tables: they count once.
    private KindCounts _twins;

    public InfoHash Hash { get; } = hash;

    public PeerTable IPv4 { get; } = new(isIPv6: false, seed);

    public PeerTable IPv6 { get; } = new(isIPv6: true, seed);

    /// <summary>How often a peer completed it since the first announce.</summary>
    public int Completed { get; set; }

    /// <summary>What another tracker's peers add to the counts, if peers are shared.</summary>
    public SharedView Shared { get; set; }

    public int Peers => IPv4.Count + IPv6.Count;

    public SwarmCounts Counts
    {
        get
        {
            int seeders = Math.Max(CountOf(PeerKind.Seeder), Shared.Seeders);
            int partial = Math.Max(CountOf(PeerKind.PartialSeed), Shared.PartialSeeds);
            int leechers = Math.Max(CountOf(PeerKind.Leecher), Shared.Leechers);
            return new SwarmCounts(seeders, leechers + partial, leechers, Math.Max(Completed, Shared.Completed));
        }
    }

    public PeerTable Table(bool isIPv6) => isIPv6 ? IPv6 : IPv4;

    /// <summary>Puts a peer in or says that it is still there.</summary>
    /// <param name="entry">The peer.</param>
    /// <param name="room">Whether one more is allowed.</param>
    /// <param name="maxPerSource">Peers of one source that are allowed.</param>
    /// <returns>Whether it is in, and whether it was before.</returns>
    public (bool IsIn, bool WasIn, PeerKind Before) Put(in PeerEntry entry, bool room, int maxPerSource)
    {
        PeerTable table = Table(entry.IsIPv6), other = Table(!entry.IsIPv6);
        int position = table.Find(entry.Compact, out int ofSource);
        int sameClient = table.FindClient(entry.Identity);
        if (position >= 0 && sameClient >= 0 && sameClient != position)
        {
            // It came to where another was: one of the two entries is enough.
            Remove(table, other, sameClient);
            position = table.Find(entry.Compact, out ofSource);
        }
        else if (position < 0)
        {
            position = sameClient;
        }

        if (position >= 0)
        {
            PeerKind before = table.Kind(position);
            CountTwin(table, other, position, -1);
            table.Refresh(position, entry.Compact, entry.PeerId, entry.Identity, entry.Kind, entry.Seconds);
            JoinTwin(entry, other);
            return (true, true, before);
        }

        if (!room || ofSource >= maxPerSource)
            return (false, false, entry.Kind);
        table.Add(entry.Compact, entry.PeerId, entry.Identity, entry.Kind, entry.Seconds);
        JoinTwin(entry, other);
        return (true, false, entry.Kind);
    }

    /// <summary>Takes a peer out.</summary>
    /// <returns>Whether it was in.</returns>
    public bool Remove(in PeerEntry entry)
    {
        PeerTable table = Table(entry.IsIPv6);
        int position = table.Find(entry.Compact, out _);
        if (position < 0)
            return false;
        Remove(table, Table(!entry.IsIPv6), position);
        return true;
    }

    /// <summary>Takes out who has not announced since a time.</summary>
    public void RemoveSilent(uint seenBefore)
    {
        RemoveSilent(IPv4, IPv6, seenBefore);
        RemoveSilent(IPv6, IPv4, seenBefore);
    }

    private void RemoveSilent(PeerTable table, PeerTable other, uint seenBefore)
    {
        // Backwards: a removal changes later positions only, or brings one here that is looked at again.
        for (int position = table.Count - 1; position >= 0; position--)
        {
            while (position < table.Count && table.LastSeen(position) < seenBefore)
                Remove(table, other, position);
        }
    }

    private int CountOf(PeerKind kind) => IPv4.CountOf(kind) + IPv6.CountOf(kind) - _twins[(int)kind];

    private void Remove(PeerTable table, PeerTable other, int position)
    {
        CountTwin(table, other, position, -1);
        table.Remove(position);
    }

    private void CountTwin(PeerTable table, PeerTable other, int position, int change)
    {
        if (other.FindClient(table.Identity(position)) >= 0)
            _twins[(int)table.Kind(position)] += change;
    }

    // What a client says over one family holds for both, so that twins are always of one kind.
    private void JoinTwin(in PeerEntry entry, PeerTable other)
    {
        int twin = other.FindClient(entry.Identity);
        if (twin < 0)
            return;
        _twins[(int)entry.Kind]++;
        if (other.Kind(twin) != entry.Kind)
        {
            Span<byte> compact = stackalloc byte[other.Stride];
            other.Compact(twin).CopyTo(compact);
            other.Refresh(twin, compact, other.PeerId(twin), entry.Identity, entry.Kind, other.LastSeen(twin));
        }
    }
}
