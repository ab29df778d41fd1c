using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.IO.State;

namespace Freshet.Sessions;

/// <summary>
/// Adds torrents to a session in the order in which they come: the lease, what was remembered, then the engine. Those that come while others are being added go on
/// together, with one turn for their leases, one transaction and one command to the engine: what these cost is the same for one torrent as for hundreds.
/// </summary>
internal sealed class TorrentAdder(SessionHost host)
{
    /// <summary>Torrents that are added together: enough that what they share costs nothing, few enough that a caller does not wait for long.</summary>
    private const int MaxTogether = 256;

    /// <summary>Remembered torrents that are asked for files: more than are woken for one, because some may be awake.</summary>
    private const int MaxRelatives = 16;

    private readonly Lock _gate = new();
    private readonly Queue<Addition> _waiting = new();
    private bool _isWorking;

    public async Task<AddResult> AddAsync(TorrentSource source, AddOptions options, CancellationToken cancellationToken)
    {
        SettingsCheck.Check(options.Limits);
        Metainfo metainfo = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IPEndPoint> peers = await EndpointLookup.ResolveAsync(options.Peers, host.Resolver, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (host.Torrents.FindAny(metainfo.Hashes)?.Removal?.End is { } removal)
            {
                // How it ends is for whoever asked for it.
                await removal.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var addition = new Addition(metainfo, peers, options, Path.GetFullPath(options.Directory ?? host.Options.DownloadDirectory), cancellationToken);
            Enqueue(addition);
            if (await addition.Result.Task.ConfigureAwait(false) is { } result)
                return result;
        }
    }

    private void Enqueue(Addition addition)
    {
        lock (_gate)
        {
            _waiting.Enqueue(addition);
            if (_isWorking)
                return;
            _isWorking = true;
        }

        _ = Task.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        while (TakeSome() is { Count: > 0 } some)
        {
            try
            {
                await AddAsync(some).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                foreach (Addition addition in some)
                    Fail(addition, error);
            }
            finally
            {
                foreach (Addition addition in some)
                    addition.Lease?.Dispose();
            }
        }
    }

    /// <summary>The next that can be added together; none, and the work is over.</summary>
    private List<Addition> TakeSome()
    {
        var some = new List<Addition>();
        var hashes = new HashSet<InfoHash>();
        lock (_gate)
        {
            // One torrent given twice: the second time it is there already.
            while (some.Count < MaxTogether && _waiting.TryPeek(out Addition? next) && !next.Metainfo.Hashes.Swarms.Any(hashes.Contains))
            {
                _waiting.Dequeue();
                if (next.Cancellation.IsCancellationRequested)
                {
                    next.Result.TrySetCanceled(next.Cancellation);
                    continue;
                }

                hashes.UnionWith(next.Metainfo.Hashes.Swarms);
                some.Add(next);
            }

            _isWorking = some.Count > 0;
        }

        return some;
    }

    private async Task AddAsync(List<Addition> some)
    {
        await JoinAsync(some.Where(addition => host.Torrents.FindAny(addition.Metainfo.Hashes) is not null)).ConfigureAwait(false);
        List<Addition> added = some.FindAll(addition => !addition.Result.Task.IsCompleted);
        if (added.Count == 0)
            return;
        Lease(added);
        added.ForEach(Prepare);
        added.RemoveAll(addition => addition.Spec is null);
        Remember(added.FindAll(addition => addition.Options.Remember && !addition.Metainfo.FileBytes.IsEmpty));
        await host.Loop.InvokeAsync(now => AddToEngine(added, now)).ConfigureAwait(false);
    }

    /// <summary>Tells those that are there already of more peers.</summary>
    private async Task JoinAsync(IEnumerable<Addition> some)
    {
        foreach (Addition addition in some)
        {
            // On its way out meanwhile: look again.
            if (host.Torrents.FindAny(addition.Metainfo.Hashes) is not { } there || there.Removal?.End is not null)
            {
                addition.Result.TrySetResult(null);
                continue;
            }

            await host.Loop.InvokeAsync(now => host.Engine.AddPeers(there.Id, addition.Peers, now)).ConfigureAwait(false);
            addition.Result.TrySetResult(new AddResult(there, WasThere: true));
        }
    }

    private void Lease(List<Addition> some)
    {
        (TorrentLease? Lease, FreshetException? Refusal)[] leases
            = host.TakeLeases([.. some.Select(addition => (addition.Metainfo.Hashes, addition.Metainfo.Name, addition.Directory))]);
        for (int i = 0; i < leases.Length; i++)
        {
            some[i].Lease = leases[i].Lease;
            if (leases[i].Refusal is { } refusal)
                some[i].Result.TrySetException(refusal);
        }
    }

    /// <summary>Finds out what the engine is to know; whatever is thrown, by a picker or a choice of files of the caller's too, is for its caller.</summary>
    private void Prepare(Addition addition)
    {
        if (addition.Result.Task.IsCompleted)
            return;
        try
        {
            (Metainfo metainfo, AddOptions options) = (addition.Metainfo, addition.Options);
            ResumeRecord? resume = host.Store.Load(metainfo.Hashes, addition.Directory);
            addition.Kept = KeptOf(metainfo, options);
            IPiecePicker? picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo);
            addition.Spec = addition.Kept.ToSpec(addition.Directory) with
            {
                Metainfo = metainfo,
                Resume = resume,
                BootId = host.Store.BootId,
                Check = (DiskCheck)options.Check,
                Overwrite = options.Overwrite,
                Picker = picker,
                Peers = addition.Peers,
                FullAllocation = host.Options.AllocateFully,
                Start = options.Start,

                // A picker of somebody else's has a memory of its own, which would be lost.
                MaySleep = picker is null,
                Relatives = RelativesOf(addition),
            };
        }
        catch (Exception error)
        {
            Fail(addition, error);
        }
    }

