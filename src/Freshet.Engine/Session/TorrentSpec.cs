using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Picking;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Session;

/// <summary>A torrent to add to a session.</summary>
public sealed record TorrentSpec
{
    private readonly TorrentSummary? _summary;

    /// <summary>The whole metainfo. Null for a torrent that is added asleep, or without its metadata: <see cref="Summary"/> is given then.</summary>
    public Metainfo? Metainfo { get; init; }

    /// <summary>What is known of the torrent even while it sleeps; made of the metainfo where it is not given.</summary>
    public TorrentSummary Summary
    {
        get => _summary ?? TorrentSummary.Of(Metainfo ?? throw new InvalidOperationException("A torrent needs its metainfo or a summary of it."));
        init => _summary = value;
    }

    /// <summary>The absolute folder under which the layout's paths lie.</summary>
    public required string Directory { get; init; }

    /// <summary>How much each file is wanted, by index, one for each; null: all are normal.</summary>
    public IReadOnlyList<FilePriority>? Priorities { get; init; }

    /// <summary>What the last run remembered, or null.</summary>
    public ResumeRecord? Resume { get; init; }

    /// <summary>The machine's present boot id; a record of another boot is trusted less.</summary>
    public string BootId { get; init; } = "";

    /// <summary>How far the disk is looked at first.</summary>
    public DiskCheck Check { get; init; } = DiskCheck.Auto;

    /// <summary>The order of pieces.</summary>
    public PickStrategy Strategy { get; init; } = PickStrategy.RarestFirst;

    /// <summary>Somebody else's choice of pieces, asked before the strategy; for this torrent alone.</summary>
    public IPiecePicker? Picker { get; init; }

    /// <summary>Whether it seeds as BEP 16 says: a piece at a time to each peer, the next when that one is seen elsewhere.</summary>
    public bool SuperSeeding { get; init; }

    /// <summary>Trackers beside those of the metainfo, as tiers of their own; not used where the torrent is private.</summary>
    public IReadOnlyList<string> ExtraTrackers { get; init; } = [];

    /// <summary>Which trackers are announced to, or null for what the session says.</summary>
    public TierOrder? Tiers { get; init; }

    /// <summary>Whether to announce at all.</summary>
    public bool UseTrackers { get; init; } = true;

    /// <summary>Nodes of the DHT that may know it, beside those of its metainfo.</summary>
    public IReadOnlyList<(string Host, int Port)> Nodes { get; init; } = [];

    /// <summary>Peers known from elsewhere.</summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>Whether files get their full space at once, in place of growing.</summary>
    public bool FullAllocation { get; init; }

    /// <summary>Whether files that hold nothing of the torrent may be overwritten where no record says that they are its own.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether to fetch nothing: where not every piece is there it stops with an error, and no file is made.</summary>
    public bool OnlyWhole { get; init; }

    /// <summary>Whether to start at once.</summary>
    public bool Start { get; init; } = true;

    /// <summary>When it has given enough; null: when the session says.</summary>
    public SeedGoals? Goals { get; init; }

    /// <summary>Whether it downloads and seeds whatever the session's limits of active torrents are.</summary>
    public bool IsForced { get; init; }

    /// <summary>The place in the queue, from 0; null: the end.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>What earlier runs moved; null: what <see cref="Resume"/> says. For a torrent that is added asleep, whose record is read when it wakes.</summary>
    public TorrentCounts? Counts { get; init; }

    /// <summary>Whether an earlier run has had all of it: trackers are told of a completion once ever, whatever was lost and fetched again since.</summary>
    public bool HasCompleted { get; init; }

    /// <summary>
    /// Whether it may let go of its metainfo while it seeds to nobody: whoever added it has to answer <see cref="TorrentNeededNotice"/> with
    /// <see cref="SessionEngine.Wake"/> then.
    /// </summary>
    public bool MaySleep { get; init; }

    /// <summary>How fast payload of this torrent may go out and come in; the session's limits hold besides.</summary>
    public TorrentLimits Limits { get; init; } = TorrentLimits.None;

    /// <summary>Torrents that may hold the same files, as far as whoever adds it knows, beside those that its metainfo calls similar (BEP 38): woken where they sleep.</summary>
    public IReadOnlyList<InfoHash> Relatives { get; init; } = [];

    /// <summary>Which torrents it takes files from and gives them to, or null for what the session says.</summary>
    public ReuseScope? Reuse { get; init; }

    /// <summary>The most connections of this torrent, or null for the session's number.</summary>
    public int? MaxConnections { get; init; }
}

/// <summary>What the outside makes of a <see cref="MetadataFetchedNotice"/>.</summary>
/// <param name="Metainfo">The torrent. Its hashes are those that it was added by.</param>
/// <param name="Resume">What is remembered of its data, or null.</param>
public sealed record ResolvedTorrent(Metainfo Metainfo, ResumeRecord? Resume)
{
    /// <summary>How much each file is wanted, by index, one for each; null: all are normal.</summary>
    public IReadOnlyList<FilePriority>? Priorities { get; init; }

    /// <summary>Somebody else's choice of pieces; null: none.</summary>
    public IPiecePicker? Picker { get; init; }

    /// <summary>As <see cref="TorrentSpec.MaySleep"/>.</summary>
    public bool MaySleep { get; init; }

    /// <summary>As <see cref="TorrentSpec.Relatives"/>.</summary>
    public IReadOnlyList<InfoHash> Relatives { get; init; } = [];
}

/// <summary>What a torrent has moved over all runs.</summary>
/// <param name="Downloaded">Payload bytes received, good or not.</param>
/// <param name="Uploaded">Payload bytes sent.</param>
/// <param name="Seeded">For how long it has seeded.</param>
public sealed record TorrentCounts(long Downloaded, long Uploaded, TimeSpan Seeded);

/// <summary>Why a torrent was not added.</summary>
public enum AddRefusal : byte
{
    /// <summary>It was added.</summary>
    None,

    /// <summary>One of its swarms is in the session already; the answer names that torrent.</summary>
    Duplicate,

    /// <summary>The session is stopping.</summary>
    ShuttingDown,
}

/// <summary>The answer to <see cref="SessionEngine.AddTorrent"/>.</summary>
/// <param name="Id">The torrent, or the one that was there already.</param>
/// <param name="Refusal">Why not, or <see cref="AddRefusal.None"/>.</param>
public readonly record struct AddOutcome(TorrentId Id, AddRefusal Refusal)
{
    /// <summary>Whether the torrent was added.</summary>
    public bool IsAdded => Refusal == AddRefusal.None;
}
