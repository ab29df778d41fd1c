using System.Diagnostics;
using Freshet.Abstractions;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;
using Freshet.Redis;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Download;

/// <summary>A <c>freshet download</c> or <c>freshet seed</c> from its sources to its exit code.</summary>
internal sealed class DownloadRun(DownloadRequest request, CommandContext context)
{
    /// <summary>What a session has at the most by itself; a torrent that may have more needs a session that may.</summary>
    private const int UsualConnections = 1000;

    /// <summary>Torrents that are given to the session at a time: it adds together what comes together.</summary>
    private const int AddedTogether = 256;

    private readonly IDownloadDisplay _display = Displays.Create(context);

    // What is still to be waited for: downloads until they are complete, seeds until they have given enough.
    private readonly Dictionary<TorrentId, Torrent> _running = [];
    private readonly HashSet<TorrentId> _complete = [];
    private readonly List<TorrentId> _misplaced = [];

    // Magnet links of which it is not known yet whether the files that were asked for are in them.
    private readonly HashSet<TorrentId> _unchecked = [];
    private readonly StatusFile? _statusFile = request.StatusFile is { } path ? new StatusFile(path, context.Warn) : null;
    private readonly IdleHeap _idleHeap = new();
    private long _lastShown;
    private int _exitCode;
    private long _lastProgress = Stopwatch.GetTimestamp();
    private long _lastProgressBytes = -1;
    private Action<TorrentStatus>? _onComplete;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        try
        {
            List<LoadedSource> loaded = await LoadAsync(stop.Token);
            if (request.List)
                await FileListing.WriteAsync(loaded, request, ClientOptionsOf(request, log: null, redis: null), context, stop.Token);
            else if (loaded.Count > 0 || RestoresAll)
                await DownloadAsync(loaded, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            NoteFailure(ExitCode.Unfinished);
        }

        // A list is a document and no row of events.
        if (!request.List)
            _display.Ended(_exitCode);
        return _exitCode;
    }

    private async Task<List<LoadedSource>> LoadAsync(CancellationToken stop)
    {
        var loaded = new List<LoadedSource>();
        foreach (TorrentSource source in Sources.OpenAll(request.Sources, context.Streams, request.Bind))
        {
            try
            {
                loaded.Add(new LoadedSource(source, source.Magnet is null ? await source.LoadAsync(stop) : null));
            }
            catch (FreshetException failure)
            {
                Fail(source.Description, failure);
            }
        }

        return loaded;
    }

