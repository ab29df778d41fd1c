using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.IO.State;

namespace Freshet.Sessions;

/// <summary>
/// Brings back the torrents that are remembered. Those that are whole come back asleep: a row of the state each, no metainfo, no look at the disk. What their records
/// say is looked at closely when the first peer comes.
/// </summary>
internal sealed class TorrentRestorer(SessionHost host)
{
    private readonly List<FreshetException> _failures = [];

    /// <summary>Brings them all back.</summary>
    /// <returns>Which could not be, and why.</returns>
    /// <exception cref="FreshetException">The state cannot be read.</exception>
    public async Task<IReadOnlyList<FreshetException>> RestoreAsync()
    {
        List<(TorrentSpec Spec, TorrentLease? Lease, RememberedOptions Options, PendingMagnet? Pending)> found = await Task.Run(Find).ConfigureAwait(false);
        await host.Loop.InvokeAsync(now =>
        {
            foreach ((TorrentSpec spec, TorrentLease? lease, RememberedOptions options, PendingMagnet? pending) in found)
            {
                AddOutcome outcome = host.Engine.AddTorrent(spec, now);
                if (outcome.IsAdded)
                    host.Take(new Torrent(host, outcome.Id, spec, lease, options, pending));
                else
                    lease?.Dispose();
            }

            host.Snapshots.Advance(host.Engine, now);
            return true;
        }).ConfigureAwait(false);
        host.Logger.TorrentsRestored(found.Count, _failures.Count);
        return _failures;
    }

    private List<(TorrentSpec, TorrentLease?, RememberedOptions, PendingMagnet?)> Find()
    {
        IReadOnlyList<RememberedTorrent> remembered = LoadRemembered();
        (TorrentLease? Lease, FreshetException? Refusal)[] leases = host.TakeLeases([.. remembered.Select(torrent => (torrent.Hashes, torrent.Name, torrent.Directory))]);
        var found = new List<(TorrentSpec, TorrentLease?, RememberedOptions, PendingMagnet?)>(remembered.Count);

        // Most torrents were added with the same options.
        var optionsOf = new Dictionary<string, RememberedOptions>(StringComparer.Ordinal);
        for (int i = 0; i < remembered.Count; i++)
        {
            RememberedTorrent torrent = remembered[i];
            (TorrentLease? lease, FreshetException? refusal) = leases[i];
            if (refusal is not null)
            {
                _failures.Add(refusal);
                continue;
            }

            try
            {
                string text = torrent.Options ?? "";
                if (!optionsOf.TryGetValue(text, out RememberedOptions? options))
                    optionsOf.Add(text, options = RememberedOptions.Parse(text));

                // One whose metadata was not found goes on looking for it.
                if (options.Magnet is { } magnet && MagnetLink.TryParse(magnet, out MagnetLink? link))
                {
                    var pending = new PendingMagnet(link, new AddOptions(), onlyMetadata: false);
                    found.Add((Unresolved(SpecOf(torrent, options, metainfo: null), pending), lease, options, pending));
                    lease = null;
                    continue;
                }

                // One that is whole comes back asleep, without its metainfo.
                Metainfo? metainfo = torrent.IsWhole && options.Priorities is null ? null : host.Remembered.LoadMetainfo(torrent.Hashes, torrent.Name);
                if (options.Priorities is { } priorities && priorities.Length != metainfo!.Layout.Files.Count)
                    options = options with { Priorities = null };
                found.Add((SpecOf(torrent, options, metainfo), lease, options, null));
                lease = null;
            }
            catch (FreshetException error)
            {
                _failures.Add(error);
            }
            finally
            {
                lease?.Dispose();
            }
        }

        return found;
    }

    private IReadOnlyList<RememberedTorrent> LoadRemembered()
    {
        try
        {
            return host.Store.LoadRemembered();
        }
        catch (Exception error)
        {
            // Whatever a store throws.
            throw new FreshetException(FreshetError.Storage, $"The torrents that are remembered in {host.StateDirectory} cannot be read: {error.Message}", error);
        }
    }

    private TorrentSpec Unresolved(TorrentSpec spec, PendingMagnet pending) => spec with
    {
        Summary = pending.Summary with { Trackers = spec.Summary.Trackers },
        Peers = AddressesOf(pending.Link),
        Nodes = pending.Link.Nodes,
    };

    // Names are looked up only when a person adds a link: a start does not wait for that.
    private static IPEndPoint[] AddressesOf(MagnetLink link)
        => [.. link.Peers.Where(static peer => IPAddress.TryParse(peer.Host, out _)).Select(static peer => new IPEndPoint(IPAddress.Parse(peer.Host), peer.Port))];

    private TorrentSpec SpecOf(RememberedTorrent torrent, RememberedOptions options, Metainfo? metainfo)
    {
        TorrentSpec spec = options.ToSpec(torrent.Directory) with
        {
            Summary = new TorrentSummary(torrent.Hashes, torrent.Name, torrent.TotalBytes, torrent.PieceCount, torrent.IsPrivate, torrent.Trackers),
            BootId = host.Store.BootId,
            FullAllocation = host.Options.AllocateFully,
            Start = torrent.IsStarted,
            HasCompleted = torrent.CompletedTicks is not null,
            Counts = new TorrentCounts(torrent.Downloaded, torrent.Uploaded, torrent.Seeded),
            MaySleep = true,
        };
        return metainfo is null ? spec : spec with { Metainfo = metainfo, Resume = host.Store.Load(torrent.Hashes, torrent.Directory) };
    }
}
