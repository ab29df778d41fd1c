using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Reuse;

/// <summary>Has the pieces of one torrent copied that can be, a few bounded runs of blocks at a time.</summary>
internal sealed class CopyQueue(Torrent torrent, SessionContext session, SharedFiles files)
{
    private readonly List<SharedFile> _from = [];

    // Pieces that hold copied blocks and are not proved yet.
    private readonly HashSet<int> _unproved = [];

    // Those of them that are whole: a worker hashes them, or will.
    private readonly HashSet<int> _proving = [];

    // Made when a piece waits first: most torrents share nothing.
    private Bitfield? _waiting;
    private int _out;

    /// <summary>Whether pieces wait to be looked at.</summary>
    public bool IsWaiting => _waiting is { IsEmpty: false };

    /// <summary>Something of a piece can be taken.</summary>
    public void Add(PieceIndex piece)
    {
        (_waiting ??= new Bitfield(torrent.Layout.PieceCount))[piece] = true;
        session.Work.Add(torrent);
    }

    /// <summary>The run ends.</summary>
    public void Clear()
    {
        _waiting = null;
        _unproved.Clear();
        _proving.Clear();
    }

    /// <summary>A piece is right, wrong or lost. False where nothing in it was copied.</summary>
    public bool Forget(PieceIndex piece)
    {
        if (_proving.Remove(piece.Value))
            session.Work.Add(torrent);
        return _unproved.Remove(piece.Value);
    }

    /// <summary>Begins as many copies as may be out.</summary>
    public void Advance(MonoTime now)
    {
        if (_waiting is null || torrent.Storage is not { IsReady: true } storage || torrent.Lifecycle.Health.Trouble is not null)
            return;
        for (int piece = _waiting.NextSet(0); piece >= 0 && _out < session.Settings.Reuse.MaxCopies && _proving.Count < session.Settings.Reuse.MaxUnproved;)
        {
            // The same again: what is left of a long one.
            if (!TryBegin(new PieceIndex(piece), storage, now))
            {
                _waiting[piece] = false;
                piece = piece + 1 < _waiting.Length ? _waiting.NextSet(piece + 1) : -1;
            }
        }
    }

    /// <summary>A copy is done, or has failed: then peers may be asked for its blocks.</summary>
    public void Done(BlocksCopied copied)
    {
        _out--;
        session.Work.Add(torrent);
        session.Touched.Add(torrent);
        for (int offset = copied.Range.Offset; offset < copied.Range.Offset + copied.Range.Length; offset += BlockRange.BlockLength)
        {
            BlockRange block = torrent.Layout.Block(copied.Range.Piece, offset / BlockRange.BlockLength);
            if (copied.Error is not null)
                torrent.Picker.AbortLocal(block);
            else if (torrent.Picker.MarkCopied(block))
                torrent.Figures.CountTaken(block.Length);
        }

        if (copied.Error is not null)
            torrent.Requester.WakeIdle();
        else if (torrent.Picker.StateOf(copied.Range.Piece) == PieceState.Whole)
            _proving.Add(copied.Range.Piece.Value);
    }

    private bool TryBegin(PieceIndex piece, TorrentStorage storage, MonoTime now)
    {
        if (torrent.Picker.Have[piece])
            return false;

        // What is waited for comes as a whole: were a part of it copied now, peers would be asked for the rest.
        PieceCover cover = files.CoverOf(piece);
        bool isHeld = torrent.Picker.IsHeld(piece);
        if (isHeld && !cover.IsThere)
            return false;

        // Of a file that may be another, one piece is tried: without blocks of peers at stake, unless it is being fetched and nobody knows when it will be whole.
        bool isUntouched = isHeld || torrent.Picker.StateOf(piece) == PieceState.Pickable;
        bool tries = _unproved.Contains(piece.Value) || (cover.MayTry && (cover.IsThere ? isUntouched : cover.HasUntried));
        if (!tries && !cover.HasSome)
            return false;
        _from.Clear();
        int first = -1, count = 0;
        for (int block = 0; block < torrent.Layout.DataBlocksIn(piece) && count < session.Settings.Reuse.MaxBlocks; block++)
        {
            BlockRange range = torrent.Layout.Block(piece, block);
            bool isTaken = files.TryCover(range, tries, _from) && torrent.Picker.TakeLocal(range);
            if (isTaken && count++ == 0)
                first = block;
            else if (!isTaken && count > 0)
                break;
        }

        return count > 0 && Begin(piece, first, count, storage, now);
    }

    private bool Begin(PieceIndex piece, int first, int count, TorrentStorage storage, MonoTime now)
    {
        foreach (SharedFile shared in _from)
            shared.IsTrying = !shared.IsTrusted;
        _unproved.Add(piece.Value);
        _out++;
        CopySource[] sources = [.. _from.Select(static shared => shared.Copy!)];
        if (storage.Copy(piece, first, count, sources, now))
            return true;
        _out--;
        foreach (SharedFile shared in _from)
            shared.IsTrying = false;
        for (int block = first; block < first + count; block++)
            torrent.Picker.AbortLocal(torrent.Layout.Block(piece, block));
        return false;
    }
}
