using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>The torrents of a session by id and by info-hash. Thread-safe.</summary>
internal sealed class TorrentRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TorrentId, Torrent> _byId = [];
    private readonly Dictionary<InfoHash, Torrent> _byHash = [];

    public Torrent? Find(TorrentId id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    public Torrent? Find(InfoHash hash)
    {
        lock (_gate)
            return _byHash.GetValueOrDefault(hash);
    }

    public Torrent? FindAny(InfoHashes hashes) => hashes.Swarms.Select(Find).FirstOrDefault(torrent => torrent is not null);

    public void Add(Torrent torrent)
    {
        lock (_gate)
        {
            _byId.Add(torrent.Id, torrent);
            foreach (InfoHash hash in torrent.Hashes.Swarms)
                _byHash[hash] = torrent;
        }
    }

    /// <summary>Takes a torrent out; null where another call has done so.</summary>
    public Torrent? Remove(TorrentId id)
    {
        lock (_gate)
        {
            if (!_byId.Remove(id, out Torrent? torrent))
                return null;
            foreach (InfoHash hash in torrent.Hashes.Swarms)
                _byHash.Remove(hash);
            return torrent;
        }
    }

    public IReadOnlyList<Torrent> RemoveAll()
    {
        lock (_gate)
        {
            Torrent[] all = [.. _byId.Values];
            _byId.Clear();
            _byHash.Clear();
            return all;
        }
    }
}
