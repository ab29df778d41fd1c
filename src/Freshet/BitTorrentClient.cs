using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Sessions;

namespace Freshet;

/// <summary>
/// A BitTorrent session: torrents, their peers and their data. Commands may be given from any thread; reads are snapshots and never wait.
/// Disposing stops every torrent cleanly: trackers are told (for at most 3 s), data is on the device, state is saved.
/// </summary>
public sealed class BitTorrentClient : IAsyncDisposable
{
    private static readonly TimeSpan DefaultWatchInterval = TimeSpan.FromSeconds(1);

    private readonly SessionHost _host;
    private readonly TorrentAdder _adder;

    private BitTorrentClient(SessionHost host)
    {
        _host = host;
        _adder = new TorrentAdder(host);
    }

    /// <summary>For tests: what is beneath.</summary>
    internal SessionHost Host => _host;

    /// <summary>
    /// Ends when the session does; faulted where its engine failed, which is a defect of this library: every torrent has stopped then, and what was recorded
    /// is kept.
    /// </summary>
    public Task Completion => _host.Loop.Completion;

    /// <summary>
    /// What a person should know of the state folder: it cannot be used, so that nothing is remembered for the next start, or what was in it was damaged and
    /// set aside. Null: all is well.
    /// </summary>
    public string? StateWarning => PlainText.OrNull(_host.StateWarning);

    /// <summary>Torrents that <see cref="ClientOptions.RestoreTorrents"/> could not bring back, each with the reason: another process has it, its metainfo is gone.</summary>
    public IReadOnlyList<FreshetException> RestoreFailures { get; private set; } = [];

    /// <summary>Starts a session.</summary>
    /// <exception cref="FreshetException">
    /// The port is taken (<see cref="FreshetError.Conflict"/>), an address to bind to is not there (<see cref="FreshetError.Network"/>), or the state
    /// folder cannot be written (<see cref="FreshetError.Storage"/>).
    /// </exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static Task<BitTorrentClient> StartAsync(ClientOptions options, CancellationToken cancellationToken = default)
    {
        SettingsCheck.Check(options);

        // Opening a database and sockets blocks.
        return Task.Run(() => StartHereAsync(options), cancellationToken);
    }

    /// <summary>Adds a torrent, and starts it unless told otherwise.</summary>
    /// <exception cref="FreshetException">
    /// The source cannot be read or is no valid torrent; another process has it (<see cref="FreshetError.Conflict"/>); the state cannot be read (<see cref="FreshetError.Storage"/>).
    /// </exception>
    public Task<AddResult> AddAsync(TorrentSource source, AddOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _adder.AddAsync(source, options ?? new AddOptions(), onlyMetadata: false, cancellationToken);
    }

    /// <summary>
    /// Finds out what torrent a magnet link names, and fetches none of it. The torrent is in the session for as long as its peers are asked; one that is there already stays. From
    /// any other source it is what <see cref="TorrentSource.LoadAsync"/> gives.
    /// </summary>
    /// <param name="source">The link.</param>
    /// <param name="options">Where to look for peers: the trackers, the peers, the connections. What is about files is not used.</param>
    /// <param name="cancellationToken">Gives up: there may be nobody who has it.</param>
    /// <exception cref="FreshetException">The metadata cannot be used (<see cref="FreshetError.Storage"/>), or see <see cref="AddAsync"/>.</exception>
    public async Task<Metainfo> ResolveAsync(TorrentSource source, AddOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Magnet is not { } link)
            return await source.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (_host.Torrents.FindAny(link.Hashes) is null && await Task.Run(() => _host.Remembered.FindMetadata(link), cancellationToken).ConfigureAwait(false) is { } kept
            && (kept.HasAllPieceLayers || options is not { PieceLayers: true }))
        {
            return kept;
        }

