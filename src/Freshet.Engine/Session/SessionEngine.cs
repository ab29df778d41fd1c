#pragma warning disable IDE0060, IDE0052, CA1822, RCS1163 // the surface lands first; bodies follow
using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Statistics;

namespace Freshet.Engine.Session;

/// <summary>
/// A whole BitTorrent session without I/O: torrents, peers, trackers and storage policy. One loop makes every call, events and commands alike;
/// no call blocks, and what is to be done comes out through <see cref="IEngineEffects"/>. The same calls with the same seed give the same effects.
/// </summary>
public sealed class SessionEngine : IEngine
{
    /// <summary>Starts a session without torrents.</summary>
    /// <param name="settings">What it may do.</param>
    /// <param name="effects">Who carries effects out.</param>
    /// <param name="pool">The blocks that payload waits in, shared with pumps and disk workers.</param>
    /// <param name="random">The source of every random choice of policy.</param>
    /// <param name="secret">At least 16 secret random bytes: transaction ids and keys that strangers must not guess come from them.</param>
    /// <param name="now">The time.</param>
    public SessionEngine(
        SessionSettings settings, IEngineEffects effects, BlockPool pool, SeededRandom random, ReadOnlySpan<byte> secret, MonoTime now)
    {
        Settings = settings;
        NextDeadline = MonoTime.Never;
    }

    /// <summary>What the session may do.</summary>
    public SessionSettings Settings { get; private set; }

    /// <summary>The torrents, in the order in which they were added.</summary>
    public IReadOnlyList<TorrentId> Torrents => [];

    /// <summary>Whether no torrent has anything open or under way: all are stopped, saved and closed.</summary>
    public bool IsQuiet => true;

    /// <inheritdoc/>
    public MonoTime NextDeadline { get; private set; }

    /// <summary>Puts other settings into force.</summary>
    public void Apply(SessionSettings settings, MonoTime now) => Settings = settings;

    /// <summary>Adds a torrent, and starts it if so wished.</summary>
    public AddOutcome AddTorrent(TorrentSpec spec, MonoTime now) => default;

    /// <summary>Stops a torrent as <see cref="Stop"/> does, then forgets it and says so by <see cref="TorrentRemovedNotice"/>; its data stay.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool RemoveTorrent(TorrentId id, MonoTime now) => false;

    /// <summary>Starts a torrent: checks what is on disk as far as needed, then fetches and gives. Also leaves an error state.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Start(TorrentId id, MonoTime now) => false;

    /// <summary>
    /// Stops a torrent: connections close, trackers are told (for at most 3 s), files are synced and closed and the state saved; the
    /// <see cref="TorrentStateNotice"/> of <see cref="TorrentState.Stopped"/> comes when all that is done.
    /// </summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Stop(TorrentId id, MonoTime now) => false;

    /// <summary>Stops every torrent and takes no more; <see cref="IsQuiet"/> says when all is done.</summary>
    public void Shutdown(MonoTime now)
    {
    }

    /// <summary>Hashes everything on disk again, then goes on as before.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Recheck(TorrentId id, MonoTime now) => false;

    /// <summary>Tells a torrent of peers; the first are dialled at once.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool AddPeers(TorrentId id, IReadOnlyList<IPEndPoint> peers, MonoTime now) => false;

    /// <summary>Asks every tracker of a torrent again as soon as the 30 s rule allows.</summary>
    /// <returns>False where there is no such torrent.</returns>
    public bool Reannounce(TorrentId id, MonoTime now) => false;

    /// <summary>Selects other files.</summary>
    /// <param name="id">The torrent.</param>
    /// <param name="selection">The files to fetch, or null for all.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where there is no such torrent.</returns>
    public bool Select(TorrentId id, IReadOnlyList<FileIndex>? selection, MonoTime now) => false;

    /// <summary>A torrent at this moment, or null.</summary>
    public TorrentSnapshot? GetStatus(TorrentId id, MonoTime now) => null;

    /// <summary>The connections of a torrent at this moment, in the order in which they came about; empty where there is no such torrent.</summary>
    public IReadOnlyList<PeerSnapshot> GetPeers(TorrentId id, MonoTime now) => [];

    /// <summary>A copy of which pieces of a torrent are done, or null.</summary>
    public Bitfield? GetPieces(TorrentId id) => null;

    /// <inheritdoc/>
    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void Handle(DiskJob job, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void Handle(HttpFetchResult result, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void Handle(ResolveResult result, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void Handle(in Datagram datagram, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void HandleSaved(long ticket, string? error, MonoTime now)
    {
    }

    /// <inheritdoc/>
    public void Advance(MonoTime now)
    {
    }
}
