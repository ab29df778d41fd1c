using Freshet.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.State;

/// <summary>
/// The leases that this process holds in one state folder: one open file for all of them, a locked byte each, so that a thousand torrents cost no thousand handles.
/// One table a folder and process, because closing a second handle of the file would give back the locks of the first. Thread-safe.
/// </summary>
internal sealed class LeaseTable
{
    public const string FileName = "leases.lock";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, LeaseTable> Tables = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly HashSet<long> _held = [];

    private LeaseTable(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Takes the lease with this number, or says who has it.</summary>
    /// <returns>The table that <see cref="Release"/> is to be called on, or null.</returns>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to it.</exception>
    public static LeaseTable? TryTake(string folder, long number, out int? holder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), FileName);
        lock (Gate)
        {
            if (!Tables.TryGetValue(path, out LeaseTable? table))
                Tables.Add(path, table = new LeaseTable(path));
            bool isTaken = false;
            try
            {
                isTaken = table.TryTake(number, out holder);
            }
            finally
            {
                table.CloseIfEmpty();
            }

            return isTaken ? table : null;
        }
    }

    public void Release(long number)
    {
        lock (Gate)
        {
            if (!_held.Remove(number))
                return;
            RangeLocks.Unlock(_file, number);
            CloseIfEmpty();
        }
    }

    private bool TryTake(long number, out int? holder)
    {
        // To the kernel a process never stands in its own way.
        holder = Environment.ProcessId;
        if (_held.Contains(number))
            return false;
        if (RangeLocks.TryLock(_file, number))
        {
            _held.Add(number);
            return true;
        }

        holder = RangeLocks.Holder(_file, number);
        return false;
    }

    private void CloseIfEmpty()
    {
        if (_held.Count > 0)
            return;
        Tables.Remove(_path);
        _file.Dispose();
    }
}
