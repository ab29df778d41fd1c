using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What is wanted of a torrent and in which order: what a person has said of it, which lasts while the torrent sleeps and its <see cref="WantedPieces"/> and
/// <see cref="PiecePicker"/> do not.
/// </summary>
internal sealed class Selection
{
    private readonly Torrent _torrent;

    public Selection(Torrent torrent)
    {
        _torrent = torrent;
        Priorities = torrent.Spec.Priorities;
        Strategy = torrent.Spec.Strategy;
        CustomPicker = torrent.Spec.Picker;
    }

    /// <summary>How much each file is wanted, by index; null: all are normal.</summary>
    public IReadOnlyList<FilePriority>? Priorities { get; private set; }

    /// <summary>Which files are wanted, by index; null: all.</summary>
    public IReadOnlyList<bool>? WantedFiles
        => Priorities is { } priorities && priorities.Contains(FilePriority.Skip) ? [.. priorities.Select(static priority => priority != FilePriority.Skip)] : null;

    /// <summary>The order in which pieces are begun.</summary>
    public PickStrategy Strategy { get; private set; }

    /// <summary>Somebody else's choice of pieces, asked first; null: none, or none any more.</summary>
    public IPiecePicker? CustomPicker { get; private set; }

    /// <summary>The torrent's files are known: this is wanted of them.</summary>
    public void Begin(IReadOnlyList<FilePriority>? priorities, IPiecePicker? picker)
    {
        Priorities = priorities;
        CustomPicker = picker;
    }

    /// <summary>Wants files more or less than before.</summary>
    public void SetPriorities(IReadOnlyList<FilePriority>? priorities, MonoTime now)
    {
        // Of what is not known nothing can be chosen; what comes with the metadata says more.
        if (_torrent.Fetch is not null)
            return;
        Priorities = priorities;
        if (_torrent.IsAsleep)
        {
            // Made of the priorities when it wakes.
            _torrent.Slumber.Wake();
            return;
        }

        bool wasComplete = _torrent.Picker.IsComplete;
        _torrent.Wanted.SetFiles(priorities);
        _torrent.Storage?.Choose(WantedFiles, now);
        _torrent.Picker.SetPriorities(_torrent.Wanted.Priorities);
        _torrent.Sharing.WantedChanged();
        _torrent.Requester.WakeAll();
        _torrent.Lifecycle.WantedChanged(now);
        _torrent.Session.Touched.Add(_torrent);
        if (!wasComplete || !_torrent.IsFetching)
            return;
        _torrent.Messages.WantMore();
        _torrent.Connector.EndPauses(now);
    }

    /// <summary>Begins pieces in another order from now on, and asks no other picker.</summary>
    public void SetStrategy(PickStrategy strategy)
    {
        Strategy = strategy;
        CustomPicker = null;
        if (!_torrent.IsAwake)
            return;
        _torrent.Picker.Strategy = strategy;
        _torrent.Picker.Custom = null;
    }

    /// <summary>Somebody else's picker is given up.</summary>
    public void PickerFailed(string reason)
    {
        Strategy = PickStrategy.RarestFirst;
        CustomPicker = null;
        _torrent.Session.Effects.Publish(new PickerFailedNotice(_torrent.Id, reason));
    }
}
