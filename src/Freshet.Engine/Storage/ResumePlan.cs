using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// What a start makes of a resume record and of the files as they are now: which pieces are believed, which are hashed first, which blocks of
/// others need not be fetched again. <c>docs/resume.md</c> gives the rules and their reasons.
/// </summary>
public sealed class ResumePlan
{
    private readonly StorageLocation _location;
    private readonly PieceLayout _layout;
    private readonly IReadOnlyList<FileStamp> _now;

    private ResumePlan(StorageLocation location, IReadOnlyList<FileStamp> now)
    {
        PieceLayout layout = location.Layout;
        _location = location;
        _layout = layout;
        _now = now;
        Believed = new Bitfield(layout.PieceCount);
        Durable = new Bitfield(layout.PieceCount);
        ToCheck = new Bitfield(layout.PieceCount);
        ProvenByCheck = new Bitfield(layout.PieceCount);
    }

    /// <summary>Pieces that count as had without a look.</summary>
    public Bitfield Believed { get; }

    /// <summary>Those of <see cref="Believed"/> that survive a loss of power.</summary>
    public Bitfield Durable { get; }

    /// <summary>Pieces to hash before anything is fetched.</summary>
    public Bitfield ToCheck { get; }

    /// <summary>Those of <see cref="ToCheck"/> that are durable if right: after another boot their bytes can only have come from the device.</summary>
    public Bitfield ProvenByCheck { get; }

    /// <summary>Blocks of further pieces (or of pieces in <see cref="ToCheck"/> that turn out wrong) that are on disk, not yet verified.</summary>
    public IReadOnlyList<PartialPiece> Partials { get; private set; } = [];

    /// <summary>Wanted files that are gone although the record counts pieces in them.</summary>
    public IReadOnlyList<FileIndex> MissingFiles { get; private set; } = [];

    /// <summary>Whether no usable record and no wish of the user speaks for the files: only their bytes can.</summary>
    public bool KnowsNothing { get; private set; }

    /// <summary>Makes the plan.</summary>
    /// <param name="location">Where the data is now, and how it is laid out.</param>
    /// <param name="record">What the last run remembered, or null.</param>
    /// <param name="bootId">The present boot of the machine.</param>
    /// <param name="stamps">How the files look now, before anything is made.</param>
    /// <param name="check">How much is believed.</param>
    public static ResumePlan Make(
        StorageLocation location, ResumeRecord? record, string bootId, IReadOnlyList<FileStamp> stamps, DiskCheck check)
    {
        var plan = new ResumePlan(location, stamps);
        Bitfield? recorded = null, durable = null;
        bool isKnown = record is not null && TryRead(record, location, out recorded, out durable);
        plan.KnowsNothing = !isKnown && check != DiskCheck.None;
        if (check == DiskCheck.None)
            plan.BelieveFullFiles();
        else if (check == DiskCheck.Full || !isKnown)
            plan.CheckAllPresent();
        else
            plan.Judge(record!, recorded!, durable!, bootId);
        return plan;
    }

    /// <summary>The wanted files that are not empty now.</summary>
    public IReadOnlyList<FileIndex> FilesWithContent()
        => [.. _layout.Files.Where(file => file.IsStored && file.Length > 0 && _location.Wants(file.Index) && StampOf(file.Index.Value).Length > 0).Select(file => file.Index)];

    /// <summary>The files that go on after the torrent's last byte of them, and by how many bytes: nobody's payload, which is left alone.</summary>
    public IEnumerable<(FileEntry File, long Extra)> Tails()
        => _layout.Files.Where(file => file.IsStored && StampOf(file.Index.Value).Length > file.Length).Select(file => (file, StampOf(file.Index.Value).Length - file.Length));

