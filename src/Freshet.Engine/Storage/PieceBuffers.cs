using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>The pieces of one torrent that are between their first block and their write, and a stock of those that were, so that opening one allocates nothing.</summary>
internal sealed class PieceBuffers(PieceStore store, SessionStorage session)
{
    private readonly PieceLayout _layout = store.Torrent.Location.Layout;
    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<int, PieceBuffer> _byPiece = [];
    private readonly Stack<PieceBuffer> _spare = [];

    /// <summary>All of them; for reading only.</summary>
    public List<PieceBuffer> All { get; } = [];

    public PieceBuffer? Find(PieceIndex piece) => _byPiece.GetValueOrDefault(piece.Value);

    /// <summary>The buffer of a piece, begun where there is none.</summary>
    public PieceBuffer Open(PieceIndex piece)
    {
        if (_byPiece.TryGetValue(piece.Value, out PieceBuffer? buffer))
            return buffer;
        if (!_spare.TryPop(out buffer))
            buffer = Make();
        buffer.Open(piece, _layout.DataBlocksIn(piece));
        buffer.Position = All.Count;
        All.Add(buffer);
        _byPiece.Add(piece.Value, buffer);
        return buffer;
    }

    /// <summary>Whether no job is out and nothing waits in memory.</summary>
    public bool AreQuiet()
    {
        foreach (PieceBuffer buffer in All)
        {
            if (buffer.JobsOut > 0 || buffer.IdleCount > 0)
                return false;
        }

        return true;
    }

    /// <summary>The one with the most blocks in memory of those that no job uses; null where none has any.</summary>
    public PieceBuffer? LargestIdle()
    {
        PieceBuffer? largest = null;
        foreach (PieceBuffer buffer in All)
        {
            if (buffer.JobsOut == 0 && buffer.IdleCount > (largest?.IdleCount ?? 0))
                largest = buffer;
        }

        return largest;
    }

    /// <summary>The blocks on disk of pieces that are not had, for the record.</summary>
    public IReadOnlyList<PartialPieceRecord> Partials()
    {
        List<PartialPieceRecord>? partials = null;
        foreach (PieceBuffer buffer in All)
        {
            if (buffer.OnDiskCount == 0 || buffer.Phase == PiecePhase.Wrong)
                continue;
            byte[] blocks = new byte[(buffer.BlockCount + 7) / 8];
            for (int block = 0; block < buffer.BlockCount; block++)
            {
                if (buffer.IsOnDisk(block))
                    blocks[block >> 3] |= (byte)(0x80 >> (block & 7));
            }

            (partials ??= []).Add(new PartialPieceRecord(buffer.Piece, blocks));
        }

        return partials ?? (IReadOnlyList<PartialPieceRecord>)[];
    }

    /// <summary>Forgets a piece that no job uses and that holds no lease.</summary>
    public void Close(PieceBuffer buffer)
    {
        buffer.DisposeHash();
        PieceBuffer last = All[^1];
        All[buffer.Position] = last;
        last.Position = buffer.Position;
        All.RemoveAt(All.Count - 1);
        _byPiece.Remove(buffer.Piece.Value);
        _spare.Push(buffer);
    }

    /// <summary>Gives up and forgets all; no job is out any more.</summary>
    public void Clear()
    {
        while (All is [.., var last])
        {
            last.Drop();
            Close(last);
        }
    }

    private PieceBuffer Make()
    {
        int capacity = (_layout.PieceLength + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        return new PieceBuffer(store, session.Memory, session.Pool, capacity, hasLeaves: store.Torrent.Location.Trees is not null);
    }
}
