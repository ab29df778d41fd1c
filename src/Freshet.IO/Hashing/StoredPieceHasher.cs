using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes pieces as they lie in storage. What is in memory is read in small parts, of many pieces in turn, and hashed in the lanes of <see cref="LaneHash"/> without
/// leaving the core's cache. What has to come from a device is read in order, piece by piece, with the system reading ahead: a disk that turns would spend its time on its way
/// between the pieces, and any other is slower than the hash. Where there is a v2 side every block that was read is hashed for its tree too, while it is in the cache
/// (<see cref="PieceLeaves"/>). One thread has it at a time.
/// </summary>
internal sealed unsafe class StoredPieceHasher(ReadBuffer buffer) : IDisposable
{
    /// <summary>The most pieces that are hashed together; who has fewer uses the processor less well.</summary>
    public const int PiecesTogether = LaneSet.Most;

    /// <summary>What is read of a piece in turn: one for each of <see cref="PiecesTogether"/> fills the buffer. A block, and so a leaf of a tree.</summary>
    private const int PartLength = ReadBuffer.RunLength / PiecesTogether;

    /// <summary>How far ahead the system is asked to read: long beside the way of a disk's head, short beside the memory of a small machine with a thread for each core.</summary>
    private const int ReadAheadLength = 8 * 1024 * 1024;

    private readonly RunningSha1 _alone = new();
    private readonly PieceLeaves _leaves = new(buffer);
    private readonly LaneSet _together = LaneHashes.ForSha1();

    /// <summary>Hashes all pieces of a run.</summary>
    /// <returns>False where it was given up; then the answers are worth nothing.</returns>
    public bool Hash(PieceRun run)
    {
        // Without SHA-1 there is nothing to do together: blocks fill lanes in any order.
        int most = run.Sides.HasV1 && _together.Widest is { } widest ? widest.Lanes : int.MaxValue;
        for (int done = 0; done < run.Count;)
        {
            PieceRun next = run.Slice(done, run.Count - done);
            if (run.Sides.HasV1)
                next = next.Slice(0, Math.Max(1, next.CountFull(most)));
            if (run.Sides.Trees is { } trees)
                _leaves.Begin(trees, next.First, next.Count);
            bool isDone = LanesFor(next) is { } lanes && next.IsCached() ? HashTogether(next, lanes) : HashInOrder(next);
            if (!isDone)
                return false;
            if (run.Sides.Trees is not null)
                AddRoots(next);
            done += next.Count;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alone.Dispose();
        _leaves.Dispose();
        _together.Dispose();
    }

    private LaneHash? LanesFor(PieceRun run) => run.Sides.HasV1 && run.LengthOf(0) % LaneHash.BlockBytes == 0 ? _together.For(run.Count) : null;

    private bool HashTogether(PieceRun run, LaneHash lanes)
    {
        const int Stride = PieceLeaves.Stride;
        lanes.Reset();
        int length = run.LengthOf(0);
        int part = Math.Min(PartLength, length);
        for (int offset = 0; offset < length; offset += part)
        {
            if (run.Watch.IsCancelled)
                return false;
            part = Math.Min(PartLength, length - offset);
            bool isOfUse = false;
            for (int i = 0; i < run.Count; i++)
                isOfUse |= run.TryFill(i, offset, new Span<byte>(buffer.Start + (i * Stride), part));
            if (!isOfUse)
            {
                run.Watch.Advanced((long)(length - offset) * run.Count);
                return true;
            }

            lanes.Append(buffer.Start, Stride, part);
            if (run.Sides.Trees is not null)
                HashBlocks(run, offset);
            run.Watch.Advanced((long)part * run.Count);
        }

        Span<byte> digests = stackalloc byte[PiecesTogether * Sha1Hash.Length];
        lanes.Finish(digests[..(run.Count * Sha1Hash.Length)]);
        for (int i = 0; i < run.Count; i++)
        {
            if (run[i].IsWhole)
                run[i] = new StoredPiece(new Sha1Hash(digests.Slice(i * Sha1Hash.Length, Sha1Hash.Length)));
        }

        return true;
    }

    // One of every piece that could be read.
    private void HashBlocks(PieceRun run, int offset)
    {
        for (int i = 0; i < run.Count; i++)
        {
            if (run[i].IsWhole)
                _leaves.Take(i, i, offset);
        }

        _leaves.Hash();
    }

    private void AddRoots(PieceRun run)
    {
        Span<Sha256Hash> roots = run.Count <= PiecesTogether ? stackalloc Sha256Hash[PiecesTogether] : new Sha256Hash[run.Count];
        _leaves.Roots(roots[..run.Count]);
        for (int i = 0; i < run.Count; i++)
        {
            if (run[i].IsWhole)
                run[i] = new StoredPiece(run[i].Digest, roots[i]);
        }
    }

    private bool HashInOrder(PieceRun run)
    {
        bool hasTrees = run.Sides.Trees is not null;
        long end = run.Bytes, position = 0, asked = 0;
        for (int i = 0; i < run.Count; i++)
        {
            // Whatever a run that was given up left behind goes.
            _alone.Reset();
            int length = run.LengthOf(i);
            for (int offset = 0, part; offset < length; offset += part, position += part)
            {
                if (run.Watch.IsCancelled)
                    return false;
                asked = Math.Max(asked, position);
                if (asked < end && asked - position <= ReadAheadLength / 2)
                {
                    int more = (int)Math.Min(ReadAheadLength, end - asked);
                    run.ReadAhead(i, offset + (int)(asked - position), more);
                    asked += more;
                }

                part = Math.Min(hasTrees ? PartLength : ReadBuffer.RunLength, length - offset);
                int slot = _leaves.Waiting;
                Span<byte> bytes = hasTrees ? _leaves.Slot(slot, part) : buffer.Run(part);
                bool isThere = run.TryFill(i, offset, bytes);
                if (isThere && run.Sides.HasV1)
                    _alone.Append(bytes);
                if (isThere && hasTrees)
                    _leaves.Take(slot, i, offset);
                if (!isThere)
                    part = length - offset;
                run.Watch.Advanced(part);
            }

            if (run[i].IsWhole && run.Sides.HasV1)
                run[i] = new StoredPiece(_alone.Finish());
        }

        _leaves.Hash();
        return true;
    }
}
