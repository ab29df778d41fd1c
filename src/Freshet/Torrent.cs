using System.Net;
using Freshet.Core;

namespace Freshet;

/// <summary>
/// A torrent of a session: a handle, cheap and safe to use from any thread. Once the torrent is removed, commands do nothing and
/// <see cref="Status"/> stays what it was last.
/// </summary>
public sealed class Torrent
{
    internal Torrent()
    {
    }

    /// <summary>Its number in the session.</summary>
    public TorrentId Id => throw new NotSupportedException();

    /// <summary>Its info-hashes.</summary>
    public InfoHashes Hashes => throw new NotSupportedException();

    /// <summary>Its metainfo.</summary>
    public Metainfo Metainfo => throw new NotSupportedException();

    /// <summary>How it is doing; at most <see cref="ClientOptions.SnapshotInterval"/> old. Never waits.</summary>
    public TorrentStatus Status() => throw new NotSupportedException();

    /// <summary>Starts it: what is on disk is checked as far as needed, then the rest is fetched. Also leaves an error state.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Stops it; done when trackers are told (for at most 3 s), data is on the device and state is saved.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Hashes everything on disk again, then goes on as before.</summary>
    public Task RecheckAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Asks every tracker again, as soon as its own rules allow.</summary>
    public Task ReannounceAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Fetches other files from now on.</summary>
    /// <param name="select">Which files, or null for all.</param>
    /// <param name="cancellationToken">Gives up waiting for the session to take the command.</param>
    public Task SelectAsync(Func<FileEntry, bool>? select, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Tries further peers.</summary>
    /// <param name="peers">Each an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>; a name that cannot be looked up is left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AddPeersAsync(IReadOnlyList<EndPoint> peers, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Waits until something holds.</summary>
    /// <returns>The status at that moment.</returns>
    /// <exception cref="FreshetException">
    /// It cannot come to hold without a person's help: the torrent has stopped with an error (<see cref="FreshetError.Storage"/>), was stopped, or was
    /// removed (<see cref="FreshetError.Conflict"/>).
    /// </exception>
    public Task<TorrentStatus> WaitAsync(TorrentCondition condition, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Its connections at this moment.</summary>
    public Task<IReadOnlyList<PeerStatus>> GetPeersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Its trackers at this moment, tier by tier.</summary>
    public Task<IReadOnlyList<TrackerStatus>> GetTrackersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>A copy of which pieces are verified and stored.</summary>
    public Task<Bitfield> GetPiecesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