    /// <summary>A record that is not of this layout and place says nothing.</summary>
    private static bool TryRead(ResumeRecord record, StorageLocation location, out Bitfield? recorded, out Bitfield? durable)
    {
        int pieces = location.Layout.PieceCount;
        recorded = durable = null;
        return record.PieceCount == pieces
            && string.Equals(record.Directory, location.Directory, StringComparison.Ordinal)
            && record.Files.Count - location.Layout.Files.Count is 0 or 1
            && Bitfield.TryParse(record.Recorded.Span, pieces, out recorded)
            && Bitfield.TryParse(record.Durable.Span, pieces, out durable);
    }

    private void Judge(ResumeRecord record, Bitfield recorded, Bitfield durable, string bootId)
    {
        // A store that does not know its boot cannot vouch for what was not synced.
        bool sameBoot = bootId.Length > 0 && string.Equals(record.BootId, bootId, StringComparison.Ordinal);
        FileTrust[] trust = JudgeFiles(record, recorded, sameBoot);
        for (int i = 0; i < _layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            bool isDurable = recorded[i] && durable[i];
            (FileTrust least, bool isPresent) = Look(piece, trust);
            if (!isPresent)
                continue;
            if (least == FileTrust.Plausible && recorded[i] && (isDurable || sameBoot))
            {
                Believed[i] = true;
                Durable[i] = isDurable;
            }
            else if (recorded[i] || (least == FileTrust.Replaced && HasOwnFile(piece)))
            {
                ToCheck[i] = true;
                ProvenByCheck[i] = !sameBoot && least == FileTrust.Plausible;
            }
        }

        JudgePartials(record, trust, sameBoot);
    }

    private FileTrust[] JudgeFiles(ResumeRecord record, Bitfield recorded, bool sameBoot)
    {
        var trust = new FileTrust[_layout.Files.Count];
        FileTrust part = FileStampRule.Judge(PartOf(record.Files), PartOf(_now), record.SavedTicks, isComplete: false, sameBoot);
        List<FileIndex>? missing = null;
        for (int i = 0; i < trust.Length; i++)
        {
            FileEntry file = _layout.Files[i];
            if (!file.IsStored || file.Length == 0)
                continue;
            (bool isComplete, bool isStarted) = Coverage(file.Index, recorded);

            // What was in its own file then is not what the part file has.
            trust[i] = IsInPart(i)
                ? record.Files[i].Length < 0 ? part : FileTrust.Replaced
                : FileStampRule.Judge(record.Files[i], StampOf(i), record.SavedTicks, isComplete, sameBoot);
            if (StampOf(i).Length < 0 && isStarted && record.Files[i].Length >= 0 && _location.Wants(file.Index))
                (missing ??= []).Add(file.Index);
        }

        MissingFiles = missing ?? (IReadOnlyList<FileIndex>)[];
        return trust;
    }

    private void JudgePartials(ResumeRecord record, FileTrust[] trust, bool sameBoot)
    {
        var partials = new List<PartialPiece>();
        foreach (PartialPieceRecord partial in record.Partials)
        {
            if ((uint)partial.Piece.Value >= (uint)_layout.PieceCount || Believed[partial.Piece]
                || !Bitfield.TryParse(partial.Blocks.Span, _layout.DataBlocksIn(partial.Piece), out Bitfield? blocks) || blocks!.IsEmpty
                || partials.Exists(p => p.Piece == partial.Piece))
            {
                continue;
            }

            // After another boot unsynced blocks may be holes, unless the files look exactly as they were left: then the last run ended in a sync.
            (FileTrust least, _) = Look(partial.Piece, trust);
            if (least != FileTrust.Plausible || (!sameBoot && !AreUnchanged(partial.Piece, record.Files)) || !ArePresent(partial.Piece, blocks))
                continue;
            if (blocks.IsFull)
                ToCheck[partial.Piece] = true;
            else
                partials.Add(new PartialPiece(partial.Piece, blocks));
        }

        Partials = partials;
    }

    private void CheckAllPresent()
    {
        for (int i = 0; i < _layout.PieceCount; i++)
            ToCheck[i] = IsPresent(new PieceIndex(i), 0, _layout.LengthOf(new PieceIndex(i))) && HasOwnFile(new PieceIndex(i));
    }

