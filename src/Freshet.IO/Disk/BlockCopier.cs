using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>Carries out <see cref="DiskJobKind.Copy"/>. One thread has it at a time.</summary>
internal sealed class BlockCopier(ReadBuffer buffer, ISourceLender lender)
{
    /// <summary>Brings the blocks to their place, file by file. A file that another torrent has only begun may be shorter, or not be there.</summary>
    public void Copy(DiskJob job, TorrentJobs torrent)
    {
        PieceLayout layout = torrent.Location.Layout;
        foreach (FileSlice slice in layout.Slices(job.Range.Piece, job.Range.Offset, job.Range.Length))
        {
            if (!layout.Files[slice.File.Value].IsStored)
                continue;
            CopySource source = job.Sources.FirstOrDefault(source => source.Target == slice.File)
                ?? throw new InvalidOperationException($"File {slice.File} is to be copied, but from nowhere.");
            Copy(job, torrent, slice, source);
        }
    }

    private void Copy(DiskJob job, TorrentJobs torrent, FileSlice slice, CopySource source)
    {
        // Set to false only while our own files are written: who reads cannot say that a writer was at fault, and the other way round.
        job.IsSourceAtFault = true;
        using LentStorage lent = lender.Borrow(source.Location);
        long done;
        if (source.IsSamePlace)
        {
            done = lent.Storage.Read(source.File, slice.Offset + slice.Length - 1, buffer.Run(1)) == 1 ? slice.Length : 0;
        }
        else
        {
            done = Share(job, torrent.Storage, lent.Storage, slice, source.File);
            done += CopyByHand(job, torrent.Storage, lent.Storage, slice, source.File, done);
        }

        job.IsSourceAtFault = done < slice.Length;
        if (job.IsSourceAtFault)
            throw TooShort(source);
    }

    private static long Share(DiskJob job, ITorrentStorage target, ITorrentStorage source, FileSlice slice, FileIndex from)
    {
        if (target is not ISharingStorage sharing || source is not IHoldableStorage holdable || holdable.Hold(from) is not { } held)
            return 0;
        using (held)
        {
            job.IsSourceAtFault = false;
            long shared = 0;
            long done = sharing.Take(slice.File, held.File, slice.Offset, slice.Length, ref shared);
            job.SharedBytes += shared;
            return done;
        }
    }

    private long CopyByHand(DiskJob job, ITorrentStorage target, ITorrentStorage source, FileSlice slice, FileIndex from, long done)
    {
        long before = done;
        while (done < slice.Length)
        {
            Span<byte> run = buffer.Run((int)Math.Min(ReadBuffer.RunLength, slice.Length - done));
            job.IsSourceAtFault = true;
            int read = source.Read(from, slice.Offset + done, run);
            job.IsSourceAtFault = false;
            if (read == 0)
                break;
            target.Write(slice.File, slice.Offset + done, run[..read]);
            done += read;
        }

        return done - before;
    }

    private static StorageException TooShort(CopySource source)
    {
        string path = Path.Combine(source.Location.Directory, source.Location.Layout.Files[source.File.Value].Path);
        return new StorageException(new DiskError(DiskErrorKind.Missing, path, "the file is not there, or is shorter than it should be"));
    }
}
