using System.Runtime.InteropServices;
using Freshet.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Disk;

/// <summary>
/// Brings bytes from one file to the same place in another without reading them: by sharing what is stored (btrfs, XFS, bcachefs), else by a copy within the kernel. What
/// neither can do is left to whoever asks; so is trouble, which reading and writing tells apart.
/// </summary>
internal static unsafe class KernelCopy
{
    /// <summary>Only whole blocks of a file system can be shared; hardly any has larger ones than this.</summary>
    private const long ShareUnit = 4096;

    /// <summary>Brings a run of bytes.</summary>
    /// <param name="source">The file that has them.</param>
    /// <param name="target">The file that gets them.</param>
    /// <param name="offset">The first byte, in both.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="shared">Counts the bytes that are shared.</param>
    /// <returns>How many were brought, from the first on.</returns>
    public static long Bring(SafeFileHandle source, SafeFileHandle target, long offset, long length, ref long shared)
    {
        long end = offset + length;
        long first = (offset + ShareUnit - 1) / ShareUnit * ShareUnit;

        // At the file's end a part of a block can be shared, too.
        long last = end == RandomAccess.GetLength(source) ? end : end / ShareUnit * ShareUnit;
        if (last <= first || !TryShare(source, target, first, last - first))
            return Copy(source, target, offset, length);
        shared += last - first;
        return Copy(source, target, offset, first - offset) < first - offset ? 0 : last - offset + Copy(source, target, last, end - last);
    }

    private static bool TryShare(SafeFileHandle source, SafeFileHandle target, long offset, long length)
    {
        bool isHeld = false;
        source.DangerousAddRef(ref isHeld);
        try
        {
            var order = new FileCalls.CloneRangeOrder
            {
                Source = source.DangerousGetHandle(),
                SourceOffset = (ulong)offset,
                Length = (ulong)length,
                TargetOffset = (ulong)offset,
            };
            return FileCalls.CloneRange(target, FileCalls.CloneRangeRequest, &order) == 0;
        }
        finally
        {
            if (isHeld)
                source.DangerousRelease();
        }
    }

    private static long Copy(SafeFileHandle source, SafeFileHandle target, long offset, long length)
    {
        long done = 0;
        while (done < length && FileCalls.HasCopyRange)
        {
            long from = offset + done;
            long to = from;
            nint copied = FileCalls.CopyRange(source, &from, target, &to, (nuint)(length - done), 0);
            if (copied < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
                continue;
            if (copied <= 0)
                break;
            done += copied;
        }

        return done;
    }
}