    private async Task DownloadAsync(List<LoadedSource> loaded, CancellationToken stop)
    {
        // A pattern that fits nothing is found before anything is started; of a magnet link when its files are known.
        Func<FileEntry, FilePriority>?[] selections =
            [.. loaded.Select(torrent => torrent.Metainfo is { } metainfo ? request.Selection.For(metainfo) : request.Selection.ForEach)];
        using ILoggerFactory? log = Logging.Create(context);
        await _display.RunAsync(async () =>
        {
            await using var hook = new CompletionHook(request.OnComplete, warning => _display.Warn(TroubleText.Tag(warning, TroubleCodes.OnComplete)), log);
            _onComplete = hook.Look;
            await using RedisClient? redis = request.PeerCache is { } address ? new RedisClient(address) : null;
            BitTorrentClient client = await BitTorrentClient.StartAsync(ClientOptionsOf(request, log, redis), stop);
            await using var ending = client;
            if (client.StateWarning is { } warning)
                _display.Warn(TroubleText.Tag(warning, TroubleCodes.StateFolder));
            long started = Stopwatch.GetTimestamp();
            Task telling = TellAsync(client);
            if (RestoresAll)
                TakeRestored(client);
            for (int first = 0; first < loaded.Count; first += AddedTogether)
                await AddAsync(client, loaded, selections, first, Math.Min(AddedTogether, loaded.Count - first), stop);
            try
            {
                await WatchAsync(client, started, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // A seed is never finished: to end it is how it is used.
                if (_running.Keys.Any(id => !_complete.Contains(id)))
                    NoteFailure(ExitCode.Unfinished);
                _display.Say("stopping; once more ends at once");
            }

            if (hook.IsRunning)
                _display.Say($"waiting for the program of --on-complete; Ctrl-C {(stop.IsCancellationRequested ? "" : "twice ")}ends it");
            await client.DisposeAsync();
            await telling;
            if (request.Seeds)
                _display.Say(StatusText.Given(client.Snapshot()));
            foreach (TorrentStatus status in client.Snapshot().Torrents.Where(status => status is { IsComplete: true, State: TorrentState.Error }))
                FailStorage(status);
            _statusFile?.Keep(client.Snapshot(), _exitCode);
        });
    }

    /// <summary>Adds some of the torrents, and lets go of what was read of them: the session has it, and a seed that sleeps needs it no more.</summary>
    private async Task AddAsync(
        BitTorrentClient client,
        List<LoadedSource> loaded,
        Func<FileEntry, FilePriority>?[] selections,
        int first,
        int count,
        CancellationToken stop)
    {
        var adding = new List<(TorrentSource Source, bool IsKnown, Task<AddResult> Added)>(count);
        for (int i = first; i < first + count; i++)
        {
            (TorrentSource given, Metainfo? metainfo) = loaded[i];
            TorrentSource source = metainfo is null ? given : TorrentSource.FromMetainfo(metainfo);
            adding.Add((given, metainfo is not null, client.AddAsync(source, AddOptionsOf(selections[i]), stop)));
            loaded[i] = new LoadedSource(given, null);
        }

        foreach ((TorrentSource source, bool isKnown, Task<AddResult> result) in adding)
        {
            try
            {
                AddResult added = await result;
                if (added.WasThere)
                    continue;
                _running.Add(added.Torrent.Id, added.Torrent);
                if (!isKnown && !request.Selection.IsEverything)
                    _unchecked.Add(added.Torrent.Id);
                _display.Added(added.Torrent);
            }
            catch (FreshetException failure)
            {
                Fail(source.Description, failure);
            }
        }
    }

    private AddOptions AddOptionsOf(Func<FileEntry, FilePriority>? selection) => new()
    {
        Directory = request.Directory,
        Priority = selection,
        Strategy = request.Strategy,
        SuperSeeding = request.SuperSeeding,
        Check = request.Check,
        Overwrite = request.Overwrite,
        SeedOnly = request.SeedOnly,
        Remember = request.Remembers,
        UseTrackers = request.UseTrackers,
        TrackerTiers = request.TrackerTiers,
        Trackers = request.Trackers,
        Peers = request.Peers,
        MaxPeers = request.MaxPeers,
    };

    private bool RestoresAll => request.Remembers && request.Sources.Count == 0;

    private void TakeRestored(BitTorrentClient client)
    {
        foreach (FreshetException failure in client.RestoreFailures)
            Fail("the state", failure);
        IReadOnlyList<TorrentStatus> torrents = client.Snapshot().Torrents;
        if (torrents.Count == 0)
        {
            if (client.RestoreFailures.Count == 0)
                throw new CommandFailure(ExitCode.Usage, "no torrent was seeded before with this state folder: name one.", TroubleCodes.NothingToResume);
            return;
        }

        foreach (TorrentStatus status in torrents)
        {
            _running.Add(status.Id, client.Find(status.Id)!);
            if (status.IsComplete)
                _complete.Add(status.Id);
        }

        _display.Restored([.. _running.Values], _complete.Count);
    }

    /// <summary>Until everything is complete or has failed, or it is given up. Looks at what changes, and wakes for nothing else where all is complete.</summary>
    private async Task WatchAsync(BitTorrentClient client, long started, CancellationToken stop)
    {
        var view = new SessionView { Snapshot = client.Snapshot() };
        await using var changes = new ChangeFeed(client, stop);
        while (_running.Count > 0)
        {
            if (await changes.NextAsync(LookIn(view)) is { } change)
            {
                _idleHeap.Moved();
                view.Apply(change, client.Snapshot());
                if (change.Changed.Any(IsNewlyComplete))
                    await ShowAsync(view, stop);
                foreach (TorrentStatus status in change.Changed)
                    Judge(status, Stopwatch.GetElapsedTime(started));
                await ForgetAsync(client, stop);
            }

            if (Stopwatch.GetElapsedTime(_lastShown) >= _display.Interval)
                await ShowAsync(view, stop);
            _idleHeap.Look();
            if (_running.Count > 0 && GivesUp(view))
            {
                NoteFailure(ExitCode.Network);
                context.Warn(TroubleText.Tag(
                    $"given up: nothing came in for {Amounts.Duration(request.GiveUpAfter!.Value)}. "
                    + "What is there is saved; run the same command again to go on, with --peer or --tracker to add places to look.",
                    TroubleCodes.GivenUp));
                return;
            }
        }
    }

    /// <summary>When there is something to do although nothing has changed; null: never.</summary>
    private TimeSpan? LookIn(SessionView view)
    {
        bool isShowing = _complete.Count < _running.Count || request.ShowPeers || view.Changed.Count > 0 || _statusFile is { IsBehind: true };
        TimeSpan? show = isShowing ? _display.Interval - Stopwatch.GetElapsedTime(_lastShown) : null;
        TimeSpan? look = show is null || _idleHeap.LookIn < show ? _idleHeap.LookIn : show;
        return look < TimeSpan.Zero ? TimeSpan.Zero : look;
    }

    private async Task ShowAsync(SessionView view, CancellationToken stop)
    {
        _lastShown = Stopwatch.GetTimestamp();
        if (request.ShowPeers)
            _display.UpdatePeers(await PeersAsync(stop));
        _statusFile?.Keep(view.Snapshot);
        _display.Update(view);
        view.Shown();
    }

    private async Task<IReadOnlyList<TorrentPeers>> PeersAsync(CancellationToken stop)
    {
        var peers = new List<TorrentPeers>();
        foreach (Torrent torrent in _running.Values)
            peers.Add(new TorrentPeers(torrent, await torrent.GetPeersAsync(stop)));
        return peers;
    }

    private static bool IsComplete(TorrentStatus status) => status is { IsComplete: true, State: TorrentState.Seeding or TorrentState.Stopped or TorrentState.Queued };

    private bool IsNewlyComplete(TorrentStatus status) => IsComplete(status) && !_unchecked.Contains(status.Id) && _running.ContainsKey(status.Id) && !_complete.Contains(status.Id);

    private void Judge(TorrentStatus status, TimeSpan elapsed)
    {
        if (!_running.ContainsKey(status.Id) || !HasWhatIsSelected(status))
            return;
        if (IsComplete(status))
        {
            if (_complete.Add(status.Id))
            {
                _display.Completed(status, elapsed);
                _onComplete!(status);
            }

            if (request.Seeds && status.State != TorrentState.Stopped)
                return;
            _running.Remove(status.Id);
            _complete.Remove(status.Id);
            if (request.Seeds)
                _display.Say($"{TerminalText.Escape(status.Name)}: stopped{(status.Reason is { } reason ? ", " + TerminalText.Escape(reason) : "")}");
        }
        else if (status.State == TorrentState.Error && !status.WillRetry)
        {
            _running.Remove(status.Id);
            if (!_complete.Remove(status.Id) && request is { SeedOnly: true, Sources.Count: > 0 } && !status.IsComplete)
                _misplaced.Add(status.Id);
            FailStorage(status);
        }
    }

    private bool HasWhatIsSelected(TorrentStatus status)
    {
        if (!status.HasMetadata || !_unchecked.Remove(status.Id))
            return true;
        try
        {
            request.Selection.For(_running[status.Id].Metainfo);
            return true;
        }
        catch (CommandFailure failure)
        {
            NoteFailure(failure.ExitCode);
            _display.Failed(status.Name, failure.ExitCode, failure.Message, failure.Code);
            _running.Remove(status.Id);
            _misplaced.Add(status.Id);
            return false;
        }
    }

    // What was never seeded, because its data is not where it was said to be, is nothing to come back to: it would fail each later start.
    private async Task ForgetAsync(BitTorrentClient client, CancellationToken stop)
    {
        foreach (TorrentId id in _misplaced)
            await client.RemoveAsync(id, cancellationToken: stop);
        _misplaced.Clear();
    }

    private void FailStorage(TorrentStatus status)
    {
        NoteFailure(ExitCode.Storage);
        _display.Failed(status.Name, ExitCode.Storage, $"{status.Name}: {status.Reason}. Nothing that is there is lost; run the command again once that is mended.", TroubleCodes.Storage);
    }

    private bool GivesUp(SessionView view)
    {
        if (_complete.Count >= _running.Count)
            return false;

        // A check counts as progress: it may take long, and nothing can come in meanwhile.
        long bytes = view.Incomplete.Sum(static status => status.Downloaded + status.TakenThisRun + (long)((status.MetadataProgress ?? 0) * MetainfoLimits.MaxFileBytes));
        if (bytes != _lastProgressBytes || view.Incomplete.Any(static status => status.State == TorrentState.Checking))
        {
            _lastProgressBytes = bytes;
            _lastProgress = Stopwatch.GetTimestamp();
        }

        return request.GiveUpAfter is { } patience && Stopwatch.GetElapsedTime(_lastProgress) >= patience;
    }

    /// <summary>Until the session ends, its last events with it.</summary>
    private async Task TellAsync(BitTorrentClient client)
    {
        // Each piece would wake this reader; nobody sees them but who asks for verbose JSON.
        EventDetail detail = context.Json && context.Verbosity > 0 ? EventDetail.All : EventDetail.Notable;
        await foreach (TorrentEvent happened in client.EventsAsync(detail))
        {
            _display.Tell(happened);

            // Also where the torrent is complete: a sync that failed leaves in doubt whether the data is on the device.
            if (happened is DiskTrouble { WillRetry: false })
                NoteFailure(ExitCode.Storage);
        }
    }

    private void Fail(string what, FreshetException failure)
    {
        int exitCode = ExitCode.For(failure.Error);
        NoteFailure(exitCode);
        _display.Failed(what, exitCode, failure.Message, failure.Code);
    }

    /// <summary>The first failure gives the exit code.</summary>
    private void NoteFailure(int exitCode)
    {
        if (_exitCode == ExitCode.Ok)
            _exitCode = exitCode;
    }

    private static ClientOptions ClientOptionsOf(DownloadRequest request, ILoggerFactory? log, RedisClient? redis)
    {
        var options = new ClientOptions
        {
            DownloadDirectory = request.Directory,
            StateDirectory = request.StateDirectory,
            RestoreTorrents = request.Remembers && request.Sources.Count == 0,
            ListenPort = request.ListenPort,
            BindAddress = request.Bind,
            Dht = request.Dht,
            MaxConnections = request.MaxPeers > UsualConnections ? request.MaxPeers : null,
            RequestQueue = request.Pipeline,
            UploadSlots = request.UploadSlots,
            PeerExchange = request.UsePeerExchange,
            LocalDiscovery = request.UseLocalDiscovery ? LocalGroups.Bep14 : null,
            RememberPeers = request.RememberPeers,
            PeerCache = redis is null ? null : new RedisPeerCache(redis),
            Utp = request.Utp,
            UtpCongestion = request.UtpCongestion,
            Encryption = request.Encryption,
            IncomingEncryption = request.IncomingEncryption,
            Limits = request.Limits,
            RequestTimeout = request.RequestTimeout,
            Queue = request.Queue,
            Goals = request.Goals,
            Reuse = request.Reuse,
            LoggerFactory = log,
        };
        return options with { PeerTimeout = request.PeerTimeout ?? options.PeerTimeout };
    }
}
