using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>The storage of the present run, and the record that one run leaves to the next.</summary>
internal sealed class RunStorage
{
    /// <summary>What was given is counted in the record after so long at the latest: a kill loses no more of the ratio.</summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Nothing = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();

    private readonly Torrent _torrent;
    private readonly SessionContext _session;

    // Made when it is first set: most torrents move nothing.
    private Deadline? _count;
    private ResumeRecord? _record;
    private StorageLocation? _location;

    // Whether the files are known to be this torrent's: a check that finds nothing right in them is then damage, not somebody else's data.
    private bool _isOurs;

    public RunStorage(Torrent torrent, SessionContext session, ResumeRecord? record)
    {
        _torrent = torrent;
        _session = session;
        Remember(record);
        TorrentCounts before = torrent.Spec.Counts ?? new TorrentCounts(record?.Downloaded ?? 0, record?.Uploaded ?? 0, record?.Seeded ?? default);
        torrent.Figures.DownloadedBefore = before.Downloaded;
        torrent.Figures.UploadedBefore = before.Uploaded;
        torrent.Figures.SeededBefore = before.Seeded;
    }

    /// <summary>The storage; null where no run has its files open.</summary>
    public TorrentStorage? Current { get; private set; }

    /// <summary>Where the data is, as the last run had it; null before the first.</summary>
    public StorageLocation? Location => Current?.Location ?? _location;

    /// <summary>From 0 to 1 while pieces are checked.</summary>
    public double CheckProgress { get; set; }

    /// <summary>Whether all of it was here when the record was made.</summary>
    public bool WasWhole => _record is { IsWhole: true };

    /// <summary>Begins a run with the files.</summary>
    public void Open(DiskCheck check, MonoTime now)
    {
        TorrentSpec spec = _torrent.Spec;
        Metainfo metainfo = _torrent.Metainfo;
        CheckProgress = 0;
        foreach ((Sha256Hash root, ReadOnlyMemory<byte> layer) in _record?.PieceLayers ?? Nothing)
            _torrent.Trees?.Layers.TryAdd(root, layer);
        Current = new TorrentStorage(
            _session.Storage,
            new StorageLocation(_torrent.Id, spec.Directory, metainfo.Layout, metainfo.PieceHashes)
            {
                Wanted = _torrent.Selection.WantedFiles,
                PartFile = StorageLocation.PartFileOf(metainfo.Hashes),
                Trees = _torrent.Trees?.Layers.Trees,
            },
            metainfo.Hashes,
            VerifierOf(metainfo),
            new StorageReports(_torrent, _session));
        var policy = new StartPolicy(check, spec.FullAllocation, spec.Overwrite || _isOurs, spec.OnlyWhole);
        Current.Start(_record, spec.BootId, policy, now);
        Count(now);
    }

    /// <summary>What is in the files is known: they are this torrent's from here on.</summary>
    public void Opened() => _isOurs = true;

    /// <summary>Has the files closed, once what is in memory is written and recorded.</summary>
    public void Close(MonoTime now)
    {
        _count?.Clear();
        Count(now);
        Current?.Stop(now);
    }

    /// <summary>The files are closed: what was last recorded is what the next run begins with.</summary>
    public void Closed()
    {
        if (Current?.LastRecord is { } last)
            _record = last with { BootId = _torrent.Spec.BootId };
        _location = Location;
        Current = null;
    }

    /// <summary>Begins the next run with a record from outside.</summary>
    public void Remember(ResumeRecord? record)
    {
        _record = record;
        _isOurs |= record is not null;
    }

    /// <summary>Begins the next run without a record: everything is to be hashed, or the outside keeps the record while the torrent sleeps.</summary>
    public void Forget() => _record = null;

    /// <summary>Keeps the figures of the record up to date.</summary>
    public void Count(MonoTime now)
    {
        if (Current is not { } storage)
            return;
        TorrentFigures figures = _torrent.Figures;
        storage.Downloaded = figures.DownloadedBefore + figures.Downloaded;
        storage.Uploaded = figures.UploadedBefore + figures.Uploaded;
        storage.Seeded = figures.SeededFor(now);
    }

    /// <summary>Payload came in or went out.</summary>
    public void Moved(MonoTime now) => (_count ??= new Deadline(_session.Deadlines, SaveCounts)).SetNoLaterThan(now + CountInterval);

    private IPieceVerifier VerifierOf(Metainfo metainfo)
    {
        if (_torrent.Trees?.Verifier is not { } v2)
            return new Sha1PieceVerifier(metainfo.PieceHashes);
        return metainfo.Hashes.IsHybrid ? new HybridVerifier(new Sha1PieceVerifier(metainfo.PieceHashes), v2) : v2;
    }

    private void SaveCounts(MonoTime now)
    {
        Count(now);
        Current?.Touch(now);
    }
}
