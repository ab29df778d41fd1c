using System.Buffers.Binary;
using Freshet.Core;

namespace Freshet.Tracker.Swarms;

/// <summary>
/// The peers of one swarm and one address family. Addresses lie one behind the other as answers carry them (BEP 23, BEP 7), leechers first, so that an answer
/// is copied out of one array; a peer is found by its address, and a client by its identity when its address has changed.
/// </summary>
/// <param name="isIPv6">Whether the addresses are of 16 bytes.</param>
/// <param name="seed">A secret that spreads addresses over the index, so that nobody can choose ones that collide.</param>
internal sealed class PeerTable(bool isIPv6, ulong seed)
{
    private const int SmallestCapacity = 2;

    // Peers that are chosen together: one of them alone would bring in a line of memory that eight fit on.
    private const int RunLength = 8;

    private KindCounts _counts;
    private byte[] _compact = [];
    private Sha1Hash[] _ids = [];
    private ulong[] _identities = [];

    // Seconds of the last announce, and the kind in the two lowest bits.
    private uint[] _seen = [];
    private ChainIndex _bySource;
    private ChainIndex _byIdentity;
    private int _leechers;

    /// <summary>Bytes of an address and a port.</summary>
    public int Stride { get; } = isIPv6 ? 18 : 6;

    /// <summary>Peers of all kinds.</summary>
    public int Count { get; private set; }

    /// <summary>Peers of the kind.</summary>
    public int CountOf(PeerKind kind) => _counts[(int)kind];

    public ReadOnlySpan<byte> Compact(int position) => _compact.AsSpan(position * Stride, Stride);

    public Sha1Hash PeerId(int position) => _ids[position];

    public ulong Identity(int position) => _identities[position];

    public PeerKind Kind(int position) => (PeerKind)(_seen[position] & 3);

    public uint LastSeen(int position) => _seen[position] >> 2;

    /// <summary>The position of an address and port, or -1; and how many peers its source has.</summary>
    /// <param name="compact">Address and port.</param>
    /// <param name="ofSource">Peers at the same IPv4 address or IPv6 /64, the one that was found not counted if it was met first.</param>
    public int Find(ReadOnlySpan<byte> compact, out int ofSource)
    {
        ofSource = 0;
        if (Count == 0)
            return -1;
        ulong source = SourceOf(compact);
        for (int position = _bySource.First(Hash(source)); position >= 0; position = _bySource.Next(position))
        {
            ReadOnlySpan<byte> other = Compact(position);
            if (other.SequenceEqual(compact))
                return position;
            if (SourceOf(other) == source)
                ofSource++;
        }

        return -1;
    }

    /// <summary>The position of a client, or -1; 0 is nobody's identity.</summary>
    public int FindClient(ulong identity)
    {
        if (identity == 0 || Count == 0)
            return -1;
        int position = _byIdentity.First((uint)identity);
        while (position >= 0 && _identities[position] != identity)
            position = _byIdentity.Next(position);
        return position;
    }

    /// <summary>Adds a peer whose address and identity are not in.</summary>
    public void Add(ReadOnlySpan<byte> compact, Sha1Hash id, ulong identity, PeerKind kind, uint seconds)
    {
        if (Count == _ids.Length)
            Resize(Math.Max(SmallestCapacity, Count * 2));
        int position = Count++;
        if (kind == PeerKind.Leecher)
        {
            // The first of the others makes room at the end of the leechers.
            if (_leechers < position)
                MoveEntry(_leechers, position);
            position = _leechers++;
        }

        compact.CopyTo(_compact.AsSpan(position * Stride));
        _ids[position] = id;
        _identities[position] = identity;
        _seen[position] = (seconds << 2) | (uint)kind;
        _counts[(int)kind]++;
        Link(position);
    }

    /// <summary>Says that a peer is still there, where, and who.</summary>
    public void Refresh(int position, ReadOnlySpan<byte> compact, Sha1Hash id, ulong identity, PeerKind kind, uint seconds)
    {
        if (Kind(position) != kind)
        {
            Remove(position);
            Add(compact, id, identity, kind, seconds);
            return;
        }

        _seen[position] = (seconds << 2) | (uint)kind;
        _ids[position] = id;
        if (_identities[position] == identity && Compact(position).SequenceEqual(compact))
            return;
        Unlink(position);
        compact.CopyTo(_compact.AsSpan(position * Stride));
        _identities[position] = identity;
        Link(position);
    }