        while (true)
        {
            AddResult added = await _adder.AddAsync(source, (options ?? new AddOptions()) with { Start = true }, onlyMetadata: true, cancellationToken).ConfigureAwait(false);
            try
            {
                return await added.Torrent.WaitForMetadataAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FreshetException error) when (error.Error == FreshetError.Conflict && added.Torrent.Pending is { OnlyMetadata: true })
            {
                // Somebody has added the torrent itself meanwhile.
            }
            finally
            {
                if (!added.WasThere)
                    await added.Torrent.RemoveAsync(DataDisposal.Keep).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Stops a torrent and forgets it. Nothing happens where there is no such torrent.</summary>
    /// <exception cref="FreshetException">The files cannot be deleted (<see cref="FreshetError.Storage"/>); the torrent is forgotten all the same.</exception>
    public async Task RemoveAsync(TorrentId id, DataDisposal data = DataDisposal.Keep, CancellationToken cancellationToken = default)
    {
        if (_host.Torrents.Find(id) is not { } torrent)
            return;
        await torrent.RemoveAsync(data).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How fast the session may upload and download, and when; <see cref="UpdateAsync"/> changes it.</summary>
    public RateLimits Limits => _host.Limits.Limits;

    /// <summary>Whether the alternative limits are in force now.</summary>
    public bool UsesAlternativeLimits => _host.Limits.IsAlternative;

    /// <summary>Changes how the session works from now on.</summary>
    /// <exception cref="ArgumentException">A value of the patch makes no sense; nothing is changed.</exception>
    public Task UpdateAsync(SessionPatch patch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.Limits is { } limits)
        {
            SettingsCheck.Check(limits);
            _host.Limits.Set(limits);
        }

        return _host.Loop.InvokeAsync(now =>
        {
            SessionSettings settings = _host.Engine.Settings;
            _host.Engine.Apply(settings with { Queue = patch.Queue ?? settings.Queue, Goals = patch.Goals ?? settings.Goals }, now);
            _host.Snapshots.Hurry();
            return true;
        }).WaitAsync(cancellationToken);
    }

    /// <summary>The torrent with this id, or null.</summary>
    public Torrent? Find(TorrentId id) => _host.Torrents.Find(id);

    /// <summary>The torrent with this info-hash, v1 or truncated v2, or null.</summary>
    public Torrent? Find(InfoHash anyHash) => _host.Torrents.Find(anyHash);

    /// <summary>How the session is doing; at most <see cref="ClientOptions.SnapshotInterval"/> old. Never waits.</summary>
    public SessionSnapshot Snapshot() => _host.Snapshots.Current;

    /// <summary>Lists torrents: filtered, sorted, a window of them.</summary>
    public Task<Page<TorrentStatus>> QueryAsync(TorrentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        SessionSnapshot snapshot = Snapshot();
        return Task.Run(() => TorrentQueries.Run(query, snapshot), cancellationToken);
    }

    /// <summary>What changes, from a snapshot on; runs until it is cancelled or the session ends.</summary>
    /// <param name="sinceSequence">The sequence number of the last snapshot seen, or 0 for everything first.</param>
    /// <param name="minInterval">The least time between two change sets; default: one second.</param>
    /// <param name="cancellationToken">Ends the watching, with an <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<ChangeSet> WatchAsync(
        long sinceSequence = 0, TimeSpan? minInterval = null, CancellationToken cancellationToken = default)
        => _host.Watch.WatchAsync(sinceSequence, minInterval ?? DefaultWatchInterval, TimeProvider.System, cancellationToken);

    /// <summary>
    /// What happens from now on, until it is cancelled or the session ends. A reader that is too slow loses the oldest events and is told how many by
    /// <see cref="EventsDropped"/>; the session never waits for it.
    /// </summary>
    /// <param name="detail">How much to tell.</param>
    /// <param name="cancellationToken">Ends the listening, with an <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<TorrentEvent> EventsAsync(EventDetail detail = EventDetail.All, CancellationToken cancellationToken = default)
        => _host.Events.SubscribeAsync(detail, cancellationToken);

    private static async Task<BitTorrentClient> StartHereAsync(ClientOptions options)
    {
        var client = new BitTorrentClient(SessionHost.Start(options));
        if (!options.RestoreTorrents)
            return client;
        try
        {
            client.RestoreFailures = await new TorrentRestorer(client._host).RestoreAsync().ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        IReadOnlyList<Torrent> left = _host.Torrents.RemoveAll();
        foreach (Torrent torrent in left)
        {
            // A removal that was under way ends first: its data is nobody else's before.
            if (torrent.Removal?.End is { } removal)
                await removal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            torrent.ReleaseLease();
        }

        FreshetMetrics.Torrents.Add(-left.Count);
    }
}
