using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes pieces as they lie in storage. What is in memory is read in small parts, of many pieces in turn, and hashed in the lanes of <see cref="LaneHash"/> without
/// leaving the core's cache. What has to come from a device is read in order, piece by piece, with the system reading ahead: a disk that turns would spend its time on its way
/// between the pieces, and any other is slower than the hash. One thread has it at a time.
/// </summary>
internal sealed unsafe class StoredPieceHasher(ReadBuffer buffer) : IDisposable
{
    /// <summary>The most pieces that are hashed together; who has fewer uses the processor less well.</summary>
    public const int PiecesTogether = 32;

    /// <summary>What is read of a piece in turn: one for each of <see cref="PiecesTogether"/> fills the buffer.</summary>
    private const int PartLength = ReadBuffer.RunLength / PiecesTogether;

    /// <summary>How far ahead the system is asked to read: long beside the way of a disk's head, short beside the memory of a small machine with a thread for each core.</summary>
    private const int ReadAheadLength = 8 * 1024 * 1024;

    /// <summary>Lanes cost the same when they are empty: with less than one in this many filled, one piece after another is quicker.</summary>
    private const int LeastShare = 3;

    private readonly RunningSha1 _alone = new();
    private readonly LaneHash[] _together = LaneHashes.ForSha1();

    /// <summary>Hashes all pieces of a run.</summary>
    /// <returns>False where it was given up; then the answers are worth nothing.</returns>
    public bool Hash(PieceRun run)
    {
        int most = _together is [.., var widest] ? widest.Lanes : int.MaxValue;
        for (int done = 0; done < run.Count;)
        {
            PieceRun next = run.Slice(done, run.Count - done);
            next = next.Slice(0, Math.Max(1, next.CountFull(most)));
            bool isDone = LanesFor(next) is { } lanes && next.IsCached() ? HashTogether(next, lanes) : HashInOrder(next);
            if (!isDone)
                return false;
            done += next.Count;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alone.Dispose();
        foreach (LaneHash lanes in _together)
            lanes.Dispose();
    }

    // The narrowest that takes them all: lanes that are left empty are not free.
    private LaneHash? LanesFor(PieceRun run)
    {
        if (run.LengthOf(0) % LaneHash.BlockBytes != 0)
            return null;
        foreach (LaneHash lanes in _together)
        {
            if (run.Count <= lanes.Lanes)
                return run.Count * LeastShare >= lanes.Lanes ? lanes : null;
        }

        return null;
    }

    private bool HashTogether(PieceRun run, LaneHash lanes)
    {
        const int Stride = PartLength + LaneHash.BlockBytes;
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

    private bool HashInOrder(PieceRun run)
    {
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

                part = Math.Min(ReadBuffer.RunLength, length - offset);
                if (run.TryFill(i, offset, buffer.Run(part)))
                    _alone.Append(buffer.Run(part));
                else
                    part = length - offset;
                run.Watch.Advanced(part);
            }

            if (run[i].IsWhole)
                run[i] = new StoredPiece(_alone.Finish());
        }

        return true;
    }
}
