using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// What is special about pieces with a v2 side (BEP 52): they may have to wait for the hash that they are judged by; where one is wrong, the hashes of its blocks tell
/// which block is, so that the others stay; and where these are known, blocks are judged as they come.
/// </summary>
internal sealed partial class PieceStore
{
    /// <summary>
    /// Wrong pieces that wait in memory or on disk for the hashes of their blocks. More at once are fetched anew as a whole: a crowd of liars must not fill the memory with
    /// pieces that nobody works on.
    /// </summary>
    private const int MaxDoubtful = 4;

    private readonly HashSet<int> _doubtful = [];

    /// <summary>More is known of the piece layers: judges the pieces that waited for it.</summary>
    public void HashesKnown(MonoTime now)
    {
        for (int i = OpenPieces.Count - 1; i >= 0; i--)
        {
            PieceBuffer buffer = OpenPieces[i];
            if (buffer.Phase != PiecePhase.Unjudged || _verifier.Judge(buffer.Piece, default, buffer.Root) is var verdict && verdict == Verdict.HashesNeeded)
                continue;
            buffer.Phase = PhaseOf(verdict);
            AfterHash(buffer, now);
            Settle(buffer, now);
        }
    }

    /// <summary>The hashes of a wrong piece's blocks are known, or will not be: goes on with it.</summary>
    public void LeavesAnswered(PieceIndex piece, MonoTime now)
    {
        if (_buffers.Find(piece) is not { Phase: PiecePhase.Doubtful } buffer)
            return;
        if (!_verifier.KnowsBlocksOf(piece))
            EndDoubt(buffer, PiecePhase.Wrong);
        Settle(buffer, now);
    }

    private static PiecePhase PhaseOf(Verdict verdict) => verdict switch
    {
        Verdict.Right => PiecePhase.Verified,
        Verdict.HashesNeeded => PiecePhase.Unjudged,
        _ => PiecePhase.Wrong,
    };

    /// <summary>Filler behind a file's last bytes in their block is zero, whatever a peer sends for it: no tree of v2 covers it, and a hybrid must not look as if its sides disagreed.</summary>
    private void ClearFiller(BlockRange range, BufferLease lease)
    {
        if (Torrent.Location.Trees is not { } trees || !Torrent.Location.HasV1)
            return;
        int data = trees.DataLength(range.Piece) - range.Offset;
        if (data < range.Length)
            _session.Pool.Span(lease)[data..range.Length].Clear();
    }

    /// <summary>Hashes blocks that came since the last such job, in runs: those that come while one is out are the next's.</summary>
    private void BeginLeaves(PieceBuffer buffer, MonoTime now)
    {
        if (buffer.LeafJobsOut > 0 || buffer.Phase != PiecePhase.Filling)
            return;
        _jobs.HashLeaves(buffer, now);
    }

    /// <summary>Blocks were hashed as they came: the wrong ones are told at once.</summary>
    private void AfterLeaves(PieceBuffer buffer, MonoTime now)
    {
        if (buffer.Phase != PiecePhase.Filling || buffer.LeafJobsOut > 0)
            return;

        // The running SHA-1 of a hybrid's piece may have them in it already: then the whole piece is judged, and them with it.
        if (buffer.Hash is null && !buffer.IsPrefixOut)
            TakeBackWrong(buffer, now);
        BeginLeaves(buffer, now);
    }

    /// <summary>A wrong piece of several senders: asks which blocks are wrong, or where that cannot be asked, remembers what they were.</summary>
    private void TellApart(PieceBuffer buffer, MonoTime now)
    {
        if (buffer.Leaves is null)
        {
            _jobs.HashBlocks(buffer, now);
            return;
        }

        buffer.Digests = DigestsOf(buffer);
        if (!Torrent.IsStopping && _doubtful.Count < MaxDoubtful && (_verifier.KnowsBlocksOf(buffer.Piece) || Torrent.Owner.LeavesNeeded(buffer.Piece, now)))
        {
            _doubtful.Add(buffer.Piece.Value);
            buffer.Phase = PiecePhase.Doubtful;
        }
    }

    /// <summary>A piece that was wrong before is right: says what its blocks are.</summary>
    private void Prove(PieceBuffer buffer, MonoTime now)
    {
        if (buffer.Leaves is null)
            _jobs.HashBlocks(buffer, now);
        else
            Torrent.Owner.PieceProven(buffer.Piece, DigestsOf(buffer), now);
    }

    /// <summary>The wrong blocks of a wrong piece are known: the others stay.</summary>
    private void SortOut(PieceBuffer buffer, MonoTime now)
    {
        EndDoubt(buffer, PiecePhase.Filling);
        buffer.Digests = null;
        if (TakeBackWrong(buffer, now))
            return;

        // Every block is right and the piece is not: nothing that a sender did.
        buffer.Phase = PiecePhase.Wrong;
        Settle(buffer, now);
    }

    private void EndDoubt(PieceBuffer buffer, PiecePhase next)
    {
        _doubtful.Remove(buffer.Piece.Value);
        buffer.Phase = next;
    }

    private bool TakeBackWrong(PieceBuffer buffer, MonoTime now)
    {
        List<int>? wrong = null;
        for (int block = 0; block < Torrent.Location.Trees!.LeavesIn(buffer.Piece); block++)
        {
            Sha256Hash leaf = buffer.Leaves![block];
            if (leaf != default && !buffer.IsPinned(block) && _verifier.JudgeBlock(buffer.Piece, block, leaf) == Verdict.Wrong)
                (wrong ??= []).Add(block);
        }

        if (wrong is null)
            return false;
        var senders = new ConnectionId[wrong.Count];
        for (int i = 0; i < senders.Length; i++)
        {
            senders[i] = buffer.Senders[wrong[i]];
            buffer.TakeBack(wrong[i]);
        }

        Torrent.Book.Changed(now);
        Torrent.Owner.BlocksFailed(new BlocksFailure(buffer.Piece, wrong, senders), now);
        return true;
    }

    /// <summary>What tells one block's bytes from others', in the form in which v1 has it.</summary>
    private static Sha1Hash[] DigestsOf(PieceBuffer buffer)
    {
        var digests = new Sha1Hash[buffer.BlockCount];
        for (int block = 0; block < digests.Length; block++)
            digests[block] = buffer.Leaves![block].Truncate();
        return digests;
    }
}
