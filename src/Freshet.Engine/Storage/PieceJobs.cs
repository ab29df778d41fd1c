using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Hands out the jobs of one torrent's pieces: hashes, and a write for each run of blocks that waits for one. When that is due, and what becomes of it, is the
/// <see cref="PieceStore"/>'s to say.
/// </summary>
internal sealed class PieceJobs(TorrentStorage torrent, SessionStorage session)
{
    private readonly PieceLayout _layout = torrent.Location.Layout;

    /// <summary>Has a whole piece hashed.</summary>
    public void Hash(PieceBuffer buffer, MonoTime now)
    {
        buffer.Phase = PiecePhase.Hashing;
        Submit(buffer, DiskJobKind.Hash, 0, buffer.BlockCount, now);
    }

    /// <summary>Has each block hashed by itself, for whoever looks for the one to blame.</summary>
    public void HashBlocks(PieceBuffer buffer, MonoTime now) => Submit(buffer, DiskJobKind.HashBlocks, 0, buffer.BlockCount, now);

    /// <summary>Has the blocks hashed for a v2 tree that came since the last time, in runs.</summary>
    public void HashLeaves(PieceBuffer buffer, MonoTime now)
    {
        for (int first = FirstUnhashed(buffer, 0); first >= 0; first = FirstUnhashed(buffer, first))
        {
            int end = first + 1;
            while (end < buffer.BlockCount && IsUnhashed(buffer, end))
                end++;
            Submit(buffer, DiskJobKind.HashLeaves, first, end - first, now);
            first = end;
        }
    }

    /// <summary>Has the in-order prefix of an incomplete piece hashed as far as it goes on in memory.</summary>
    public void HashPrefix(PieceBuffer buffer, MonoTime now)
    {
        int covered = buffer.Hash?.Covered ?? 0;
        if (buffer.IsPrefixOut || covered % BlockRange.BlockLength != 0)
            return;
        int first = covered / BlockRange.BlockLength;
        int end = first;
        while (end < buffer.BlockCount && !buffer.Leases[end].IsNone)
            end++;
        if (end == first)
            return;
        buffer.IsPrefixOut = true;
        Submit(buffer, DiskJobKind.HashPrefix, first, end - first, now);
    }

    /// <summary>Has everything written that waits for it, unless the disk makes trouble.</summary>
    public void WriteIdle(PieceBuffer buffer, MonoTime now)
    {
        if (torrent.Trouble.IsActive && !torrent.IsStopping)
            return;
        for (int block = FirstToWrite(buffer, 0); block >= 0; block = FirstToWrite(buffer, block))
            block = WriteRun(buffer, block, now);
    }

    /// <summary>The first block from one on that waits to be written, or -1.</summary>
    public static int FirstToWrite(PieceBuffer buffer, int from)
    {
        for (int block = from; block < buffer.BlockCount; block++)
        {
            if (buffer.IsToWrite(block))
                return block;
        }

        return -1;
    }

    /// <summary>Writes the run of blocks that starts here; returns where it ends.</summary>
    public int WriteRun(PieceBuffer buffer, int first, MonoTime now)
    {
        int end = first + 1;
        while (end < buffer.BlockCount && buffer.IsToWrite(end))
            end++;
        buffer.BeginWrite(first, end - first);
        Submit(buffer, DiskJobKind.Write, first, end - first, now);
        return end;
    }

    /// <summary>Has blocks brought to their place from other torrents' files.</summary>
    public void Copy(PieceBuffer buffer, int first, int count, IReadOnlyList<CopySource> sources, MonoTime now)
        => Submit(buffer, DiskJobKind.Copy, first, count, now, sources);

    private static bool IsUnhashed(PieceBuffer buffer, int block) => !buffer.Leases[block].IsNone && buffer.Leaves![block] == default;

    private static int FirstUnhashed(PieceBuffer buffer, int from)
    {
        for (int block = from; block < buffer.BlockCount; block++)
        {
            if (IsUnhashed(buffer, block))
                return block;
        }

        return -1;
    }

    private void Submit(PieceBuffer buffer, DiskJobKind kind, int first, int count, MonoTime now, IReadOnlyList<CopySource>? sources = null)
    {
        buffer.Pin(first, count);
        buffer.JobsOut++;
        DiskJob job = session.TakeJob(kind, torrent.Location.Torrent);
        int offset = first * BlockRange.BlockLength;
        int length = Math.Min(count * BlockRange.BlockLength, _layout.LengthOf(buffer.Piece) - offset);
        job.Range = new BlockRange(buffer.Piece, offset, length);
        job.Blocks = buffer.Leases;
        job.FirstBlock = first;
        job.BlockCount = count;
        bool isSpilt = kind is DiskJobKind.Write && buffer.Phase != PiecePhase.Verified;
        if (isSpilt && torrent.Location.HasV1)
            buffer.NoteReceived();
        if (isSpilt || kind is DiskJobKind.Hash or DiskJobKind.HashLeaves)
            job.Leaves = buffer.Leaves;
        if (job.Leaves is not null && kind != DiskJobKind.Hash)
            buffer.LeafJobsOut++;
        if (kind is DiskJobKind.Write or DiskJobKind.Hash or DiskJobKind.HashBlocks)
            job.Received = buffer.Received;
        if (kind is DiskJobKind.Hash or DiskJobKind.HashPrefix)
            job.Hash = buffer.Hash;
        job.Sources = sources ?? [];
        torrent.Submit(job, buffer, now);
    }
}