    /// <summary>Takes a peer out; the positions of others change.</summary>
    public void Remove(int position)
    {
        PeerKind kind = Kind(position);
        Unlink(position);
        _counts[(int)kind]--;
        int last = Count - 1;
        if (kind == PeerKind.Leecher)
        {
            _leechers--;
            if (position != _leechers)
                MoveEntry(_leechers, position);
            position = _leechers;
        }

        if (position != last)
            MoveEntry(last, position);
        Count = last;
        if (Count <= _ids.Length / 4 && _ids.Length > SmallestCapacity)
            Resize(Math.Max(SmallestCapacity, _ids.Length / 2));
    }

    /// <summary>
    /// Chooses peers at random, each at most once and each as likely as any other: runs of a few neighbours, each out of its own part of the table, which
    /// begins at a random place. Neighbours have nothing else in common: the table's order is that of comings and goings.
    /// </summary>
    /// <param name="wanted">How many.</param>
    /// <param name="leechersOnly">Whether peers that want nothing are of no use to whoever asks.</param>
    /// <param name="except">The position of whoever asks, or -1.</param>
    /// <param name="random">Chance.</param>
    /// <param name="chosen">Where the addresses go.</param>
    /// <param name="ids">Where the peer ids go, or empty.</param>
    /// <returns>How many were chosen.</returns>
    public int Choose(int wanted, bool leechersOnly, int except, SeededRandom random, Span<byte> chosen, Span<Sha1Hash> ids)
    {
        int available = leechersOnly ? _leechers : Count;
        bool skipsOne = except >= 0 && except < available;
        int eligible = available - (skipsOne ? 1 : 0);
        int count = Math.Min(wanted, eligible);
        if (count == 0)
            return 0;
        int start = random.Next(eligible);
        for (int done = 0; done < count;)
        {
            int length = Math.Min(RunLength, count - done);
            int from = (int)((long)done * eligible / count);
            int spare = (int)((long)(done + length) * eligible / count) - from - length;
            int position = start + from + (spare > 0 ? random.Next(spare + 1) : 0);
            for (int end = position + length; position < end; position++, done++)
            {
                int taken = position >= eligible ? position - eligible : position;
                if (skipsOne && taken >= except)
                    taken++;
                CopyOne(taken, chosen, done);
                if (!ids.IsEmpty)
                    ids[done] = _ids[taken];
            }
        }

        return count;
    }

    private static ulong SourceOf(ReadOnlySpan<byte> compact)
        => compact.Length == 6 ? BinaryPrimitives.ReadUInt32BigEndian(compact) : BinaryPrimitives.ReadUInt64BigEndian(compact);

    // Multiply-shift with a secret odd factor: two sources collide as rarely as chance has it, whoever chooses them.
    private uint Hash(ulong source) => (uint)(((source ^ (source >> 29)) * (seed | 1)) >> 32);

    // Lengths that the compiler knows are copied without a call.
    private void CopyOne(int position, Span<byte> chosen, int index)
    {
        if (isIPv6)
            _compact.AsSpan(position * 18, 18).CopyTo(chosen.Slice(index * 18, 18));
        else
            _compact.AsSpan(position * 6, 6).CopyTo(chosen.Slice(index * 6, 6));
    }

    private void Link(int position)
    {
        _bySource.Add(position, Hash(SourceOf(Compact(position))));
        if (_identities[position] != 0)
            _byIdentity.Add(position, (uint)_identities[position]);
    }

    private void Unlink(int position)
    {
        _bySource.Remove(position, Hash(SourceOf(Compact(position))));
        if (_identities[position] != 0)
            _byIdentity.Remove(position, (uint)_identities[position]);
    }

    private void MoveEntry(int from, int to)
    {
        _bySource.Move(from, to, Hash(SourceOf(Compact(from))));
        if (_identities[from] != 0)
            _byIdentity.Move(from, to, (uint)_identities[from]);
        _compact.AsSpan(from * Stride, Stride).CopyTo(_compact.AsSpan(to * Stride));
        _ids[to] = _ids[from];
        _identities[to] = _identities[from];
        _seen[to] = _seen[from];
    }

    private void Resize(int capacity)
    {
        Array.Resize(ref _compact, capacity * Stride);
        Array.Resize(ref _ids, capacity);
        Array.Resize(ref _identities, capacity);
        Array.Resize(ref _seen, capacity);
        _bySource = new ChainIndex(capacity);
        _byIdentity = new ChainIndex(capacity);
        for (int position = 0; position < Count; position++)
            Link(position);
    }
}
