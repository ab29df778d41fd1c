using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.IO.State;
using Freshet.Sessions;

namespace Freshet;

/// <summary>
/// A torrent of a session: a handle, cheap and safe to use from any thread. Once the torrent is removed, commands do nothing and
/// <see cref="Status"/> stays what it was last.
/// </summary>
public sealed class Torrent
{
    private readonly SessionHost _host;
    private volatile TorrentSummary _summary;
    private volatile Metainfo? _metainfo;
    private volatile WeakReference<Metainfo>? _recent;
    private volatile RememberedOptions? _remembered;
    private TorrentStatus? _last;
    private TorrentRemoval? _removal;

    // The number of the snapshot that was the latest when the last command was carried out.
    private long _commandedAt;
    private TorrentLease? _lease;

    internal Torrent(SessionHost host, TorrentId id, TorrentSpec spec, TorrentLease? lease, RememberedOptions? remembered, PendingMagnet? pending = null)
    {
        Pending = pending;
        _host = host;
        _lease = lease;
        _remembered = remembered;
        _summary = spec.Summary;

        // What the state can give back is not held.
        _metainfo = remembered is null ? spec.Metainfo : null;
        _recent = remembered is not null && spec.Metainfo is { } metainfo ? new WeakReference<Metainfo>(metainfo) : null;
        Id = id;
        Directory = spec.Directory;
    }

    /// <summary>Its number in the session.</summary>
    public TorrentId Id { get; }

    /// <summary>Its info-hashes.</summary>
    public InfoHashes Hashes => _summary.Hashes;

    /// <summary>Whether its metadata is known. If not, it was added by a magnet link, and its peers are asked: see <see cref="WaitForMetadataAsync"/>.</summary>
    public bool HasMetadata => _summary.HasMetadata;

    /// <summary>Its metainfo. Of a torrent that is remembered it is read from the state where it is not in memory.</summary>
    /// <exception cref="FreshetException">
    /// It is not known yet (<see cref="FreshetError.SourceUnreadable"/>, <see cref="TroubleCodes.MetadataUnknown"/>), or the state has it no more (<see cref="FreshetError.Storage"/>).
    /// </exception>
    public Metainfo Metainfo
    {
        get
        {
            if (_metainfo is { } held || (_recent is { } recent && recent.TryGetTarget(out held)))
                return held;
            if (!HasMetadata)
            {
                throw new FreshetException(FreshetError.SourceUnreadable, $"The metadata of {PlainText.Of(_summary.Name)} is not known yet: wait until its peers have given it.")
                {
                    Code = TroubleCodes.MetadataUnknown,
                };
            }

            Metainfo metainfo = _host.Remembered.LoadMetainfo(Hashes, _summary.Name);
            _recent = new WeakReference<Metainfo>(metainfo);
            return metainfo;
        }
    }

    /// <summary>The absolute folder that its files lie under.</summary>
    public string Directory { get; }

    /// <summary>How it is doing; at most <see cref="ClientOptions.SnapshotInterval"/> old. Never waits.</summary>
    public TorrentStatus Status()
    {
        if (_host.Snapshots.Current.Find(Id) is { } status)
            Volatile.Write(ref _last, status);
        return Volatile.Read(ref _last)
            ?? new TorrentStatus { Id = Id, Hashes = Hashes, Name = _summary.Name, Directory = Directory, State = TorrentState.Stopped };
    }

