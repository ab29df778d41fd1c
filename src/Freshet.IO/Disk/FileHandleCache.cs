using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>
/// The open files of all torrents, the least recently used of which are closed first. Whoever uses a file holds it, so that it is not closed
/// under him; when all are held (never more than there are workers) the budget is passed for that moment rather than anybody wait.
/// </summary>
internal sealed class FileHandleCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly int _budget;

    public FileHandleCache(int budget) => _budget = budget;

    /// <summary>The files open now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>The open file of a key, opened where it is not. Give it back with <see cref="Release"/>.</summary>
    /// <returns>Null where <paramref name="opener"/> says that there is no file.</returns>
    public Entry? Acquire(Key key, Func<Key, PayloadFile?> opener)
    {
        Entry entry;
        Entry? evicted = null;
        lock (_gate)
        {
            // Who only reads takes the handle that is written through, where there is one: it is surely the file that we write.
            if (_entries.TryGetValue(key with { Write = true }, out Entry? found) || _entries.TryGetValue(key, out found))
            {
                entry = found;
                _byUse.Remove(entry.Place);
            }
            else
            {
                entry = new Entry(key);
                if (_entries.Count >= _budget)
                    evicted = TakeLeastUsed();
                _entries.Add(key, entry);
            }

            entry.Users++;
            _byUse.AddFirst(entry.Place);
        }

        evicted?.Close();
        return Opened(entry, opener) ? entry : null;
    }

    /// <summary>The open file of a key, or null where it would have to be opened first, which may wait. Give it back with <see cref="Release"/>.</summary>
    public Entry? AcquireOpen(Key key)
    {
        lock (_gate)
        {
            if ((!_entries.TryGetValue(key with { Write = true }, out Entry? entry) || entry.File is null)
                && (!_entries.TryGetValue(key, out entry) || entry.File is null))
            {
                return null;
            }

            entry.Users++;
            if (entry.Place != _byUse.First)
            {
                _byUse.Remove(entry.Place);
                _byUse.AddFirst(entry.Place);
            }

            return entry;
        }
    }

    /// <summary>Gives a file back.</summary>
    public void Release(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            if (entry.Users > 0 || !entry.IsLast)
                return;
        }

        entry.Close();
    }

    /// <summary>Closes what is open of one torrent. Who reads what is cached may be doing so: then the file is closed when it is given back.</summary>
    public void CloseAll(object owner)
    {
        List<Entry> closing = [];
        lock (_gate)
        {
            for (LinkedListNode<Entry>? node = _byUse.First; node is not null;)
            {
                Entry entry = node.Value;
                node = node.Next;
                if (!ReferenceEquals(entry.Key.Owner, owner))
                    continue;
                Remove(entry);
                entry.IsLast = entry.Users > 0;
                if (!entry.IsLast)
                    closing.Add(entry);
            }
        }

        foreach (Entry entry in closing)
            entry.Close();
    }

    /// <summary>Closes every file that nobody uses: the process has none left.</summary>
    private void CloseIdle()
    {
        List<Entry> closing = [];
        lock (_gate)
        {
            while (TakeLeastUsed() is { } entry)
                closing.Add(entry);
        }

        foreach (Entry entry in closing)
            entry.Close();
    }

    private bool Opened(Entry entry, Func<Key, PayloadFile?> opener)
    {
        bool opened = false;
        try
        {
            // Opening may take long and is done outside the cache's lock; others who want the same file wait here.
            lock (entry.Opening)
            {
                try
                {
                    entry.File ??= opener(entry.Key);
                }
                catch (StorageException exception) when (exception.Error.Kind == DiskErrorKind.Handles)
                {
                    CloseIdle();
                    entry.File ??= opener(entry.Key);
                }

                opened = entry.File is not null;
            }
        }
        finally
        {
            if (!opened)
            {
                lock (_gate)
                {
                    entry.Users--;
                    if (entry.Users == 0 && _entries.TryGetValue(entry.Key, out Entry? current) && current == entry)
                        Remove(entry);
                }
            }
        }

        return opened;
    }

    private Entry? TakeLeastUsed()
    {
        for (LinkedListNode<Entry>? node = _byUse.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Users > 0)
                continue;
            Remove(node.Value);
            return node.Value;
        }

        return null;
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        _byUse.Remove(entry.Place);
    }

    /// <summary>What names an open file.</summary>
    /// <param name="Owner">The torrent's files.</param>
    /// <param name="File">The file's index.</param>
    /// <param name="Write">Whether it can be written.</param>
    internal readonly record struct Key(object Owner, int File, bool Write);

    /// <summary>An open file and who uses it.</summary>
    internal sealed class Entry
    {
        public Entry(Key key)
        {
            Key = key;
            Place = new LinkedListNode<Entry>(this);
        }

        public Key Key { get; }

        public LinkedListNode<Entry> Place { get; }

        public Lock Opening { get; } = new();

        /// <summary>How many use it now; under the cache's lock.</summary>
        public int Users { get; set; }

        /// <summary>Whether whoever gives it back last closes it; under the cache's lock.</summary>
        public bool IsLast { get; set; }

        public PayloadFile? File { get; set; }

        public void Close() => File?.Dispose();
    }
}
