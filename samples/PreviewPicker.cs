using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Samples;

/// <summary>
/// A picker of your own: the first and the last 5 % of every file come first, so that a player or an archiver can look at what a file is; then whatever Freshet
/// would fetch. Use it with <c>new AddOptions { Picker = metainfo =&gt; new PreviewPicker(metainfo.Layout) }</c>.
/// </summary>
public sealed class PreviewPicker : IPiecePicker
{
    private const double Share = 0.05;

    private readonly List<PieceIndex> _edges = [];

    /// <summary>Lists the pieces at the files' ends.</summary>
    public PreviewPicker(PieceLayout layout)
    {
        foreach (FileEntry file in layout.Files)
        {
            (PieceIndex first, PieceIndex last) = layout.PiecesOf(file.Index);
            int count = (int)Math.Ceiling((last.Value - first.Value + 1) * Share);
            for (int i = 0; file.IsStored && i < count; i++)
            {
                _edges.Add(new PieceIndex(first.Value + i));
                _edges.Add(new PieceIndex(last.Value - i));
            }
        }
    }

    /// <inheritdoc/>
    public PieceIndex? Choose(IPieceView view)
    {
        for (int i = _edges.Count - 1; i >= 0; i--)
        {
            PieceIndex piece = _edges[i];
            if (view.CanBegin(piece))
                return piece;

            // What is here need not be looked at again.
            if (view.StateOf(piece) == PieceState.Have)
                _edges.RemoveAt(i);
        }

        return null;
    }
}
