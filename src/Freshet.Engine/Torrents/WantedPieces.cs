using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>How much each piece is wanted for the files' sake, and how many bytes of the wanted ones, and of all, are done.</summary>
internal sealed class WantedPieces
{
    private readonly PieceLayout _layout;
    private readonly Bitfield _done;

    private readonly FilePriority[] _priorities;

    public WantedPieces(PieceLayout layout, IReadOnlyList<FilePriority>? files)
    {
        _layout = layout;
        _done = new Bitfield(layout.PieceCount);
        Pieces = new Bitfield(layout.PieceCount);
        _priorities = new FilePriority[layout.PieceCount];
        SetFiles(files);
    }

    /// <summary>The pieces that are wanted.</summary>
    public Bitfield Pieces { get; }

    /// <summary>How much each piece is wanted.</summary>
    public ReadOnlySpan<FilePriority> Priorities => _priorities;

    /// <summary>Bytes of the wanted pieces.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of the wanted pieces that are done.</summary>
    public long WantedDoneBytes { get; private set; }

    /// <summary>Bytes of all pieces that are done.</summary>
    public long DoneBytes { get; private set; }

    /// <summary>The pieces that are done.</summary>
    public Bitfield DonePieces => _done;

    /// <summary>
    /// Says how much each file is wanted, by index; null: all are normal. A piece takes the highest priority of the files that it touches; pad files and links, which
    /// are not stored, have none.
    /// </summary>
    public void SetFiles(IReadOnlyList<FilePriority>? files)
    {
        if (files is null || IsAllNormal(files))
            _priorities.AsSpan().Fill(FilePriority.Normal);
        else
            RaisePieces(files);
        for (int piece = 0; piece < _priorities.Length; piece++)
            Pieces[piece] = _priorities[piece] != FilePriority.Skip;
        Count();
    }

    /// <summary>Nothing is done.</summary>
    public void Reset()
    {
        _done.ClearAll();
        DoneBytes = WantedDoneBytes = 0;
    }

    /// <summary>A piece that was done is gone.</summary>
    public void Undo(PieceIndex piece)
    {
        if (!_done[piece])
            return;
        _done[piece] = false;
        int length = _layout.LengthOf(piece);
        DoneBytes -= length;
        if (Pieces[piece])
            WantedDoneBytes -= length;
    }

    /// <summary>A piece is written.</summary>
    public void Done(PieceIndex piece)
    {
        if (_done[piece])
            return;
        _done[piece] = true;
        int length = _layout.LengthOf(piece);
        DoneBytes += length;
        if (Pieces[piece])
            WantedDoneBytes += length;
    }

    private bool IsAllNormal(IReadOnlyList<FilePriority> files)
        => _layout.Files.All(file => !file.IsStored || files[file.Index.Value] == FilePriority.Normal);

    private void RaisePieces(IReadOnlyList<FilePriority> files)
    {
        Array.Clear(_priorities);
        foreach (FileEntry file in _layout.Files)
        {
            FilePriority priority = files[file.Index.Value];
            if (priority == FilePriority.Skip || !file.IsStored)
                continue;
            (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file.Index);
            for (int piece = first.Value; piece <= last.Value; piece++)
                _priorities[piece] = priority > _priorities[piece] ? priority : _priorities[piece];
        }
    }

    private void Count()
    {
        Bytes = WantedDoneBytes = 0;
        for (int piece = Pieces.NextSet(0); piece >= 0; piece = Pieces.NextSet(piece + 1))
        {
            int length = _layout.LengthOf(new PieceIndex(piece));
            Bytes += length;
            if (_done[piece])
                WantedDoneBytes += length;
        }
    }
}