    private void BelieveFullFiles()
    {
        for (int i = 0; i < _layout.PieceCount; i++)
        {
            bool full = true;
            bool inPart = false;
            foreach (FileSlice slice in _layout.Slices(new PieceIndex(i), 0, _layout.LengthOf(new PieceIndex(i))))
            {
                FileEntry file = _layout.Files[slice.File.Value];
                inPart |= IsInPart(slice.File.Value);
                full &= !file.IsStored || IsInPart(slice.File.Value) || StampOf(slice.File.Value).Length == file.Length;
            }

            // How long the part file is says nothing of what it has.
            Believed[i] = full && !inPart;
            ToCheck[i] = full && inPart && HasOwnFile(new PieceIndex(i));
        }
    }

    private (FileTrust Least, bool IsPresent) Look(PieceIndex piece, FileTrust[] trust)
    {
        FileTrust least = FileTrust.Plausible;
        bool present = true;
        foreach (FileSlice slice in _layout.Slices(piece, 0, _layout.LengthOf(piece)))
        {
            if (!_layout.Files[slice.File.Value].IsStored)
                continue;
            present &= IsInPart(slice.File.Value) || StampOf(slice.File.Value).Length >= slice.Offset + slice.Length;
            if (trust[slice.File.Value] > least)
                least = trust[slice.File.Value];
        }

        return (least, present);
    }

    private bool ArePresent(PieceIndex piece, Bitfield blocks)
    {
        for (int block = blocks.NextSet(0); block >= 0; block = blocks.NextSet(block + 1))
        {
            BlockRange range = _layout.Block(piece, block);
            if (!IsPresent(piece, range.Offset, range.Length))
                return false;
        }

        return true;
    }

    private bool IsPresent(PieceIndex piece, int offset, int length)
    {
        foreach (FileSlice slice in _layout.Slices(piece, offset, length))
        {
            if (_layout.Files[slice.File.Value].IsStored && !IsInPart(slice.File.Value) && StampOf(slice.File.Value).Length < slice.Offset + slice.Length)
                return false;
        }

        return true;
    }

    private bool AreUnchanged(PieceIndex piece, IReadOnlyList<FileStamp> recorded)
    {
        foreach (FileSlice slice in _layout.Slices(piece, 0, _layout.LengthOf(piece)))
        {
            if (!_layout.Files[slice.File.Value].IsStored)
                continue;
            if (recorded[slice.File.Value] != StampOf(slice.File.Value) || (IsInPart(slice.File.Value) && PartOf(recorded) != PartOf(_now)))
                return false;
        }

        return true;
    }

    /// <summary>Whether all pieces of a file are recorded, and whether any is.</summary>
    private (bool IsComplete, bool IsStarted) Coverage(FileIndex file, Bitfield recorded)
    {
        (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file);
        int gap = recorded.NextClear(first.Value);
        int had = recorded.NextSet(first.Value);
        return (gap < 0 || gap > last.Value, had >= 0 && had <= last.Value);
    }

    /// <summary>
    /// Whether a piece has bytes in a file of its own: only such are looked for without a record. Of others the part file has at most what was on its way when their files were
    /// given up, and hashing all of a large file that was never wanted would be dear.
    /// </summary>
    private bool HasOwnFile(PieceIndex piece)
    {
        foreach (FileSlice slice in _layout.Slices(piece, 0, _layout.LengthOf(piece)))
        {
            if (_layout.Files[slice.File.Value].IsStored && StampOf(slice.File.Value).Length >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Whether the bytes of a file, as far as there are any, are in the part file.</summary>
    private bool IsInPart(int file) => StampOf(file).Length < 0 && PartOf(_now).Length >= 0;

    private FileStamp PartOf(IReadOnlyList<FileStamp> stamps) => stamps.Count > _layout.Files.Count ? stamps[_layout.Files.Count] : FileStamp.Missing;

    private FileStamp StampOf(int file) => file < _now.Count ? _now[file] : FileStamp.Missing;
}