    /// <summary>Starts it: what is on disk is checked as far as needed, then the rest is fetched. Also leaves an error state.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        NoteStarted(true);
        return CommandAsync(now => _host.Engine.Start(Id, now), cancellationToken);
    }

    /// <summary>Stops it; done when trackers are told (for at most 3 s), data is on the device and state is saved.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        NoteStarted(false);
        if (!await CommandAsync(now => _host.Engine.Stop(Id, now), cancellationToken).ConfigureAwait(false))
            return;
        try
        {
            await WaitAsync(TorrentCondition.Stopped, cancellationToken).ConfigureAwait(false);
        }
        catch (FreshetException)
        {
            // Removed, or stopped by trouble: it does nothing any more.
        }
    }

    /// <summary>Hashes everything on disk again, then goes on as before.</summary>
    public Task RecheckAsync(CancellationToken cancellationToken = default)
        => CommandAsync(now => _host.Engine.Recheck(Id, now), cancellationToken);

    /// <summary>Asks every tracker again, as soon as its own rules allow.</summary>
    public Task ReannounceAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(now => _host.Engine.Reannounce(Id, now), cancellationToken);

    /// <summary>
    /// Asks its trackers how many peers they count (BEP 48), whether it runs or not; each at most every 30 s. What they say is in <see cref="GetTrackersAsync"/> soon after.
    /// While it runs, their answers to announces keep these figures up to date without it.
    /// </summary>
    public Task ScrapeAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(now => _host.Engine.Scrape(Id, now), cancellationToken);

    /// <summary>Fetches other files from now on: those at normal priority, the rest not. <see cref="UpdateAsync"/> can say more.</summary>
    /// <param name="select">Which files, or null for all.</param>
    /// <param name="cancellationToken">Gives up waiting for the session to take the command.</param>
    public Task SelectAsync(Func<FileEntry, bool>? select, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<FilePriority>? priorities = FilePriorities.Of(Metainfo.Layout, select, priority: null);
        Note(options => options with { Priorities = priorities?.ToArray() });
        return CommandAsync(now => _host.Engine.SetPriorities(Id, priorities, now), cancellationToken);
    }

    /// <summary>Changes how it is run, from now on.</summary>
    /// <param name="patch">What changes.</param>
    /// <param name="cancellationToken">Gives up waiting for the session to take the command.</param>
    /// <exception cref="ArgumentException">A value of the patch makes no sense; nothing is changed.</exception>
    public Task UpdateAsync(TorrentPatch patch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.Strategy is { } strategy && !Enum.IsDefined(strategy))
            throw new ArgumentException($"{(int)strategy} is no strategy.", nameof(patch));
        PieceLayout? layout = null;
        if (patch.Priorities is { } priorities)
            FilePriorities.Check(layout = Metainfo.Layout, priorities);
        if (patch.Limits is { } limits)
            SettingsCheck.Check(limits);
        return CommandAsync(now => Apply(patch, layout, now), cancellationToken);
    }

    /// <summary>How much each file is wanted, by index; filler and links, which are never stored, are skipped.</summary>
    public Task<IReadOnlyList<FilePriority>> GetPrioritiesAsync(CancellationToken cancellationToken = default)
    {
        PieceLayout layout = Metainfo.Layout;
        return InvokeAsync<IReadOnlyList<FilePriority>>(
            _ =>
            {
                IReadOnlyList<FilePriority>? priorities = _host.Engine.GetPriorities(Id);
                return [.. layout.Files.Select(file => file.IsStored ? priorities?[file.Index.Value] ?? FilePriority.Normal : FilePriority.Skip)];
            },
            cancellationToken);
    }

    /// <summary>Tries further peers.</summary>
    /// <param name="peers">Each an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>; a name that cannot be looked up is left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An end point is of another kind.</exception>
    public async Task AddPeersAsync(IReadOnlyList<EndPoint> peers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peers);
        IReadOnlyList<IPEndPoint> addresses = await EndpointLookup.ResolveAsync(peers, _host.Resolver, cancellationToken).ConfigureAwait(false);
        await InvokeAsync(now => _host.Engine.AddPeers(Id, addresses, now), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until something holds.</summary>
    /// <returns>The status at that moment.</returns>
    /// <exception cref="FreshetException">
    /// It cannot come to hold without a person's help: the torrent has stopped with an error (<see cref="FreshetError.Storage"/>) or was removed
    /// (<see cref="FreshetError.Conflict"/>), or the session's engine failed (<see cref="FreshetError.Other"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public Task<TorrentStatus> WaitAsync(TorrentCondition condition, CancellationToken cancellationToken = default)
        => _host.Waiters.WaitAsync(Id, condition, Interlocked.Read(ref _commandedAt), () => _host.Snapshots.Current, cancellationToken);

    /// <summary>Waits until its metadata is known: at once, but for a torrent that was added by a magnet link.</summary>
    /// <exception cref="FreshetException">As <see cref="WaitAsync"/>.</exception>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public async Task<Metainfo> WaitForMetadataAsync(CancellationToken cancellationToken = default)
    {
        if (Pending is not { } pending)
            return Metainfo;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TorrentStatus> known = WaitAsync(TorrentCondition.MetadataKnown, ended.Token);

        // Also where only the metadata is wanted, so that the torrent itself never has it.
        if (await Task.WhenAny(known, pending.Found).ConfigureAwait(false) == known)
            await known.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        return await pending.Found.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its connections at this moment.</summary>
    public Task<IReadOnlyList<PeerStatus>> GetPeersAsync(CancellationToken cancellationToken = default)
        => InvokeAsync<IReadOnlyList<PeerStatus>>(now => [.. _host.Engine.GetPeers(Id, now).Select(PeerReporter.Translate)], cancellationToken);

    /// <summary>Its trackers at this moment, tier by tier.</summary>
    public Task<IReadOnlyList<TrackerStatus>> GetTrackersAsync(CancellationToken cancellationToken = default)
        => InvokeAsync<IReadOnlyList<TrackerStatus>>(
            now => [.. _host.Engine.GetTrackers(Id, now).Select(Translate)], cancellationToken);

    /// <summary>A copy of which pieces are verified and stored; empty once the torrent is removed.</summary>
    public Task<Bitfield> GetPiecesAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(_ => _host.Engine.GetPieces(Id) ?? new Bitfield(Status().PieceCount), cancellationToken);

    /// <summary>What waits for its metadata, or has waited for it in this session.</summary>
    internal PendingMagnet? Pending { get; }

    /// <summary>Has the next start know the metadata, also of a torrent that is not remembered. May block.</summary>
    internal void Keep(Metainfo metainfo, IReadOnlyList<FilePriority>? priorities, ReadOnlyMemory<byte> info)
    {
        RememberedOptions? options = _remembered is { } before ? before with { Magnet = null, Priorities = priorities?.ToArray() } : null;
        _host.Remembered.KeepMetadata(Directory, metainfo, options, info);
        _remembered = options;
    }

    /// <summary>Its metadata is known.</summary>
    internal void Resolved(Metainfo metainfo)
    {
        if (_remembered is null)
            _metainfo = metainfo;
        else
            _recent = new WeakReference<Metainfo>(metainfo);
        _summary = TorrentSummary.Of(metainfo);
    }

    /// <summary>Its removal, once somebody has asked for it.</summary>
    internal TorrentRemoval? Removal => Volatile.Read(ref _removal);

    /// <summary>Has the engine forget it, then the session.</summary>
    internal Task RemoveAsync(DataDisposal data)
    {
        if (Volatile.Read(ref _removal) is null)
            Interlocked.CompareExchange(ref _removal, new TorrentRemoval(_host, this), null);
        return _removal!.RunAsync(data);
    }

    /// <summary>The engine has forgotten it.</summary>
    internal void NoteGone() => Volatile.Read(ref _removal)?.NoteGone();

    private bool Apply(TorrentPatch patch, PieceLayout? layout, MonoTime now)
    {
        if (patch.Strategy is { } strategy)
            _host.Engine.SetStrategy(Id, (PickStrategy)strategy);
        if (patch.SuperSeeding is { } superSeeding)
            _host.Engine.SetSuperSeeding(Id, superSeeding, now);
        if (patch.TrackerTiers is { } tiers)
            _host.Engine.SetTiers(Id, TorrentAdder.ToEngine(tiers), now);
        if (patch.Goals is { } goals)
            _host.Engine.SetGoals(Id, goals == SeedGoals.None ? null : goals, now);
        if (patch.IsForced is { } isForced)
            _host.Engine.SetForced(Id, isForced, now);
        if (patch.QueueMove is { } move)
            _host.Engine.Move(Id, move, now);
        if (patch.Limits is { } limits)
            _host.Engine.Limit(Id, limits, now);
        IReadOnlyList<FilePriority>? priorities = null;
        if (patch.Priorities is { } changes)
        {
            priorities = FilePriorities.With(layout!, _host.Engine.GetPriorities(Id), changes);
            _host.Engine.SetPriorities(Id, priorities, now);
        }

        Note(options => options with
        {
            Strategy = patch.Strategy ?? options.Strategy,
            SuperSeeding = patch.SuperSeeding ?? options.SuperSeeding,
            TrackerTiers = patch.TrackerTiers ?? options.TrackerTiers,
            Priorities = priorities?.ToArray() ?? options.Priorities,
            Goals = patch.Goals is { } own ? (own == SeedGoals.None ? null : own) : options.Goals,
            IsForced = patch.IsForced ?? options.IsForced,
            Limits = patch.Limits ?? options.Limits,
        });
        return true;
    }

    /// <summary>Whether the next start has it again.</summary>
    internal bool IsRemembered => _remembered is not null;

    /// <summary>Whether it is to run at the next start.</summary>
    internal void NoteStarted(bool isStarted)
    {
        if (IsRemembered)
            _host.Changes.Add(new RememberedChange(Hashes) { IsStarted = isStarted });
    }

    /// <summary>Has the next start know what was changed.</summary>
    private void Note(Func<RememberedOptions, RememberedOptions> change)
    {
        if (_remembered is not { } before)
            return;
        RememberedOptions options = change(before);
        _remembered = options;
        if (options != before)
            _host.Changes.Add(new RememberedChange(Hashes) { Options = options.ToText() ?? "" });
    }

    internal void ReleaseLease() => Interlocked.Exchange(ref _lease, null)?.Dispose();

    /// <summary>Has the engine do something that shows in the status; whoever waits from then on sees only snapshots from after it.</summary>
    private Task<T> CommandAsync<T>(Func<MonoTime, T> command, CancellationToken cancellationToken)
        => InvokeAsync(
            now =>
            {
                Interlocked.Exchange(ref _commandedAt, _host.Snapshots.Current.Sequence);
                _host.Snapshots.Hurry();
                return command(now);
            },
            cancellationToken);

    private Task<T> InvokeAsync<T>(Func<MonoTime, T> command, CancellationToken cancellationToken)
        => _host.Loop.InvokeAsync(command).WaitAsync(cancellationToken);

    private static TrackerStatus Translate(TrackerSnapshot tracker) => new()
    {
        Url = PlainText.Of(tracker.Url),
        Tier = tracker.Tier,
        Seeders = tracker.Seeders,
        Leechers = tracker.Leechers,
        Completed = tracker.Completed,
        Peers = tracker.Peers,
        NextAnnounceIn = tracker.NextAnnounceIn,
        Error = tracker.Failures > 0 ? PlainText.OrNull(tracker.Message) : null,
    };
}
