using System.Runtime.InteropServices;

namespace Freshet.IO.Network;

/// <summary>
/// How many peer connections may be open, over all pumps: what was asked for, or less where the process may not open so many files (THREATS F4).
/// Thread-safe.
/// </summary>
internal sealed partial class ConnectionBudget
{
    /// <summary>Handles that peers never get: state files, listeners, trackers, name look-ups, whatever the host program opens.</summary>
    public const int ReservedHandles = 32;

    private const int LimitOpenFiles = 7;

    private int _taken;

    public ConnectionBudget(int wanted)
        : this(wanted, OpenFileLimit())
    {
    }

    public ConnectionBudget(int wanted, long openFileLimit)
    {
        // Of what is left after the reserve, payload files get a quarter: a torrent with many files must be able to write what peers send.
        long left = Math.Max(0, openFileLimit - ReservedHandles);
        Capacity = (int)Math.Clamp(Math.Min(wanted, left - (left / 4)), 1, int.MaxValue);
    }

    /// <summary>The most connections at once.</summary>
    public int Capacity { get; }

    /// <summary>The connections that are open.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes the place of one connection; false where there is none.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Capacity)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives the place of a closed connection back.</summary>
    public void Return() => Interlocked.Decrement(ref _taken);

    private static unsafe long OpenFileLimit()
    {
        if (!OperatingSystem.IsLinux())
            return int.MaxValue;

        // Safety: the kernel writes two 64-bit numbers, soft and hard, into memory of this frame.
        ulong* limits = stackalloc ulong[2];
        return GetLimit(LimitOpenFiles, limits) < 0 ? int.MaxValue : (long)Math.Min(limits[0], int.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static unsafe partial int GetLimit(int resource, ulong* softAndHard);
}