    /// <summary>Torrents of earlier runs that may have the same files and sleep: the state knows them by more than is in memory.</summary>
    private IReadOnlyList<InfoHash> RelativesOf(Addition addition)
    {
        if ((addition.Options.Reuse ?? host.Options.Reuse) == ReuseScope.Off)
            return [];
        try
        {
            return [.. host.Store.FindRelatives(FileMarks.Of(addition.Metainfo), MaxRelatives).Select(static hashes => hashes.Primary)];
        }
        catch (Exception error)
        {
            // Whatever a store throws: then they are not found, and the files are fetched.
            host.Logger.StateStoreWarning($"Torrents with files of {PlainText.Of(addition.Metainfo.Name)} are not looked for: {error.Message}");
            return [];
        }
    }

    /// <summary>Where the session has ended, that is the reason, whatever it was that failed because of it.</summary>
    private void Fail(Addition addition, Exception error)
        => addition.Result.TrySetException(host.Loop.Completion.IsCompleted ? new ObjectDisposedException(typeof(BitTorrentClient).FullName) : error);

    private static RememberedOptions KeptOf(Metainfo metainfo, AddOptions options) => new()
    {
        Priorities = FilePriorities.Of(metainfo.Layout, options.Select, options.Priority)?.ToArray(),
        Strategy = options.Strategy,
        SuperSeeding = options.SuperSeeding,
        IgnoresTrackers = !options.UseTrackers,
        Trackers = options.Trackers.Count == 0 ? null : [.. options.Trackers.Select(tracker => tracker.OriginalString)],
        TrackerTiers = options.TrackerTiers,
        Goals = options.Goals,
        IsForced = options.Force,
        SeedOnly = options.SeedOnly,
        MaxPeers = options.MaxPeers,
        Reuse = options.Reuse,
        Limits = options.Limits == TorrentLimits.None ? null : options.Limits,
    };

    private void Remember(List<Addition> some)
    {
        if (some.Count == 0)
            return;
        try
        {
            bool isKept = host.Store.Remember([.. some.Select(EntryOf)]);
            some.ForEach(addition => addition.IsRemembered = isKept);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the torrents run, and have to be added again at the next start.
            foreach (Addition addition in some)
                host.Logger.StateStoreWarning($"{PlainText.Of(addition.Metainfo.Name)} is not remembered for the next start: {error.Message}");
        }
    }

    private static RememberedEntry EntryOf(Addition addition)
    {
        Metainfo metainfo = addition.Metainfo;
        return new RememberedEntry(
            new RememberedTorrent
            {
                Hashes = metainfo.Hashes,
                Directory = addition.Directory,
                Name = metainfo.Name,
                TotalBytes = metainfo.Layout.TotalLength,
                PieceCount = metainfo.Layout.PieceCount,
                IsPrivate = metainfo.IsPrivate,
                Trackers = metainfo.Trackers,
                IsStarted = addition.Spec!.Start,
                AddedTicks = DateTime.UtcNow.Ticks,
                Marks = FileMarks.Of(metainfo),
                Seeded = addition.Spec.Resume?.Seeded ?? default,
                Options = addition.Kept!.ToText(),
            },
            metainfo.FileBytes);
    }

    /// <summary>On the loop's thread; the snapshot is taken at once, so that the torrents can be seen when the callers have them.</summary>
    private bool AddToEngine(List<Addition> some, MonoTime now)
    {
        var torrents = new Torrent?[some.Count];
        for (int i = 0; i < torrents.Length; i++)
        {
            Addition addition = some[i];
            TorrentSpec spec = addition.Spec!;
            AddOutcome outcome = host.Engine.AddTorrent(spec, now);
            if (!outcome.IsAdded)
            {
                addition.Result.TrySetException(new FreshetException(FreshetError.Conflict, $"{PlainText.Of(spec.Summary.Name)} cannot be added: {outcome.Refusal}.") { Code = TroubleCodes.TorrentInUse });
                continue;
            }

            torrents[i] = new Torrent(host, outcome.Id, spec, addition.Lease, addition.IsRemembered ? addition.Kept : null);
            addition.Lease = null;
            host.Take(torrents[i]!);
        }

        host.Snapshots.Advance(host.Engine, now);
        for (int i = 0; i < torrents.Length; i++)
        {
            if (torrents[i] is not { } torrent)
                continue;
            host.Logger.TorrentAdded(torrent.Id, torrent.Hashes, PlainText.Of(some[i].Metainfo.Name), some[i].Directory);
            some[i].Result.TrySetResult(new AddResult(torrent, WasThere: false));
        }

        return true;
    }

    internal static TierOrder ToEngine(TrackerTiers tiers) => tiers == TrackerTiers.Bep12 ? TierOrder.OneByOne : TierOrder.AllAtOnce;

    /// <summary>A torrent on its way into the session.</summary>
    private sealed class Addition(Metainfo metainfo, IReadOnlyList<IPEndPoint> peers, AddOptions options, string directory, CancellationToken cancellation)
    {
        public Metainfo Metainfo => metainfo;

        public IReadOnlyList<IPEndPoint> Peers => peers;

        public AddOptions Options => options;

        public string Directory => directory;

        public CancellationToken Cancellation => cancellation;

        /// <summary>What came of it; null: one of the same kind is on its way out, look again. Whoever waits goes on elsewhere.</summary>
        public TaskCompletionSource<AddResult?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Its lease, until the torrent has it.</summary>
        public TorrentLease? Lease { get; set; }

        public TorrentSpec? Spec { get; set; }

        public RememberedOptions? Kept { get; set; }

        public bool IsRemembered { get; set; }
    }
}
