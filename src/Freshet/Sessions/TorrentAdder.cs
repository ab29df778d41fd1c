using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Picking;
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
        if (metainfo.Hashes.V1 is null)
        {
            throw new FreshetException(
                FreshetError.Unsupported,
                $"{PlainText.Of(metainfo.Name)} is of BitTorrent v2 alone, which this version cannot download yet. A hybrid torrent of the same content works.");
        }

        IReadOnlyList<IPEndPoint> peers = await EndpointLookup.ResolveAsync(options.Peers, host.Resolver, cancellationToken).ConfigureAwait(false);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (host.Torrents.FindAny(metainfo.Hashes) is { } there)
            {
                if (there.Removal is { } removal)
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
        TorrentLease? lease = TakeLease(metainfo, directory);
        try
        {
            ResumeRecord? resume = await Task.Run(() => host.Store.Load(metainfo.Hashes, directory)).ConfigureAwait(false);
            var spec = new TorrentSpec
            {
                Metainfo = metainfo,
                Directory = directory,
                Priorities = FilePriorities.Of(metainfo.Layout, options.Select, options.Priority),
                Resume = resume,
                BootId = host.Store.BootId,
                Check = (DiskCheck)options.Check,
                Overwrite = options.Overwrite,
                OnlyWhole = options.SeedOnly,
                Strategy = (PickStrategy)options.Strategy,
                Picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo),
                ExtraTrackers = [.. options.Trackers.Select(tracker => tracker.OriginalString)],
                UseTrackers = options.UseTrackers,
                Tiers = options.TrackerTiers is { } tiers ? ToEngine(tiers) : null,
                Peers = peers,
                Limits = options.Limits,
                FullAllocation = host.Options.AllocateFully,
                Start = options.Start,
                MaxConnections = options.MaxPeers,
                Goals = options.Goals,
                IsForced = options.Force,
            };
            var torrent = await host.Loop.InvokeAsync(now => AddToEngine(spec, lease, now)).ConfigureAwait(false);
            lease = null;
            FreshetMetrics.Torrents.Add(1);
            host.Logger.TorrentAdded(torrent.Id, torrent.Hashes, PlainText.Of(metainfo.Name), directory);
            return torrent;
        }
        finally
        {
            lease?.Dispose();
        }
    }

    /// <summary>On the loop's thread; the snapshot is taken at once, so that the torrent can be seen when the caller has it.</summary>
    private Torrent AddToEngine(TorrentSpec spec, TorrentLease? lease, MonoTime now)
    {
        AddOutcome outcome = host.Engine.AddTorrent(spec, now);
        if (!outcome.IsAdded)
            throw new FreshetException(FreshetError.Conflict, $"{PlainText.Of(spec.Summary.Name)} cannot be added: {outcome.Refusal}.") { Code = TroubleCodes.TorrentInUse };
        var torrent = new Torrent(host, outcome.Id, spec.Metainfo!, spec.Directory, lease);
        host.Torrents.Add(torrent);
        host.Snapshots.Added(outcome.Id, spec.Directory);
        host.Snapshots.Advance(host.Engine, now);
        return torrent;
    }

    private TorrentLease? TakeLease(Metainfo metainfo, string directory)
    {
        try
        {
            if (TorrentLease.TryAcquire(host.StateDirectory, metainfo.Hashes, directory, out TorrentLease? lease, out int? holder))
                return lease;
            string who = holder is { } process ? $"process {process}" : "another process";
            throw new FreshetException(
                FreshetError.Conflict, $"{PlainText.Of(metainfo.Name)} is in use by {who} in {directory}. Wait for it or end it, or download into another folder.")
            {
                Code = TroubleCodes.TorrentInUse,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A state folder that cannot be written costs a check at the next start, and this guard; not the download.
            host.Logger.StateStoreWarning($"The torrent cannot be guarded against a second process: {error.Message}");
            return null;
        }
    }

    internal static TierOrder ToEngine(TrackerTiers tiers) => tiers == TrackerTiers.Bep12 ? TierOrder.OneByOne : TierOrder.AllAtOnce;
}
