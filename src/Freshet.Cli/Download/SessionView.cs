using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Cli.Download;

/// <summary>What a display shows of a session, kept up to date by what changes in it, so that torrents in which nothing happens cost nothing.</summary>
internal sealed class SessionView
{
    private readonly SortedDictionary<int, TorrentStatus> _incomplete = [];
    private readonly HashSet<TorrentId> _seeding = [];
    private readonly Dictionary<TorrentId, TorrentStatus> _changed = [];

    /// <summary>The latest snapshot.</summary>
    public required SessionSnapshot Snapshot { get; set; }

    /// <summary>Torrents that lack something, in the order in which they were added.</summary>
    public IReadOnlyCollection<TorrentStatus> Incomplete => _incomplete.Values;

    /// <summary>How many seed.</summary>
    public int Seeding => _seeding.Count;

    /// <summary>What has changed since <see cref="Shown"/>, each as it is now.</summary>
    public IReadOnlyCollection<TorrentStatus> Changed => _changed.Values;

    /// <summary>Takes in what has changed.</summary>
    public void Apply(ChangeSet changes, SessionSnapshot snapshot)
    {
        Snapshot = snapshot;
        foreach (TorrentStatus status in changes.Changed)
        {
            Forget(status.Id);
            _changed[status.Id] = status;
            if (!status.IsComplete)
                _incomplete[status.Id.Value] = status;
            if (status.State == TorrentState.Seeding)
                _seeding.Add(status.Id);
        }

        foreach (TorrentId id in changes.Removed)
            Forget(id);
    }

    /// <summary>The display has shown what has changed.</summary>
    public void Shown() => _changed.Clear();

    private void Forget(TorrentId id)
    {
        _incomplete.Remove(id.Value);
        _seeding.Remove(id);
        _changed.Remove(id);
    }
}
