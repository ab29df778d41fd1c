using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.IO.State;

namespace Freshet.Sessions;

/// <summary>Adds torrents to a session, one after the other: the lease, what was remembered, then the engine.</summary>
internal sealed class TorrentAdder(SessionHost host) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public async Task<AddResult> AddAsync(TorrentSource source, AddOptions options, CancellationToken cancellationToken)
    {
        SettingsCheck.Check(options.Limits);
        Metainfo metainfo = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IPEndPoint> peers = await EndpointLookup.ResolveAsync(options.Peers, host.Resolver, cancellationToken).ConfigureAwait(false);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (host.Torrents.FindAny(metainfo.Hashes) is { } there)
            {
                if (there.Removal?.End is { } removal)
                {
                    // How it ends is for whoever asked for it.
                    await removal.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellationToken.ThrowIfCancellationRequested();
                    ObjectDisposedException.ThrowIf(host.Loop.Completion.IsCompleted, typeof(BitTorrentClient));
                    continue;
                }

                await host.Loop.InvokeAsync(now => host.Engine.AddPeers(there.Id, peers, now)).ConfigureAwait(false);
                return new AddResult(there, WasThere: true);
            }

            return new AddResult(await AddNewAsync(metainfo, peers, options).ConfigureAwait(false), WasThere: false);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Torrent> AddNewAsync(Metainfo metainfo, IReadOnlyList<IPEndPoint> peers, AddOptions options)
    {
        string directory = Path.GetFullPath(options.Directory ?? host.Options.DownloadDirectory);
        TorrentLease? lease = host.TakeLease(metainfo.Hashes, metainfo.Name, directory);
        try
        {
            ResumeRecord? resume = await Task.Run(() => host.Store.Load(metainfo.Hashes, directory)).ConfigureAwait(false);
            RememberedOptions kept = KeptOf(metainfo, options);
            IPiecePicker? picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo);
            TorrentSpec spec = kept.ToSpec(directory) with
            {
                Metainfo = metainfo,
                Resume = resume,
                BootId = host.Store.BootId,
                Check = (DiskCheck)options.Check,
                Overwrite = options.Overwrite,
                Picker = picker,
                Peers = peers,
                FullAllocation = host.Options.AllocateFully,
                Start = options.Start,

                // A picker of somebody else's has a memory of its own, which would be lost.
                MaySleep = picker is null,
            };
            bool isRemembered = options.Remember && await Task.Run(() => Remember(spec, kept)).ConfigureAwait(false);
            var torrent = await host.Loop.InvokeAsync(now => AddToEngine(spec, lease, isRemembered ? kept : null, now)).ConfigureAwait(false);
            lease = null;
            host.Logger.TorrentAdded(torrent.Id, torrent.Hashes, PlainText.Of(metainfo.Name), directory);
            return torrent;
        }
        finally
        {
            lease?.Dispose();
        }
    }

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
        Limits = options.Limits == TorrentLimits.None ? null : options.Limits,
    };

    private bool Remember(TorrentSpec spec, RememberedOptions options)
    {
        Metainfo metainfo = spec.Metainfo!;
        try
        {
            return !metainfo.FileBytes.IsEmpty && host.Store.Remember(
                new RememberedTorrent
                {
                    Hashes = metainfo.Hashes,
                    Directory = spec.Directory,
                    Name = metainfo.Name,
                    TotalBytes = metainfo.Layout.TotalLength,
                    PieceCount = metainfo.Layout.PieceCount,
                    IsPrivate = metainfo.IsPrivate,
                    Trackers = metainfo.Trackers,
                    IsStarted = spec.Start,
                    AddedTicks = DateTime.UtcNow.Ticks,
                    Seeded = spec.Resume?.Seeded ?? default,
                    Options = options.ToText(),
                },
                metainfo.FileBytes);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the torrent runs, and has to be added again at the next start.
            host.Logger.StateStoreWarning($"{PlainText.Of(metainfo.Name)} is not remembered for the next start: {error.Message}");
            return false;
        }
    }

    /// <summary>On the loop's thread; the snapshot is taken at once, so that the torrent can be seen when the caller has it.</summary>
    private Torrent AddToEngine(TorrentSpec spec, TorrentLease? lease, RememberedOptions? kept, MonoTime now)
    {
        AddOutcome outcome = host.Engine.AddTorrent(spec, now);
        if (!outcome.IsAdded)
            throw new FreshetException(FreshetError.Conflict, $"{PlainText.Of(spec.Summary.Name)} cannot be added: {outcome.Refusal}.") { Code = TroubleCodes.TorrentInUse };
        var torrent = new Torrent(host, outcome.Id, spec, lease, kept);
        host.Take(torrent);
        host.Snapshots.Advance(host.Engine, now);
        return torrent;
    }

    internal static TierOrder ToEngine(TrackerTiers tiers) => tiers == TrackerTiers.Bep12 ? TierOrder.OneByOne : TierOrder.AllAtOnce;
}
