using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>The torrents in which something has changed since somebody last looked: so that whoever shows them need not look at all of them.</summary>
internal sealed class TouchedTorrents
{
    private readonly List<Torrent> _torrents = [];

    /// <summary>How often a torrent was noted, since the start.</summary>
    public long Count { get; private set; }

    public bool IsEmpty => _torrents.Count == 0;

    public void Add(Torrent torrent)
    {
        if (torrent.IsTouched)
            return;
        torrent.IsTouched = true;
        Count++;
        _torrents.Add(torrent);
    }

    /// <summary>Adds them to a list and begins anew.</summary>
    public void TakeTo(List<TorrentId> list)
    {
        foreach (Torrent torrent in _torrents)
        {
            torrent.IsTouched = false;
            list.Add(torrent.Id);
        }

        _torrents.Clear();
    }
}
