using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Reuse;

/// <summary>A file of one torrent, and the file of another that is taken for the same. Offsets in both are the same, whatever their pieces are.</summary>
internal sealed class SharedFile
{
    private CopySource? _copy;
    private long _seen = -1;

    public SharedFile(FileSharing taker, FileEntry file, FileSharing giver, FileEntry from)
    {
        Taker = taker;
        File = file;
        Giver = giver;
        From = from;
        IsTrusted = file.PiecesRoot is { } root && from.PiecesRoot == root;
    }

    public FileSharing Taker { get; }

    /// <summary>The file that is to be had.</summary>
    public FileEntry File { get; }

    public FileSharing Giver { get; }

    /// <summary>The file that it is taken from.</summary>
    public FileEntry From { get; }

    /// <summary>Whether it is the same as far as anybody can say: both have the same root, or a piece that was taken from it was right.</summary>
    public bool IsTrusted { get; set; }

    /// <summary>Whether the first piece from a file that is not trusted yet is under way.</summary>
    public bool IsTrying { get; set; }

    /// <summary>Pieces with bytes from it whose hash was wrong.</summary>
    public int Wrong { get; set; }

    /// <summary>Bytes that were taken.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether nothing has come to the giver for a while: it is not waited for.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Whether it still holds; else it is out of all lists.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether bytes may be taken of it now, beside others that are at stake.</summary>
    public bool MayTake => !IsOver && (IsTrusted || !IsTrying);

    /// <summary>What a worker needs to know of it; null while the giver's files were never looked at.</summary>
    public CopySource? Copy
    {
        get
        {
            if (Giver.Torrent.Lifecycle.Storage.Location is not { } location)
                return null;
            bool isSamePlace = location.Directory == Taker.Torrent.Spec.Directory && From.Path == File.Path;
            return _copy is { } copy && ReferenceEquals(copy.Location, location) ? copy : _copy = new CopySource(File.Index, location, From.Index, isSamePlace);
        }
    }

    /// <summary>Whether the giver has all of a run of bytes of the file.</summary>
    public bool IsThere(long offset, long length)
    {
        if (IsOver || !Giver.Torrent.IsAwake)
            return false;
        PieceLayout layout = Giver.Torrent.Layout;
        Bitfield done = Giver.Torrent.Wanted.DonePieces;
        int last = layout.PieceAt(From.Offset + offset + length - 1).Value;
        for (int piece = layout.PieceAt(From.Offset + offset).Value; piece <= last; piece++)
        {
            if (!done[piece])
                return false;
        }

        return true;
    }

    /// <summary>Whether the giver is fetching a part of a run of bytes of the file.</summary>
    public bool IsMoving(long offset, long length)
    {
        if (IsOver || IsStalled || !Giver.IsFetching)
            return false;
        PieceLayout layout = Giver.Torrent.Layout;
        int last = layout.PieceAt(From.Offset + offset + length - 1).Value;
        for (int piece = layout.PieceAt(From.Offset + offset).Value; piece <= last; piece++)
        {
            if (Giver.Torrent.Picker.StateOf(new PieceIndex(piece)) is PieceState.Open or PieceState.Whole)
                return true;
        }

        return false;
    }

    /// <summary>Finds out whether anything has come to the giver since the last look.</summary>
    public void Look()
    {
        long now = Giver.Torrent.Figures.Downloaded + Giver.Torrent.Figures.Taken;
        IsStalled = now == _seen;
        _seen = now;
    }

    /// <summary>The pieces of the taker that hold bytes of a piece of the giver.</summary>
    public (int First, int Last) OwnPieces(PieceIndex given)
    {
        PieceLayout theirs = Giver.Torrent.Layout;
        long start = Math.Max(0, theirs.OffsetOf(given) - From.Offset);
        long end = Math.Min(From.Length, theirs.OffsetOf(given) + theirs.LengthOf(given) - From.Offset);
        PieceLayout ours = Taker.Torrent.Layout;
        return start >= end ? (1, 0) : (ours.PieceAt(File.Offset + start).Value, ours.PieceAt(File.Offset + end - 1).Value);
    }
}
