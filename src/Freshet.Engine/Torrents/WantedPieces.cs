using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>Which pieces the selected files need, and how many bytes of them, and of all, are done.</summary>
internal sealed class WantedPieces
{
    private readonly PieceLayout _layout;
    private readonly Bitfield _done;

    public WantedPieces(PieceLayout layout, IReadOnlyList<FileIndex>? selection)
    {
        _layout = layout;
        _done = new Bitfield(layout.PieceCount);
        Pieces = new Bitfield(layout.PieceCount);
        Select(selection);
    }

    /// <summary>The pieces that are wanted.</summary>
    public Bitfield Pieces { get; private set; }

    /// <summary>Bytes of the wanted pieces.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of the wanted pieces that are done.</summary>
    public long WantedDoneBytes { get; private set; }

    /// <summary>Bytes of all pieces that are done.</summary>
    public long DoneBytes { get; private set; }

    /// <summary>The pieces that are done.</summary>
    public Bitfield DonePieces => _done;

    /// <summary>Takes the files that are wanted; null for all. Pad files and links are in no selection, and files that do not exist are left out.</summary>
    public void Select(IReadOnlyList<FileIndex>? selection)
    {
        var pieces = new Bitfield(_layout.PieceCount);
        if (selection is null)
        {
            pieces.SetAll();
        }
        else
        {
            foreach (FileIndex file in selection)
            {
                if ((uint)file.Value >= (uint)_layout.Files.Count)
                    continue;
                (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file);
                for (int piece = first.Value; piece <= last.Value; piece++)
                    pieces[piece] = true;
            }
        }

        Pieces = pieces;
        Bytes = WantedDoneBytes = 0;
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
        {
            int length = _layout.LengthOf(new PieceIndex(piece));
            Bytes += length;
            if (_done[piece])
                WantedDoneBytes += length;
        }
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
}
