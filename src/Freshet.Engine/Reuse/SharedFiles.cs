using Freshet.Core;

namespace Freshet.Engine.Reuse;

/// <summary>The files of one torrent that may be taken from others, and what follows of that for its pieces.</summary>
internal sealed class SharedFiles(FileSharing owner)
{
    private readonly List<SharedFile> _all = [];
    private readonly Dictionary<int, List<SharedFile>> _byFile = [];

    /// <summary>All of them; for reading only.</summary>
    public IReadOnlyList<SharedFile> All => _all;

    public bool IsEmpty => _all.Count == 0;

    public void Add(SharedFile shared)
    {
        _all.Add(shared);
        if (!_byFile.TryGetValue(shared.File.Index.Value, out List<SharedFile>? places))
            _byFile.Add(shared.File.Index.Value, places = new List<SharedFile>(1));
        places.Add(shared);
    }

    public void Remove(SharedFile shared)
    {
        _all.Remove(shared);
        if (_byFile.TryGetValue(shared.File.Index.Value, out List<SharedFile>? places) && places.Remove(shared) && places.Count == 0)
            _byFile.Remove(shared.File.Index.Value);
    }

    /// <summary>From where a file is taken.</summary>
    public IReadOnlyList<SharedFile> Of(FileIndex file) => _byFile.TryGetValue(file.Value, out List<SharedFile>? places) ? places : [];

    /// <summary>From where the files of a piece are taken.</summary>
    public IEnumerable<SharedFile> Of(PieceIndex piece)
    {
        PieceLayout layout = owner.Torrent.Layout;
        var found = new List<SharedFile>();
        foreach (FileSlice slice in layout.Slices(piece, 0, layout.LengthOf(piece)))
            found.AddRange(Of(slice.File));
        return found;
    }

    /// <summary>How far a piece can be taken.</summary>
    public PieceCover CoverOf(PieceIndex piece)
    {
        PieceLayout layout = owner.Torrent.Layout;
        bool isShared = true, isTrusted = true, isThere = true, isMoving = false, hasSome = false, hasUntried = false, mayTry = true;
        foreach (FileSlice slice in layout.Slices(piece, 0, layout.LengthOf(piece)))
        {
            if (!layout.Files[slice.File.Value].IsStored)
                continue;
            SharedFile? giver = Giver(slice);
            IReadOnlyList<SharedFile> places = Of(slice.File);
            isShared &= places.Count > 0;
            isTrusted &= giver?.IsTrusted ?? places.Any(static place => place.IsTrusted);
            isThere &= giver is not null;
            isMoving |= giver is null && places.Any(place => place.IsTrusted && place.IsMoving(slice.Offset, slice.Length));
            hasSome |= giver is { IsTrusted: true };
            hasUntried |= giver is { IsTrusted: false, Giver.IsFetching: true };
            mayTry &= giver is null or { MayTake: true };
        }

        return new PieceCover(isShared, isShared && isTrusted, isThere, isMoving, hasSome, hasUntried, mayTry);
    }

    /// <summary>Whether all of a block may be taken now; adds where from.</summary>
    /// <param name="block">The block.</param>
    /// <param name="tries">Whether files that are not known to be the same may be taken, too.</param>
    /// <param name="from">One for each file.</param>
    public bool TryCover(BlockRange block, bool tries, List<SharedFile> from)
    {
        int before = from.Count;
        PieceLayout layout = owner.Torrent.Layout;
        foreach (FileSlice slice in layout.Slices(block.Piece, block.Offset, block.Length))
        {
            if (!layout.Files[slice.File.Value].IsStored)
                continue;
            SharedFile? giver = Giver(slice);
            SharedFile? chosen = from.Find(shared => shared.File.Index == slice.File);

            // One run takes each file from one place.
            if (giver is null || giver.Copy is null || (!giver.IsTrusted && !tries) || (chosen is not null && chosen != giver))
            {
                from.RemoveRange(before, from.Count - before);
                return false;
            }

            if (chosen is null)
                from.Add(giver);
        }

        return true;
    }

    /// <summary>Who has a run of bytes: one that is known to be the same, where there is one.</summary>
    private SharedFile? Giver(FileSlice slice)
    {
        SharedFile? untrusted = null;
        foreach (SharedFile shared in Of(slice.File))
        {
            if (!shared.IsThere(slice.Offset, slice.Length))
                continue;
            if (shared.IsTrusted)
                return shared;
            untrusted ??= shared;
        }

        return untrusted;
    }
}
