using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
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
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TorrentStatus _last;
    private TorrentLease? _lease;

    internal Torrent(SessionHost host, TorrentId id, Metainfo metainfo, string directory, TorrentLease? lease)
    {
        _host = host;
        _lease = lease;
        Id = id;
        Metainfo = metainfo;
        Directory = directory;
        _last = new TorrentStatus
        {
            Id = id,
            Hashes = metainfo.Hashes,
            Name = metainfo.Name,
            Directory = directory,
            State = TorrentState.Stopped,
        };
    }

    /// <summary>Its number in the session.</summary>
    public TorrentId Id { get; }

    /// <summary>Its info-hashes.</summary>
    public InfoHashes Hashes => Metainfo.Hashes;

    /// <summary>Its metainfo.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>The absolute folder that its files lie under.</summary>
    public string Directory { get; }

    /// <summary>How it is doing; at most <see cref="ClientOptions.SnapshotInterval"/> old. Never waits.</summary>
    public TorrentStatus Status()
    {
        if (_host.Snapshots.Current.Find(Id) is { } status)
            Volatile.Write(ref _last, status);
        return Volatile.Read(ref _last);
    }

    /// <summary>Starts it: what is on disk is checked as far as needed, then the rest is fetched. Also leaves an error state.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(now => _host.Engine.Start(Id, now), cancellationToken);

    /// <summary>Stops it; done when trackers are told (for at most 3 s), data is on the device and state is saved.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!await InvokeAsync(now => _host.Engine.Stop(Id, now), cancellationToken).ConfigureAwait(false))
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
        => InvokeAsync(now => _host.Engine.Recheck(Id, now), cancellationToken);

    /// <summary>Asks every tracker again, as soon as its own rules allow.</summary>
    public Task ReannounceAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(now => _host.Engine.Reannounce(Id, now), cancellationToken);

    /// <summary>Fetches other files from now on.</summary>
    /// <param name="select">Which files, or null for all.</param>
    /// <param name="cancellationToken">Gives up waiting for the session to take the command.</param>
    public Task SelectAsync(Func<FileEntry, bool>? select, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<FileIndex>? selection = TorrentAdder.Selected(Metainfo, select);
        return InvokeAsync(now => _host.Engine.Select(Id, selection, now), cancellationToken);
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
        => _host.Waiters.WaitAsync(Id, condition, _host.Snapshots.Current, cancellationToken);

    /// <summary>Its connections at this moment.</summary>
    public Task<IReadOnlyList<PeerStatus>> GetPeersAsync(CancellationToken cancellationToken = default)
        => InvokeAsync<IReadOnlyList<PeerStatus>>(now => [.. _host.Engine.GetPeers(Id, now).Select(Translate)], cancellationToken);

    /// <summary>Its trackers at this moment, tier by tier.</summary>
    public Task<IReadOnlyList<TrackerStatus>> GetTrackersAsync(CancellationToken cancellationToken = default)
        => InvokeAsync<IReadOnlyList<TrackerStatus>>(
            now => [.. (_host.Engine.GetStatus(Id, now)?.Trackers ?? []).Select(Translate)], cancellationToken);

    /// <summary>A copy of which pieces are verified and stored; empty once the torrent is removed.</summary>
    public Task<Bitfield> GetPiecesAsync(CancellationToken cancellationToken = default)
        => InvokeAsync(_ => _host.Engine.GetPieces(Id) ?? new Bitfield(Metainfo.Layout.PieceCount), cancellationToken);

    /// <summary>Stops and has the engine forget it; done when it has.</summary>
    internal async Task LeaveAsync(CancellationToken cancellationToken)
    {
        Status();
        if (await InvokeAsync(now => _host.Engine.RemoveTorrent(Id, now), cancellationToken).ConfigureAwait(false))
            await _gone.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The engine has forgotten it.</summary>
    internal void NoteGone() => _gone.TrySetResult();

    internal void ReleaseLease() => Interlocked.Exchange(ref _lease, null)?.Dispose();

    private Task<T> InvokeAsync<T>(Func<MonoTime, T> command, CancellationToken cancellationToken)
        => _host.Loop.InvokeAsync(command).WaitAsync(cancellationToken);

    private static PeerStatus Translate(PeerSnapshot peer) => new()
    {
        Endpoint = peer.Endpoint,
        Client = PlainText.OrNull(peer.Client),
        IsIncoming = peer.Connection.IsIncoming,
        Progress = peer.Progress,
        DownloadRate = (long)peer.DownloadRate,
        UploadRate = (long)peer.UploadRate,
        Downloaded = peer.Downloaded,
        Uploaded = peer.Uploaded,
        AmInterested = peer.AreWeInterested,
        IsChokingUs = peer.IsChokingUs,
        RequestsOutstanding = peer.OutstandingRequests,
    };

    private static TrackerStatus Translate(TrackerSnapshot tracker) => new()
    {
        Url = PlainText.Of(tracker.Url),
        Tier = tracker.Tier,
        Seeders = tracker.Seeders,
        Leechers = tracker.Leechers,
        Peers = tracker.Peers,
        NextAnnounceIn = tracker.NextAnnounceIn,
        Error = tracker.Failures > 0 ? PlainText.OrNull(tracker.Message) : null,
    };
}
