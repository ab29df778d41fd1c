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

    private readonly Lock _gate = new();
    private readonly Queue<Addition> _waiting = new();
    private bool _isWorking;

    /// <summary>Adds a torrent.</summary>
    /// <param name="source">The torrent.</param>
    /// <param name="options">How it is added.</param>
    /// <param name="onlyMetadata">Whether nothing but the metadata is wanted, of a magnet link.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AddResult> AddAsync(TorrentSource source, AddOptions options, bool onlyMetadata, CancellationToken cancellationToken)
    {
        SettingsCheck.Check(options.Limits);
        MagnetLink? magnet = source.Magnet;
        Metainfo? metainfo = magnet is null
            ? await source.LoadAsync(cancellationToken).ConfigureAwait(false)
            : onlyMetadata ? null // Who asks for it has looked already.
            : await Task.Run(() => host.Remembered.FindMetadata(magnet), cancellationToken).ConfigureAwait(false);
        InfoHashes hashes = metainfo?.Hashes ?? magnet!.Hashes;
        EndPoint[] named = [.. options.Peers, .. (magnet?.Peers ?? []).Select(static peer => EndPointOf(peer))];
        IReadOnlyList<IPEndPoint> peers = await EndpointLookup.ResolveAsync(named, host.Resolver, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (host.Torrents.FindAny(hashes)?.Removal?.End is { } removal)
            {
                // How it ends is for whoever asked for it.
                await removal.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var addition = new Addition(metainfo, magnet, peers, options, Path.GetFullPath(options.Directory ?? host.Options.DownloadDirectory), onlyMetadata, cancellationToken);
            Enqueue(addition);
            if (await addition.Result.Task.ConfigureAwait(false) is { } result)
                return result;
        }
    }

    private static EndPoint EndPointOf((string Host, int Port) peer)
        => IPAddress.TryParse(peer.Host, out IPAddress? address) ? new IPEndPoint(address, peer.Port) : new DnsEndPoint(peer.Host, peer.Port);

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
            while (some.Count < MaxTogether && _waiting.TryPeek(out Addition? next) && !next.Hashes.Swarms.Any(hashes.Contains))
            {
                _waiting.Dequeue();
                if (next.Cancellation.IsCancellationRequested)
                {
                    next.Result.TrySetCanceled(next.Cancellation);
                    continue;
                }

                hashes.UnionWith(next.Hashes.Swarms);
                some.Add(next);
            }

            _isWorking = some.Count > 0;
        }

        return some;
    }

    private async Task AddAsync(List<Addition> some)
    {
        await JoinAsync(some.Where(addition => host.Torrents.FindAny(addition.Hashes) is not null)).ConfigureAwait(false);
        List<Addition> added = some.FindAll(addition => !addition.Result.Task.IsCompleted);
        if (added.Count == 0)
            return;
        Lease(added);
        added.ForEach(Prepare);
        added.RemoveAll(addition => addition.Spec is null);
        Remember(added.FindAll(static addition => addition.Options.Remember && addition.CanBeRemembered));
        await host.Loop.InvokeAsync(now => AddToEngine(added, now)).ConfigureAwait(false);
    }

    /// <summary>Tells those that are there already of more peers.</summary>
    private async Task JoinAsync(IEnumerable<Addition> some)
    {
        foreach (Addition addition in some)
        {
            // On its way out meanwhile: look again.
            if (host.Torrents.FindAny(addition.Hashes) is not { } there || there.Removal?.End is not null)
            {
                addition.Result.TrySetResult(null);
                continue;
            }

            if (there.Pending is { OnlyMetadata: true } && !addition.OnlyMetadata)
            {
                // Whoever asks only for the metadata asks this torrent when it is there.
                _ = there.RemoveAsync(DataDisposal.Keep);
                addition.Result.TrySetResult(null);
                continue;
            }

            await host.Loop.InvokeAsync(now => host.Engine.AddPeers(there.Id, addition.Peers, now)).ConfigureAwait(false);
            addition.Result.TrySetResult(new AddResult(there, WasThere: true));
        }
    }

    private void Lease(List<Addition> all)
    {
        // Who touches no data needs none.
        List<Addition> some = all.FindAll(static addition => !addition.OnlyMetadata);
        (TorrentLease? Lease, FreshetException? Refusal)[] leases
            = host.TakeLeases([.. some.Select(static addition => (addition.Hashes, addition.Name, addition.Directory))]);
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
            AddOptions options = addition.Options;
            addition.Kept = KeptOf(addition);
            TorrentSpec spec = addition.Kept.ToSpec(addition.Directory) with
            {
                BootId = host.Store.BootId,
                Check = (DiskCheck)options.Check,
                Overwrite = options.Overwrite,
                Peers = addition.Peers,
                Nodes = addition.Magnet?.Nodes ?? [],
                FullAllocation = host.Options.AllocateFully,
                Start = options.Start,
            };
            addition.Spec = addition.Metainfo is { } metainfo ? Known(spec, metainfo, options) : spec with { Summary = addition.Pending!.Summary };
        }
        catch (Exception error)
        {
            Fail(addition, error);
        }
    }

    private TorrentSpec Known(TorrentSpec spec, Metainfo metainfo, AddOptions options)
    {
        IPiecePicker? picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo);
        return spec with
        {
            Metainfo = metainfo,
            Resume = host.Store.Load(metainfo.Hashes, spec.Directory),
            Picker = picker,
            Relatives = host.Remembered.RelativesOf(metainfo, options),

            // A picker of somebody else's has a memory of its own, which would be lost.
            MaySleep = picker is null,
        };
    }

    /// <summary>Where the session has ended, that is the reason, whatever it was that failed because of it.</summary>
    private void Fail(Addition addition, Exception error)
        => addition.Result.TrySetException(host.Loop.Completion.IsCompleted ? new ObjectDisposedException(typeof(BitTorrentClient).FullName) : error);

    private static RememberedOptions KeptOf(Addition addition) => KeptOf(addition.Options) with
    {
        Priorities = addition.Metainfo is { } metainfo ? PendingMagnet.PrioritiesOf(addition.Magnet, addition.Options, metainfo.Layout)?.ToArray() : null,
        Magnet = addition.Pending?.Link.ToString(),
    };

    private static RememberedOptions KeptOf(AddOptions options) => new()
    {
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
            bool isKept = host.Store.Remember([.. some.Select(static addition => RememberedTorrents.EntryOf(addition.Spec!, addition.Kept!, addition.Metainfo))]);
            some.ForEach(addition => addition.IsRemembered = isKept);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the torrents run, and have to be added again at the next start.
            foreach (Addition addition in some)
                host.Logger.StateStoreWarning($"{addition.Name} is not remembered for the next start: {error.Message}");
        }
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

            torrents[i] = new Torrent(host, outcome.Id, spec, addition.Lease, addition.IsRemembered ? addition.Kept : null, addition.Pending);
            addition.Lease = null;
            host.Take(torrents[i]!);
        }

        host.Snapshots.Advance(host.Engine, now);
        for (int i = 0; i < torrents.Length; i++)
        {
            if (torrents[i] is not { } torrent)
                continue;
            host.Logger.TorrentAdded(torrent.Id, torrent.Hashes, some[i].Name, some[i].Directory);
            some[i].Result.TrySetResult(new AddResult(torrent, WasThere: false));
        }

        return true;
    }

    internal static TierOrder ToEngine(TrackerTiers tiers) => tiers == TrackerTiers.Bep12 ? TierOrder.OneByOne : TierOrder.AllAtOnce;

    /// <summary>A torrent on its way into the session.</summary>
    private sealed class Addition(
        Metainfo? metainfo, MagnetLink? magnet, IReadOnlyList<IPEndPoint> peers, AddOptions options, string directory, bool onlyMetadata, CancellationToken cancellation)
    {
        /// <summary>Null where peers are to be asked for it.</summary>
        public Metainfo? Metainfo => metainfo;

        public MagnetLink? Magnet => magnet;

        /// <summary>What waits for the metadata; null where that is known.</summary>
        public PendingMagnet? Pending { get; } = metainfo is null ? new PendingMagnet(magnet!, options, onlyMetadata) : null;

        public bool OnlyMetadata => onlyMetadata;

        public InfoHashes Hashes => metainfo?.Hashes ?? magnet!.Hashes;

        public string Name => PlainText.Of(metainfo?.Name ?? magnet!.DisplayName);

        /// <summary>Whether there is something to remember it by.</summary>
        public bool CanBeRemembered => metainfo is null ? !onlyMetadata : !metainfo.FileBytes.IsEmpty;

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
