using System.Collections;
using Freshet.Core;

namespace Freshet;

/// <summary>
/// The statuses of a session's torrents by id: immutable, and a later one shares with an earlier one all that is the same in both. So a snapshot costs what has changed
/// since the last, however many torrents there are, and so does finding out what that is. A tree of 32 branches at each fork, a few bits of the id a level.
/// </summary>
internal sealed class StatusTree : IReadOnlyList<TorrentStatus>
{
    private const int Bits = 5;
    private const int Branches = 1 << Bits;

    private readonly Node? _root;

    // The bits of ids below those that choose a branch of the root.
    private readonly int _shift;

    private StatusTree(Node? root, int shift)
    {
        _root = root;
        _shift = shift;
    }

    /// <summary>Without a torrent.</summary>
    public static StatusTree Empty { get; } = new(null, 0);

    /// <inheritdoc/>
    public int Count => _root?.Count ?? 0;

    /// <inheritdoc/>
    public TorrentStatus this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            Node node = _root!;
            for (int level = _shift; ; level -= Bits)
            {
                int branch = 0;
                while (index >= Size(node.Branches[branch]))
                    index -= Size(node.Branches[branch++]);
                if (node.Branches[branch] is TorrentStatus status)
                    return status;
                node = (Node)node.Branches[branch]!;
            }
        }
    }

    /// <summary>The status of a torrent, or null.</summary>
    public TorrentStatus? Find(TorrentId id)
    {
        if (id.Value < 0 || Overflows(id.Value, _shift))
            return null;
        object? found = _root;
        for (int level = _shift; found is Node node; level -= Bits)
            found = node.Branches[(id.Value >> level) & (Branches - 1)];
        return (TorrentStatus?)found;
    }

    /// <summary>The tree after some changes.</summary>
    public StatusTree With(IEnumerable<TorrentStatus> changed, IEnumerable<TorrentId> removed)
    {
        var edit = new Edit(_root, _shift);
        foreach (TorrentStatus status in changed)
            edit.Set(status.Id.Value, status);
        foreach (TorrentId id in removed)
            edit.Set(id.Value, null);
        return new StatusTree(edit.Root, edit.Shift);
    }

    /// <summary>Finds what is in this tree and in another one not, or something else in its place; looks only at what the two do not share.</summary>
    /// <param name="other">The other tree.</param>
    /// <param name="visit">Called for each torrent, by id, with what is here and what is there.</param>
    public void Compare(StatusTree other, Action<TorrentStatus?, TorrentStatus?> visit)
    {
        object? here = _root;
        object? there = other._root;
        for (int shift = _shift; shift < other._shift; shift += Bits)
            here = Over(here);
        for (int shift = other._shift; shift < _shift; shift += Bits)
            there = Over(there);
        Compare(here, there, visit);
    }

    /// <inheritdoc/>
    public IEnumerator<TorrentStatus> GetEnumerator() => Each(_root).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Overflows(int id, int shift) => shift + Bits < 31 && id >> (shift + Bits) != 0;

    private static int Size(object? branch) => branch is Node node ? node.Count : branch is null ? 0 : 1;

    private static Node? Over(object? root)
    {
        if (root is null)
            return null;
        var above = new Node(null, new object?[Branches]);
        above.Branches[0] = root;
        above.Count = Size(root);
        return above;
    }

    private static void Compare(object? here, object? there, Action<TorrentStatus?, TorrentStatus?> visit)
    {
        if (ReferenceEquals(here, there))
            return;
        if (here is not Node && there is not Node)
        {
            visit((TorrentStatus?)here, (TorrentStatus?)there);
            return;
        }

        for (int branch = 0; branch < Branches; branch++)
            Compare((here as Node)?.Branches[branch], (there as Node)?.Branches[branch], visit);
    }

    private static IEnumerable<TorrentStatus> Each(object? branch)
    {
        if (branch is TorrentStatus status)
        {
            yield return status;
        }
        else if (branch is Node node)
        {
            foreach (object? below in node.Branches)
            {
                foreach (TorrentStatus found in Each(below))
                    yield return found;
            }
        }
    }

    private sealed class Node(object? made, object?[] branches)
    {
        /// <summary>Marks what the edit has made that is under way, and may still change; for all others it is as it is.</summary>
        public object? Made => made;

        public object?[] Branches => branches;

        public int Count { get; set; }
    }

    /// <summary>Makes a tree out of another: copies what lies above a change, once for all changes.</summary>
    private sealed class Edit(Node? root, int shift)
    {
        // Not the edit itself, which would keep its tree in memory for as long as any node that it has made.
        private readonly object _mark = new();

        public Node? Root { get; private set; } = root;

        public int Shift { get; private set; } = shift;

        public void Set(int id, TorrentStatus? status)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            for (; Overflows(id, Shift); Shift += Bits)
                Root = Over(Root);
            Root = Put(Root, Shift, id, status);
        }

        private Node? Put(Node? node, int level, int id, TorrentStatus? status)
        {
            if (node is null && status is null)
                return null;
            Node changed = Own(node);
            int branch = (id >> level) & (StatusTree.Branches - 1);
            object? before = changed.Branches[branch];
            int size = Size(before);
            object? after = level == 0 ? status : Put((Node?)before, level - Bits, id, status);
            changed.Branches[branch] = after;
            changed.Count += Size(after) - size;
            return changed.Count == 0 ? null : changed;
        }

        private Node Own(Node? node)
            => node is null ? new Node(_mark, new object?[StatusTree.Branches])
                : node.Made == _mark ? node
                : new Node(_mark, (object?[])node.Branches.Clone()) { Count = node.Count };
    }
}
