using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet;

/// <summary>How a torrent is added. Every value has a default that works.</summary>
public sealed record AddOptions
{
    /// <summary>The folder under which the torrent's files go. Default: <see cref="ClientOptions.DownloadDirectory"/>.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether it starts at once.</summary>
    public bool Start { get; init; } = true;

    /// <summary>
    /// Whether the next session with <see cref="ClientOptions.RestoreTorrents"/> and this state folder has it again, running or stopped as it was left, until it is removed.
    /// </summary>
    public bool Remember { get; init; }

    /// <summary>
    /// For <see cref="BitTorrentClient.ResolveAsync"/> of a link to a torrent with a v2 side: whether its piece layers are asked of peers too, which a torrent file for others needs
    /// (<see cref="Metainfo.HasAllPieceLayers"/>). Where no peer gives them for 15 s the answer comes without.
    /// </summary>
    public bool PieceLayers { get; init; }

    /// <summary>Which files to fetch, or null for all.</summary>
    public Func<FileEntry, bool>? Select { get; init; }

    /// <summary>How much each file that is fetched is wanted, or null: all alike. <see cref="FilePriority.Skip"/> leaves a file out, too.</summary>
    public Func<FileEntry, FilePriority>? Priority { get; init; }

    /// <summary>In which order pieces are fetched.</summary>
    public PieceStrategy Strategy { get; init; }

    /// <summary>
    /// Makes a piece picker of your own for the torrent, asked before the strategy; null, or a null from it: <see cref="ClientOptions.Picker"/>. Called by
    /// <see cref="BitTorrentClient.AddAsync"/>, whose caller gets what it throws.
    /// </summary>
    public Func<Metainfo, IPiecePicker?>? Picker { get; init; }

    /// <summary>
    /// Whether to super-seed (BEP 16): each peer is shown one piece at a time, and the next only when that one is seen at another peer. For the only source of a torrent
    /// with a slow line, among peers that are not trusted to pass pieces on. Without it a lone source spreads its pieces as well, faster.
    /// </summary>
    public bool SuperSeeding { get; init; }

    /// <summary>How much of what is on disk is hashed first.</summary>
    public CheckMode Check { get; init; }

    /// <summary>
    /// Whether files that stand where the torrent's would go and hold nothing of it are written over. Without it the torrent ends in
    /// <see cref="Abstractions.TorrentState.Error"/> and they stay as they are. Not asked with <see cref="CheckMode.None"/>.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether it is only to seed: where not every piece is there it stops with an error, and nothing is fetched or made.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>Whether the torrent's own trackers are announced to.</summary>
    public bool UseTrackers { get; init; } = true;

    /// <summary>Which trackers are announced to. Default: <see cref="ClientOptions.TrackerTiers"/>.</summary>
    public TrackerTiers? TrackerTiers { get; init; }

    /// <summary>Further trackers (http, https, udp), each in a tier of its own. A private torrent uses its own alone (BEP 27).</summary>
    public IReadOnlyList<Uri> Trackers { get; init; } = [];

    /// <summary>Peers to try at once: <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>.</summary>
    public IReadOnlyList<EndPoint> Peers { get; init; } = [];

    /// <summary>When it has given enough; null: when <see cref="ClientOptions.Goals"/> says.</summary>
    public SeedGoals? Goals { get; init; }

    /// <summary>Whether it downloads and seeds whatever <see cref="ClientOptions.Queue"/> says.</summary>
    public bool Force { get; init; }

    /// <summary>Whether this torrent takes files from others of the session, and gives its own to them: both have to allow it. Default: <see cref="ClientOptions.Reuse"/>.</summary>
    public ReuseScope? Reuse { get; init; }

    /// <summary>How fast this torrent, and each of its peers, may be uploaded and downloaded; the session's limits hold besides. Default: no limit.</summary>
    public TorrentLimits Limits { get; init; } = TorrentLimits.None;

    /// <summary>The most connections of this torrent. Default: <see cref="ClientOptions.MaxPeersPerTorrent"/>.</summary>
    public int? MaxPeers { get; init; }
}
